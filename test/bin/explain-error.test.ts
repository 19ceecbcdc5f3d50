import { describe, expect, it } from 'vitest';
import { followWatch } from '../../bin/detect-ticks.ts';
import { explainError, missingSetup } from '../../bin/explain-error.ts';
import type { LocalPorts } from '../../bin/run-tick.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('explaining an error', () => {
  it.each([
    ['no region', new Error('Region is missing', { cause: new Error('Region is missing') }), 'set AWS_REGION'],
    ['no credentials', named('CredentialsProviderError', 'Could not load any'), 'set AWS_PROFILE'],
    [
      'no credentials, told by another error',
      new Error('list metrics: failed', { cause: named('CredentialsProviderError', 'none') }),
      'aws sso login',
    ],
  ])('%s is told with what to set', (_title, error, remedy) => {
    expect(explainError(error)).toContain(remedy);
    expect(missingSetup(error)).toBe(explainError(error));
  });

  it.each([
    ['a cause that the message tells already', new Error('read: gone', { cause: new Error('gone') }), 'read: gone'],
    ['a cause that it does not tell', new Error('read failed', { cause: new Error('gone') }), 'read failed: gone'],
    ['no message', new TypeError(''), 'TypeError'],
    ['what is no error', 'text', 'text'],
  ])('%s is told once', (_title, error, words) => {
    expect(explainError(error)).toBe(words);
    expect(missingSetup(error)).toBeUndefined();
  });

  it('following ends where nothing is set up, and goes on after any other failure', async () => {
    const [watch] = watchesOf(checkSettings({ watches: { w: { source: { kind: 'simulated' } } } }, 'test'));
    const heard: string[] = [];
    const failures = [new Error('throttled'), new Error('Region is missing')];
    const ports = {
      get settings(): never {
        throw failures.shift() ?? new Error('asked too often');
      },
    } as unknown as LocalPorts;
    const hear = (outcome: object): void => {
      if (outcome instanceof Error) heard.push(outcome.message);
    };
    const ears = { tick: hear, forecast: hear };
    const following = followWatch({ ...watch, every: 1, forecast: 'off' }, ports, new AbortController().signal, ears);
    await expect(following).rejects.toThrow('Region is missing');
    expect(heard).toEqual(['throttled']);
  });
});
