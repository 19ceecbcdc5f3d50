import * as z from 'zod';
import { cronProblem } from '../metrics/cron.ts';
import { isTimeZone } from '../metrics/time-zone.ts';
import { duration } from './duration.ts';

/** Also in `alerting/severities`, which settings may not import; a test keeps the two the same. */
export const severity = z.enum(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'], {
  error: 'is not a severity → write INFO, LOW, MEDIUM, HIGH or CRITICAL',
});

const name = z.string().min(1).max(255);
const glob = name.describe('Globs allowed: * and ?');
const globs = z
  .union([glob, z.array(glob).min(1)], { error: 'must be a name, a glob or a list of them' })
  .transform((given) => (typeof given === 'string' ? [given] : given));
export const timezone = z.string().refine(isTimeZone, 'is not a time zone → write an IANA name such as Europe/Berlin');

/** What is written where this is said is never shown: it may well be the secret. */
export const notTheSecret = 'must say where the secret lies, never the secret itself';

const secret = z
  .union(
    [
      z.strictObject({ secret: name.describe('Name or ARN in Secrets Manager'), field: name.optional() }),
      z.strictObject({ parameter: name.describe('Name of an SSM parameter (SecureString)') }),
      z.strictObject({ variable: name.describe('Environment variable; on this machine only') }),
    ],
    {
      error: `${notTheSecret} → write where: { secret: name }, { parameter: /path } or { variable: NAME }`,
    },
  )
  .describe('Where the secret lies: { secret }, { parameter } or { variable }');

const channel = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('slack'), webhook: secret }),
    z.strictObject({
      kind: z.literal('pagerduty'),
      key: secret.describe('Integration (routing) key of Events API v2'),
      region: z.enum(['us', 'eu']).default('us'),
    }),
    z.strictObject({
      kind: z.literal('webhook'),
      url: z.url({ protocol: /^https$/, error: 'must be an https:// URL' }),
      secret: secret.describe('Signs every request: HMAC-SHA-256'),
    }),
    z.strictObject({
      kind: z.literal('lambda'),
      function: name.describe('Name or ARN of a Lambda function that is called with each notice'),
    }),
    z.strictObject({ kind: z.literal('terminal') }),
  ])
  .describe('Where people are told');

export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day → write such as 08:30');
const day = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], {
  error: 'is not a day → write mon, tue, wed, thu, fri, sat or sun',
});

const match = z
  .strictObject({
    severity: z
      .union([severity, z.strictObject({ atLeast: severity.default('INFO'), atMost: severity.default('CRITICAL') })])
      .transform((given) => (typeof given === 'string' ? { atLeast: given, atMost: given } : given))
      .optional()
      .describe('One severity, or { atLeast, atMost }'),
    watch: globs.optional(),
    entity: globs.optional(),
    labels: z.record(name, globs).optional(),
    time: z
      .strictObject({
        days: z.array(day).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
        from: clockTime.default('00:00'),
        to: clockTime.default('00:00').describe('Before `from`: until then on the next day'),
        timezone: timezone.default('UTC'),
      })
      .optional(),
  })
  .describe('All that is named must hold');

export const channelNames = z
  .array(name)
  .refine(
    (names) => names.length > 0,
    'is empty, and nobody would be told → name a channel, or silence it with quiet or with shadow: true',
  );

/** A node of the routing tree; what it does not say it takes from its parent. */
export interface RouteInput {
  readonly match?: z.input<typeof match> | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly groupWait?: string | number | undefined;
  readonly repeatEvery?: string | number | undefined;
  readonly resolveAfter?: string | number | undefined;
  readonly continue?: boolean | undefined;
  readonly routes?: readonly RouteInput[] | undefined;
}
export interface RouteSettings {
  readonly match?: z.output<typeof match> | undefined;
  readonly channels?: readonly string[] | undefined;
  /** Seconds. */
  readonly groupWait?: number | undefined;
  readonly repeatEvery?: number | undefined;
  readonly resolveAfter?: number | undefined;
  readonly continue: boolean;
  readonly routes: readonly RouteSettings[];
}
const route: z.ZodType<RouteSettings, RouteInput> = z
  .strictObject({
    match: match.optional(),
    channels: channelNames.optional(),
    groupWait: duration
      .optional()
      .describe('Pause before the first notice, so that what belongs together is told together; default 30s'),
    repeatEvery: duration.optional().describe('Reminders while it fires; default 4h'),
    resolveAfter: duration.optional().describe('So long it must be normal before it is resolved; default 10m'),
    continue: z.boolean().default(false).describe('Also try the routes after this one'),
    get routes() {
      return z.array(route).default([]);
    },
  })
  .describe('What it does not say it takes from its parent; of its routes the first that matches decides');

/** Longer ones are no windows: what is to be silent for good is in shadow. */
const longestWindow = 31 * 86_400;
const quietWindow = z
  .strictObject({
    name: name.default('quiet').describe('What people read where it holds something back'),
    at: z
      .string()
      .max(100)
      .superRefine((written, context) => {
        const problem = cronProblem(written);
        if (problem !== undefined)
          context.addIssue({
            code: 'custom',
            message: `is no cron expression: ${problem} → write such as 0 22 * * fri (22:00 each Friday)`,
          });
      })
      .describe('Cron expression of its beginnings, five fields, such as 0 22 * * fri'),
    for: duration
      .refine(
        (seconds) => seconds <= longestWindow,
        'is longer than 31 days → silence a watch for good with shadow: true',
      )
      .describe('How long it lasts from each beginning, in real time also where the clocks change'),
    timezone: timezone.default('UTC').describe('Of its beginnings: they keep to the clock on the wall'),
    match: match.prefault({}).describe('Default: everything'),
    alert: z.boolean().default(false).describe('Whether people are told in it'),
    learn: z.boolean().default(true).describe('Whether detectors learn from it'),
  })
  .refine(({ alert, learn }) => !alert || !learn, {
    error: 'tells people and learns, as at any other time → write alert: false, learn: false, or both',
    abort: true,
  });

const severityRow = z
  .strictObject({
    severity,
    kind: z.enum(['anomaly', 'rule', 'forecast', 'batch']).optional(),
    source: glob.optional().describe('A rule such as above, or series or entity'),
    metric: glob.optional().describe('Label of the series'),
    onceIn: duration.optional().describe('Normal behaviour does this at most so often'),
    size: z.number().positive().optional().describe('Distance from what was expected, in half widths of the band'),
    lasting: duration.optional(),
    metrics: z.int().min(1).optional().describe('So many metrics take part'),
  })
  .describe('What all of this holds for is at least so severe');

/** In words: docs/alerting.md. */
const defaultSeverities: z.input<typeof severityRow>[] = [
  { severity: 'LOW', kind: 'anomaly' },
  { severity: 'MEDIUM', kind: 'anomaly', onceIn: '3d' },
  { severity: 'HIGH', kind: 'anomaly', onceIn: '14d', lasting: '10m' },
  { severity: 'HIGH', kind: 'anomaly', onceIn: '7d', metrics: 3, lasting: '10m' },
  { severity: 'CRITICAL', kind: 'anomaly', onceIn: '14d', metrics: 3, lasting: '30m' },
  { severity: 'LOW', kind: 'rule' },
  { severity: 'MEDIUM', kind: 'rule', source: 'silent' },
  { severity: 'HIGH', kind: 'rule', source: 'above' },
  { severity: 'HIGH', kind: 'rule', source: 'below' },
];

export const groupBy = z
  .union([z.enum(['entity', 'watch', 'all']), z.strictObject({ label: name })], {
    error: 'must be entity, watch, all or { label: name }',
  })
  .describe('What makes one incident');

const off = z.literal(['off', false]).transform((): 'off' => 'off');

export const alertSettings = z
  .strictObject({
    channels: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is not a name for a channel → write such as slack or ops-pager'),
        channel,
      )
      .default({})
      .describe('Where people are told, by a name of your own'),
    route: route
      .optional()
      .describe('Default: everything to every channel but pagers; HIGH and CRITICAL to pagers, too'),
    severity: z
      .array(severityRow)
      .min(1)
      .max(200)
      .prefault(defaultSeverities)
      .describe('The gravest row that holds decides'),
    groupBy: groupBy.default('entity'),
    storm: z
      .union([
        off,
        z.strictObject({
          entities: z.int().min(1).default(5).describe('More than so many of a watch…'),
          ticks: z.int().min(1).max(60).default(2).describe('…that begin within so many ticks are told as one'),
        }),
      ])
      .prefault({}),
    flapping: z
      .union([off, z.strictObject({ starts: z.int().min(2).default(4), within: duration.default(3600) })])
      .prefault({})
      .describe('What begins so often within so long is told as flapping, once, and held until it is calm'),
    quiet: z.array(quietWindow).max(100).default([]).describe('Times at which nobody is told, or nothing is learned'),
    pagesPerDay: z
      .union(
        [
          off,
          z
            .int()
            .refine(
              (pages) => pages > 0,
              'is no page at all → route to channels that are no pagers instead, or write off for no limit',
            ),
        ],
        {
          error: 'must be a number of pages, or off',
        },
      )
      .default(10)
      .describe('Per watch; CRITICAL and static limits are told all the same'),
    digest: z
      .union([
        off,
        z.strictObject({
          every: z.enum(['day', 'week']).default('week'),
          day: day.default('mon').describe('Of a weekly one'),
          at: clockTime.default('09:00'),
          timezone: timezone.default('UTC'),
          channels: channelNames.optional().describe('Default: every Slack channel and the terminal'),
        }),
      ])
      .default('off'),
    actions: z
      .union([off, z.strictObject({ secret: secret.describe('Signs the links in notices; 32 characters or more') })], {
        error: 'must be off or { secret }, which signs the links → write such as { secret: { secret: aiops-links } }',
      })
      .default('off')
      .describe('Links in notices: acknowledge, snooze, this is normal'),
    runbook: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .optional()
      .describe('Of what no watch names one for'),
  })
  .superRefine((alerts, context) => {
    const known = Object.keys(alerts.channels);
    const windows = new Set<string>();
    alerts.quiet.forEach((one, k) => {
      if (one.name !== 'quiet' && windows.has(one.name))
        context.addIssue({
          code: 'custom',
          path: ['quiet', k, 'name'],
          message: 'names two windows → give each a name of its own: it says which of them held something back',
        });
      windows.add(one.name);
    });
    const check = (given: readonly string[] | undefined, path: PropertyKey[]): void =>
      given?.forEach((one, k) => {
        if (!known.includes(one))
          context.addIssue({
            code: 'custom',
            path: [...path, k],
            message: `is no channel → write one of ${known.length === 0 ? 'those that you name under alerts.channels' : known.join(', ')}`,
          });
      });
    const walk = (one: RouteSettings | undefined, path: PropertyKey[]): void => {
      check(one?.channels, [...path, 'channels']);
      one?.routes.forEach((child, k) => walk(child, [...path, 'routes', k]));
    };
    walk(alerts.route, ['route']);
    if (alerts.digest !== 'off') check(alerts.digest.channels, ['digest', 'channels']);
  });

export type AlertSettings = z.output<typeof alertSettings>;
export type ChannelSettings = AlertSettings['channels'][string];
