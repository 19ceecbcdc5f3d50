import * as z from 'zod';
import { channelNames, clockTime, notTheSecret, severity, timezone } from './alert-settings.ts';
import { duration } from './duration.ts';

const addressForm = /^[^\s@,<>"]+@[^\s@,<>".]+(\.[^\s@,<>".]+)+$/;
const topicForm = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/;

const secretName = z.string().min(1).max(255);
const address = z.string().regex(addressForm, 'is not an e-mail address → write such as ops@example.com');
const topic = z
  .string()
  .regex(
    topicForm,
    'is not the ARN of a topic → write such as arn:aws:sns:eu-west-1:111111111111:ops, with subscribers of its own',
  );
const somebody = z.array(address).refine((all) => all.length > 0, {
  error: 'is empty, and nobody would hear → write an e-mail address, or nobody',
});
const forms =
  'must be an e-mail address, a list of them, the ARN of an SNS topic that has subscribers, or nobody → write such as ops@example.com';

/** The short forms: `nobody`, one address, one ARN. */
const word = z
  .string()
  .refine((text) => text === 'nobody' || addressForm.test(text) || topicForm.test(text), forms)
  .transform((text): 'nobody' | { emails: string[] } | { topic: string } => {
    if (text === 'nobody') return text;
    return topicForm.test(text) ? { topic: text } : { emails: [text] };
  });

/**
 * Who hears from CloudWatch when the monitoring itself fails. There is no default: a deployment of whose end nobody hears
 * is worse than none, so it has to be said, also that nobody is to hear.
 */
export const selfAlarmSettings = z
  .union(
    [
      word,
      somebody.transform((emails) => ({ emails })),
      z.strictObject({ topic }),
      z.strictObject({ emails: somebody }),
    ],
    { error: forms },
  )
  .optional()
  .describe(
    'Who hears from CloudWatch when the monitoring itself fails: an e-mail address, a list of them, the ARN of an SNS topic that has subscribers, or nobody. To be deployed, it must be said',
  );

/** An address that is a secret: whoever has it can keep the alarm from being raised. */
export const heartbeatSettings = z
  .union(
    [
      z.strictObject({ secret: secretName.describe('Name or ARN in Secrets Manager'), field: secretName.optional() }),
      z.strictObject({ variable: secretName.describe('Environment variable; on this machine only') }),
    ],
    { error: `${notTheSecret} → write where: { secret: name } or { variable: NAME }` },
  )
  .optional()
  .describe(
    'Where the address lies that is called after every complete tick, such as one of healthchecks.io; {watch} in it stands for the name of the watch',
  );

const DAY = 86_400;
const testEvery = duration.refine(
  (seconds) => seconds >= 3600 && seconds <= 31 * DAY,
  'is not from an hour to 31 days → write such as 1d',
);

const alertTest = z
  .strictObject({
    every: testEvery,
    at: clockTime
      .optional()
      .describe('Time of day, of a daily test and, on Mondays, of a weekly one; else whenever it was deployed'),
    timezone: timezone.default('UTC').describe('Of `at`'),
    severity: severity.default('INFO').describe('What the test is said to be; it is marked as a test in any case'),
    channels: channelNames
      .optional()
      .describe('Default: all but pagers. A pager that is named here is paged, and resolved at once'),
  })
  .refine(({ every, at }) => at === undefined || every === DAY || every === 7 * DAY, {
    path: ['at'],
    when: ({ issues }) => issues.length === 0,
    error:
      'is a time of the day, and the test comes neither daily nor weekly → write every: 1d or every: 7d, or leave it out',
  });

/** An alert that nothing is behind, through bus, queue and router to the channels, and an alarm where it does not arrive. */
export const alertTestSettings = z
  .union(
    [
      z.literal(['off', false]).transform((): 'off' => 'off'),
      testEvery.transform((every) => alertTest.parse({ every })),
      alertTest,
    ],
    {
      error:
        'must be off, how often, or settings such as { every: 1d, at: "10:00", channels: [slack] } → write such as 1d',
    },
  )
  .default('off')
  .describe(
    'How often a deployment sends a test, marked as one, through bus, queue and router to its channels; where one does not arrive, an alarm says so. Pagers only where they are named',
  );

export type AlertTestSettings = Exclude<z.output<typeof alertTestSettings>, 'off'>;
export type SelfAlarms = NonNullable<z.output<typeof selfAlarmSettings>>;
