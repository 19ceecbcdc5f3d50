import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';

const good = {
  AIOPS_BUCKET: 'aiops-data',
  AIOPS_BUS_NAME: 'aiops-signals',
  AIOPS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/aiops-work',
  AIOPS_SETTINGS_KEY: 'settings/0123abcd.json',
};

const problemsOf = (env: Record<string, string | undefined>): string[] => {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map((problem) => problem.path);
    throw error;
  }
  return [];
};

describe('the environment of a function', () => {
  it('is read under our own names, whatever else is in it', () => {
    expect(readEnvironment({ ...good, PATH: '/bin', AIOPS_OTHER: 'x' })).toEqual({
      bucket: 'aiops-data',
      busName: 'aiops-signals',
      queueUrl: good.AIOPS_QUEUE_URL,
      settingsKey: 'settings/0123abcd.json',
      quotaPart: 1,
      namespace: 'AIOps/Monitoring',
    });
  });

  it('may lack the queue, and an empty queue counts as none', () => {
    expect(readEnvironment({ ...good, AIOPS_QUEUE_URL: undefined })).not.toHaveProperty('queueUrl');
    expect(readEnvironment({ ...good, AIOPS_QUEUE_URL: '' })).not.toHaveProperty('queueUrl');
  });

  it('says how much of the quota share one process may use', () => {
    expect(readEnvironment({ ...good, AIOPS_QUOTA_PART: '0.05' })).toMatchObject({ quotaPart: 0.05 });
    for (const wrong of ['0', '-1', '1.5', 'half'])
      expect(problemsOf({ ...good, AIOPS_QUOTA_PART: wrong }), wrong).toEqual(['AIOPS_QUOTA_PART']);
  });

  it('says who paints charts and where links in notices lead, where there are any', () => {
    const url = 'https://abc123.execute-api.eu-west-1.amazonaws.com';
    expect(readEnvironment(good)).not.toHaveProperty('chartFunction');
    expect(readEnvironment(good)).not.toHaveProperty('actionsUrl');
    const told = { ...good, AIOPS_CHART_FUNCTION: 'stack-Chart-1', AIOPS_ACTIONS_URL: `${url}/` };
    expect(readEnvironment(told)).toMatchObject({ chartFunction: 'stack-Chart-1', actionsUrl: url });
    expect(problemsOf({ ...told, AIOPS_CHART_FUNCTION: 'a b', AIOPS_ACTIONS_URL: 'here' })).toEqual([
      'AIOPS_CHART_FUNCTION',
      'AIOPS_ACTIONS_URL',
    ]);
  });

  it('may say who stands in for PagerDuty, such as a proxy', () => {
    expect(readEnvironment({ ...good, AIOPS_PAGERDUTY_SERVER: 'proxy.internal:8443' })).toMatchObject({
      pagerDutyServer: 'proxy.internal:8443',
    });
    expect(problemsOf({ ...good, AIOPS_PAGERDUTY_SERVER: 'https://x/' })).toEqual(['AIOPS_PAGERDUTY_SERVER']);
  });

  it.each([
    ['nothing at all names everything that is needed', {}, ['AIOPS_BUCKET', 'AIOPS_BUS_NAME', 'AIOPS_SETTINGS_KEY']],
    ['an empty variable is a missing one', { ...good, AIOPS_BUCKET: '' }, ['AIOPS_BUCKET']],
    ['a bucket name with capitals', { ...good, AIOPS_BUCKET: 'Data' }, ['AIOPS_BUCKET']],
    ['an ARN for a bus name', { ...good, AIOPS_BUS_NAME: 'arn:aws:events:x:y:event-bus/z' }, ['AIOPS_BUS_NAME']],
    ['a queue that is no URL', { ...good, AIOPS_QUEUE_URL: 'work' }, ['AIOPS_QUEUE_URL']],
    ['a settings key outside its folder', { ...good, AIOPS_SETTINGS_KEY: '../a.json' }, ['AIOPS_SETTINGS_KEY']],
    [
      'two wrong at once',
      { ...good, AIOPS_BUCKET: '-', AIOPS_SETTINGS_KEY: 'settings/a/b.json' },
      ['AIOPS_BUCKET', 'AIOPS_SETTINGS_KEY'],
    ],
  ])('%s', (_title, env, paths) => {
    expect(problemsOf(env)).toEqual(paths);
  });

  it('says the variable, the value and what to do', () => {
    expect(() => readEnvironment({ ...good, AIOPS_QUEUE_URL: 'work', AIOPS_BUCKET: undefined })).toThrow(
      /AIOPS_BUCKET: is missing → set it.*\n.*AIOPS_QUEUE_URL: not the URL of an SQS queue \(got "work"\)/,
    );
  });
});
