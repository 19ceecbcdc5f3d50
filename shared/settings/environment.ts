import * as z from 'zod';
import { SettingsError, type SettingsProblem } from './settings-error.ts';

/** Where our own metrics go; fixed, because dashboards, alarms and IAM conditions name it too. */
export const metricsNamespace = 'AIOps/Monitoring';

const schema = z.object({
  AIOPS_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'not a bucket name: 3 to 63 of a-z, 0-9, dot and hyphen'),
  AIOPS_BUS_NAME: z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/, 'not an event bus name: letters, digits, / . - _'),
  AIOPS_QUEUE_URL: z.url({ protocol: /^https?$/, error: 'not the URL of an SQS queue' }).optional(),
  AIOPS_DEAD_LETTERS_URL: z.url({ protocol: /^https?$/, error: 'not the URL of an SQS queue' }).optional(),
  AIOPS_SETTINGS_KEY: z
    .string()
    .regex(/^settings\/[A-Za-z0-9_-]{1,128}\.json$/, 'not the key of stored settings: settings/<hash>.json'),
  AIOPS_QUOTA_PART: z.coerce
    .number('not a number above 0, at most 1')
    .gt(0, 'not a number above 0, at most 1')
    .max(1, 'not a number above 0, at most 1')
    .default(1),
  AIOPS_CHART_FUNCTION: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,140}$/, 'not the name of a function: letters, digits, - and _')
    .optional(),
  AIOPS_PAGERDUTY_SERVER: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/, 'not a host, nor a host and its port')
    .optional(),
  AIOPS_ACTIONS_URL: z
    .url({ protocol: /^https?$/, error: 'not the URL of the HTTP API' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
});

/** What a deployed function is told by the stack that made it. */
export interface Environment {
  readonly bucket: string;
  readonly busName: string;
  /** Absent in a function that hands no work to a queue. */
  readonly queueUrl?: string;
  /** Where what cannot be read is put aside; absent in a function that leaves that to its queue. */
  readonly deadLettersUrl?: string;
  /** Where in the bucket the settings lie that this code was deployed with. */
  readonly settingsKey: string;
  /** How much of the settings' `quotaShare` one process of this function may use: others run at the same time. */
  readonly quotaPart: number;
  /** Who paints charts; absent in a function that sends none. */
  readonly chartFunction?: string;
  /** Where the HTTP API answers, without a slash at its end; absent where links in notices are off. */
  readonly actionsUrl?: string;
  /** Host and port that is spoken to in place of PagerDuty's, such as a proxy; the stack sets none. */
  readonly pagerDutyServer?: string;
  readonly namespace: typeof metricsNamespace;
}

/** Who is spoken to in place of PagerDuty, where somebody says so. @throws SettingsError where that is no host. */
export function readPagerDutyServer(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = 'AIOPS_PAGERDUTY_SERVER';
  const given = env[name] === '' ? undefined : env[name];
  const parsed = schema.shape[name].safeParse(given);
  if (parsed.success) return parsed.data;
  const { message } = parsed.error.issues[0];
  const remedy = 'write a host such as proxy.example.com:8443, or leave it out';
  throw new SettingsError('the environment', [{ path: name, message, got: JSON.stringify(given), remedy }]);
}

/**
 * Reads what the stack put into the function's environment. An empty variable counts as missing.
 *
 * @throws SettingsError that lists every variable that is missing or wrong.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, env[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(
      'the environment of this function',
      parsed.error.issues.map((issue) => problemOf(issue, given)),
    );
  }
  const { data } = parsed;
  return {
    bucket: data.AIOPS_BUCKET,
    busName: data.AIOPS_BUS_NAME,
    ...(data.AIOPS_QUEUE_URL === undefined ? {} : { queueUrl: data.AIOPS_QUEUE_URL }),
    ...(data.AIOPS_DEAD_LETTERS_URL === undefined ? {} : { deadLettersUrl: data.AIOPS_DEAD_LETTERS_URL }),
    settingsKey: data.AIOPS_SETTINGS_KEY,
    quotaPart: data.AIOPS_QUOTA_PART,
    ...(data.AIOPS_CHART_FUNCTION === undefined ? {} : { chartFunction: data.AIOPS_CHART_FUNCTION }),
    ...(data.AIOPS_ACTIONS_URL === undefined ? {} : { actionsUrl: data.AIOPS_ACTIONS_URL }),
    ...(data.AIOPS_PAGERDUTY_SERVER === undefined ? {} : { pagerDutyServer: data.AIOPS_PAGERDUTY_SERVER }),
    namespace: metricsNamespace,
  };
}

function problemOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): SettingsProblem {
  const path = issue.path.join('.');
  const got = given[path];
  return got === undefined
    ? { path, message: 'is missing', remedy: 'set it; the stack does so, deploy it again' }
    : { path, message: issue.message, got: JSON.stringify(got), remedy: 'deploy the stack again, which sets it' };
}
