import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../shared/settings/load-settings.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';

/** Each file is named after its mistake; beside it lies what is said about it. */
const folder = new URL('../fixtures/settings/', import.meta.url);
const mistakes = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

const errorOf = (text: string, file = 'aiops.yaml'): SettingsError => {
  try {
    parseSettings(text, file);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('nothing was found to be wrong');
};

describe('a mistake in aiops.yaml', () => {
  it.each(mistakes)('%s', (mistake) => {
    const error = errorOf(readFileSync(new URL(`${mistake}.yaml`, folder), 'utf8'), `${mistake}.yaml`);
    expect(`${error.message}\n`).toBe(readFileSync(new URL(`${mistake}.txt`, folder), 'utf8'));
  });

  it('is one of many here', () => expect(mistakes.length).toBeGreaterThanOrEqual(25));

  it('is always told with its remedy, or with what is allowed', () => {
    for (const mistake of mistakes) {
      const { problems } = errorOf(readFileSync(new URL(`${mistake}.yaml`, folder), 'utf8'));
      for (const { message, remedy } of problems) expect(remedy ?? message).toMatch(/\w+ \w+/);
    }
  });
});

describe('a secret that was written where its place should be', () => {
  it.each([
    ['a webhook of Slack', '{ kind: slack, webhook: https://hooks.slack.com/services/T0/B0/s3cr3t }'],
    ['a key of PagerDuty', '{ kind: pagerduty, key: s3cr3t }'],
    ['a number', '{ kind: webhook, url: "https://example.com", secret: 53c7e7 }'],
    ['a list', '{ kind: webhook, url: "https://example.com", secret: [s3cr3t] }'],
  ])('%s is not repeated in what is said about it', (_title, channel) => {
    const { message } = errorOf(`watches: { a: { select: x } }\nalerts: { channels: { one: ${channel} } }`);
    expect(message).toContain('never the secret itself');
    expect(message).not.toMatch(/s3cr3t|53c7e7/);
  });
});

describe('hostile settings', () => {
  it.each([
    ['more text than anybody writes', `# ${'x'.repeat(2 ** 20)}`, /is larger than 1048576 characters/],
    ['brackets without end', '['.repeat(100_000), /nested more than 64 levels/],
    ['lists in lists without end', '- '.repeat(50_000), /nested more than 64 levels/],
    [
      'keys in keys without end',
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /is not a setting/,
    ],
    ['a bomb of aliases', aliasBomb(), /cannot be unfolded/],
    ['a prototype', '__proto__: { polluted: 1 }\nwatches: { a: { select: x } }', /__proto__: is not a setting/],
    [
      'a watch without an end to its name',
      `watches: { ${'n'.repeat(5000)}: { select: x } }`,
      /is not a name for a watch/,
    ],
    ['a NUL', 'watches: { a: { select: "\0" } , b: {} }', /watches\.b: looks after nothing/],
  ])('%s is refused with a reason', (_title, text, reason) => {
    expect(errorOf(text).message).toMatch(reason);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('lists no more than fifty problems, and says how many more there are', () => {
    const watches = Array.from({ length: 80 }, (_, i) => `  w${i}: { slect: AWS/EC2 }`).join('\n');
    const error = errorOf(`watches:\n${watches}`);
    expect(error.problems).toHaveLength(80);
    expect(error.message.split('\n')).toHaveLength(52);
    expect(error.message).toContain('… and 30 more');
  });

  it('never shows more than the beginning of a long value', () => {
    const error = errorOf(`watches: { a: { select: AWS/EC2, timezone: ${'Mars'.repeat(1000)} } }`);
    expect(error.message.length).toBeLessThan(400);
  });
});

function aliasBomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i += 1)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  return lines.join('\n');
}
