import * as z from 'zod';
import { isStatistic } from '../metrics/metric.ts';
import { LONGEST_STREAMED_PERIOD, STREAM_SETTLE_SECONDS, STREAM_WAY_SECONDS } from '../metrics/stream-timing.ts';
import { isTimeZone } from '../metrics/time-zone.ts';
import { alertSettings, groupBy, severity } from './alert-settings.ts';
import { maxMonthlyUsd, priceSettings } from './cost-settings.ts';
import { duration } from './duration.ts';
import { forecastProblems, forecastSettings, limitSettings } from './forecast-settings.ts';
import { alertTestSettings, heartbeatSettings, selfAlarmSettings } from './self-settings.ts';

/** Messages are `what is wrong → what to write instead`; `settings-problems.ts` adds place, line and value. */
const statistic = z
  .string()
  .refine(
    (text): boolean => isStatistic(text),
    'is not a statistic → write Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99',
  );

const account = z.string().regex(/^\d{12}$/, 'is not an account → write its 12 digits, in quotes');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not a region → write such as eu-west-1');
const name = z.string().min(1).max(255);
const dimensions = z
  .record(name, z.string().min(1).max(1024))
  .refine((all) => Object.keys(all).length <= 30, 'has more than the 30 dimensions that a metric can have');

/** What to look after: namespace, metric and dimension globs (`*` and `?`). */
const selection = z
  .strictObject({
    namespace: name.describe('Such as AWS/EC2; globs allowed'),
    metric: z
      .union([name, z.array(name).min(1)], { error: 'must be a metric name or a list of them' })
      .default('*')
      .describe('Metric name or names; globs allowed'),
    dimensions: dimensions.default({}).describe('Dimension name to glob; a dimension not named may have any value'),
    statistic: z
      .union([statistic, z.array(statistic).min(1)], { error: 'must be a statistic or a list of them' })
      .optional()
      .describe('Default: what is known of the metric, else Average'),
    account: account.optional().describe('Where it is not our own'),
    region: region.optional(),
  })
  .describe('A pattern over metrics');

const metric = z
  .strictObject({
    namespace: name,
    metric: name,
    dimensions: dimensions.default({}),
    statistic: statistic.default('Average'),
    account: account.optional(),
    region: region.optional(),
  })
  .describe('One metric, named exactly');

const expression = z
  .strictObject({
    label: name.describe('What people read, such as error rate'),
    expression: z.string().min(1).max(2048).describe('CloudWatch metric math over the names in metrics'),
    metrics: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-zA-Z0-9_]{0,254}$/, 'is not a name in metric math → begin with a small letter, no spaces'),
        metric,
      )
      .refine((all) => Object.keys(all).length > 0, 'is empty → name the metrics that the expression uses'),
    entity: name.optional().describe('The thing it belongs to; default: the one its metrics share, else its label'),
    unit: z.string().max(64).default('None'),
  })
  .describe('A series computed from metrics, such as errors / requests * 100');

const nature = z
  .strictObject({
    unit: z.string().max(64).optional(),
    lowest: z.number().optional(),
    highest: z.number().optional(),
    bad: z.enum(['up', 'down', 'both']).optional().describe('Which deviations are bad news'),
    gap: z
      .enum(['zero', 'gap', 'silence'])
      .optional()
      .describe('What an absent point says: nothing happened (0), nothing is known, or the thing has gone quiet'),
  })
  .refine(
    ({ lowest, highest }) => lowest === undefined || highest === undefined || lowest < highest,
    'has a lowest that is not below its highest → exchange them, or leave one out',
  );

const labelGlob = name.describe('Which series, by their label; globs allowed');
const rule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('above'), metric: labelGlob, limit: z.number(), severity: severity.optional() }),
    z.strictObject({ kind: z.literal('below'), metric: labelGlob, limit: z.number(), severity: severity.optional() }),
    z.strictObject({
      kind: z.literal('jump'),
      metric: labelGlob,
      by: z.number().positive(),
      severity: severity.optional(),
    }),
    z.strictObject({ kind: z.literal('stuck'), metric: labelGlob, for: duration, severity: severity.optional() }),
    z.strictObject({
      kind: z.literal('silent'),
      metric: labelGlob,
      severity: severity.optional(),
      for: duration.describe(
        'A thing that CloudWatch no longer lists, some three hours after its last metric, is taken for gone once it was so for as long as the longest silence of the watch’s rules that exceeds 3h; after 14 days it is in any case',
      ),
    }),
  ])
  .describe('A static rule beside the models');

/** A limit, or `off` for none. */
const limit = (initially: number) =>
  z
    .union([z.number(), z.literal('off'), z.literal(false)], { error: 'must be a number, or off' })
    .default(initially)
    .transform((given): number | 'off' => (given === false ? 'off' : given));

/**
 * Flags that every percentage carries. They are named where an anomaly is explained, and raise by themselves only if
 * `tell` says so: a processor may idle below 5 all night, and a cache be full by design, while an alert budget is to hold.
 */
const percentages = z
  .strictObject({
    above: limit(90).describe('A percentage above it is flagged'),
    below: limit(5).describe('A percentage below it is flagged'),
    jump: limit(30)
      .refine((by) => by === 'off' || by > 0, 'must be more than 0 → write such as 30, or off')
      .describe('A change by so many points at once is flagged'),
    tell: z
      .array(z.enum(['above', 'below', 'jump']))
      .default([])
      .describe(
        'Which of these flags raise by themselves, such as [above]; the others only add a sentence to an anomaly that was found anyhow. Default: none',
      ),
  })
  .refine(
    ({ above, below }) => above === 'off' || below === 'off' || below < above,
    'has a below that is not below its above → exchange them, or write off',
  );

const budget = /^\s*(\d+(?:\.\d+)?)\s*(?:per|a|\/)\s*(day|week|month)\s*$/i;
const sensitivity = z.union(
  [
    z
      .string()
      .regex(budget, 'is not an alert budget → write such as 3 per week')
      .refine((text) => !(Number(budget.exec(text)?.[1]) === 0), 'is no alert at all → write shadow: true instead')
      .describe('An alert budget, such as 3 per week'),
    z.strictObject({
      threshold: z.number().positive().describe('In the detector’s own units; its own default is 1.75'),
    }),
    z.strictObject({
      contamination: z.number().gt(0).lt(0.5).describe('The part of points that are taken for strange'),
    }),
  ],
  { error: 'must be an alert budget such as 3 per week, { threshold: 1.75 } or { contamination: 0.01 }' },
);

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cloudwatch') }),
  z.strictObject({ kind: z.literal('csv'), path: z.string().min(1).describe('A file, or a folder of files') }),
  z.strictObject({ kind: z.literal('simulated'), seed: z.int().default(1) }),
  z.strictObject({ kind: z.literal('host') }),
]);

const confirm = z
  .strictObject({ rows: z.int().min(1).max(60), of: z.int().min(1).max(60) })
  .refine(({ rows, of }) => rows <= of, 'asks for more rows than it looks at → write such as { rows: 2, of: 3 }');

const forest = z.strictObject({
  detector: z.enum(['isolation-forest', 'ml-isolation-forest', 'off']).default('isolation-forest'),
  trees: z.int().min(10).max(1000).default(100),
  sampleSize: z.int().min(16).max(4096).optional().describe('Rows per tree; default: chosen by evaluation'),
  contamination: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe(
      'The part of usual rows that the model may raise a thing at; default: as often as the alert budget, or else about once in two weeks',
    ),
  threshold: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('The score from which the model raises a thing, instead of a contamination'),
});

const selections = z
  .union(
    [
      name,
      selection,
      z.array(
        z.union([name, selection], {
          error: 'must be a namespace such as AWS/EC2, or a pattern { namespace, metric, dimensions }',
        }),
      ),
    ],
    {
      error: 'must be a namespace such as AWS/EC2, a pattern { namespace, metric, dimensions }, or a list of these',
    },
  )
  .optional()
  .describe('A namespace, a pattern over metrics, or a list of them')
  .transform((given) =>
    (given === undefined ? [] : Array.isArray(given) ? given : [given]).map((one) =>
      typeof one === 'string' ? selection.parse({ namespace: one }) : one,
    ),
  );

/** Periods that CloudWatch answers in. */
const isCloudWatchPeriod = (seconds: number): boolean =>
  [1, 5, 10, 20, 30].includes(seconds) || (seconds % 60 === 0 && seconds <= 86_400);

/** A check that looks at these fields only runs when they are right, whatever is wrong beside them. */
const evenIf =
  (...fields: readonly string[]) =>
  ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path = [] }) => path.length === 0 || fields.includes(String(path[0])));

const watch = z
  .strictObject({
    source: source.default({ kind: 'cloudwatch' }).describe('Where the metrics come from'),
    select: selections,
    metrics: z.array(metric).default([]).describe('Metrics named one by one, such as those of a CDK construct'),
    expressions: z.array(expression).default([]).describe('Series computed from metrics, such as errors / requests'),
    collect: z
      .enum(['poll', 'stream'])
      .default('poll')
      .describe(
        'How points come: asked for at each tick, or pushed by a metric stream that the deployment makes; on a laptop they are asked for either way',
      ),
    every: duration.default(300).describe('How often new points are pulled and judged'),
    discoverEvery: duration
      .default(3600)
      .describe(
        'How often new series are looked for, and vanished ones noticed. CloudWatch lists a new metric after up to 15m',
      ),
    period: duration
      .default(300)
      .describe(
        'Length of one point. Metrics that are published more rarely are left out, with a word on why: S3’s storage needs a watch with period 1d, every 1h and settle 1d',
      ),
    settle: duration
      .optional()
      .describe(
        'How long after its end a point is judged; default: a minute and one period, at most two minutes. Daily metrics come hours after their day: 1d',
      ),
    maxSeries: z.int().positive().max(100_000).default(500).describe('At most so many series per pattern'),
    entityBy: z
      .array(name)
      .min(1)
      .optional()
      .describe('Dimensions that name a thing; default: what is known, else all'),
    timezone: z
      .string()
      .refine(isTimeZone, 'is not a time zone → write an IANA name such as Europe/Berlin')
      .default('UTC')
      .describe('Rules calendars and daily profiles'),
    sensitivity: sensitivity.optional().describe('Default: the detector’s own threshold'),
    direction: z
      .enum(['up', 'down', 'both', 'known'])
      .default('both')
      .describe('Deviations to tell of; known: the bad direction of each metric'),
    floor: z
      .strictObject({
        absolute: z.number().nonnegative().default(0).describe('In the metric’s unit'),
        relative: z.number().nonnegative().default(0).describe('A part of what was expected, such as 0.1'),
      })
      .prefault({})
      .describe('Deviations smaller than this are not told of'),
    confirm: confirm.optional().describe('So many of so many rows must be strange; default 1 of 1, for rules 2 of 3'),
    rules: z.array(rule).max(1000).default([]).describe('Limits, jumps, stuck and silent metrics; default: none'),
    percentages: percentages.prefault({}).describe('Flags of their own that every percentage carries'),
    natures: z
      .record(name, nature)
      .default({})
      .describe('What a metric means, by label glob, over what is known of the usual AWS metrics'),
    shadow: z.boolean().default(false).describe('Judge and record, and tell nobody'),
    groupBy: groupBy.optional().describe('What makes one incident; default: what `alerts` says'),
    runbook: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .optional()
      .describe('What to do: stands in every notice of this watch'),
    labels: z.record(name, z.string().max(1024)).default({}).describe('Go with every signal, for routing'),
    forest: forest.prefault({}).describe('The model of a thing’s metrics together'),
    limits: limitSettings,
    forecast: forecastSettings,
  })
  .refine(({ source: from, period }) => from.kind !== 'cloudwatch' || isCloudWatchPeriod(period), {
    path: ['period'],
    error: 'is not a period of CloudWatch → write 1s, 5s, 10s, 20s, 30s or whole minutes up to 1d',
    when: evenIf('source', 'period'),
  })
  .refine(({ source: from, collect }) => collect === 'poll' || from.kind === 'cloudwatch', {
    path: ['collect'],
    error: 'is there for metrics of CloudWatch only → leave it out',
    when: evenIf('source', 'collect'),
  })
  .refine(({ collect, period }) => collect === 'poll' || (period % 60 === 0 && period <= LONGEST_STREAMED_PERIOD), {
    path: ['collect'],
    error: 'streams are read by the minute → write collect: poll, or a period of whole minutes up to 1h',
    when: evenIf('collect', 'period'),
  })
  .refine(({ collect, settle = STREAM_SETTLE_SECONDS }) => collect === 'poll' || settle >= STREAM_WAY_SECONDS, {
    path: ['settle'],
    error: 'is shorter than the way of a stream → leave it out, or write at least 3m',
    when: evenIf('collect', 'settle'),
  })
  .refine(({ every }) => every <= 86_400, {
    path: ['every'],
    error: 'is longer than a day → write at most 1d',
    when: evenIf('every'),
  })
  .refine(({ discoverEvery }) => discoverEvery >= 300 && discoverEvery <= 86_400, {
    path: ['discoverEvery'],
    error: 'is not from five minutes to a day → write such as 1h',
    when: evenIf('discoverEvery'),
  })
  .superRefine((given, context) => {
    for (const { path, message } of forecastProblems(given))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

export const settingsSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-zA-Z][a-zA-Z0-9-]{0,39}$/,
        'is not a name → begin with a letter, then letters, digits and hyphens, 40 at most',
      )
      .default('aiops')
      .describe('What the deployment is called'),
    retention: duration.default(190 * 86_400).describe('How long history is kept'),
    quotaShare: z
      .number()
      .gt(0)
      .max(1)
      .default(0.25)
      .describe(
        'The part of the account’s CloudWatch quotas we may use, all functions together. How it is divided: docs/scaling.md',
      ),
    seed: z.int().default(1).describe('Of everything that is drawn by chance'),
    alerts: alertSettings.prefault({}).describe('Who is told what, how and when'),
    selfAlarms: selfAlarmSettings,
    heartbeatUrl: heartbeatSettings,
    alertTestEvery: alertTestSettings,
    maxMonthlyUsd,
    prices: priceSettings,
    dashboard: z
      .union([z.literal(['on', true]), z.literal(['off', false])], { error: 'must be on or off' })
      .default('on')
      .transform((given): 'on' | 'off' => (given === 'off' || given === false ? 'off' : 'on'))
      .describe('A CloudWatch dashboard with widgets of our own, in a deployment'),
    signalsTo: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[/.\-_A-Za-z0-9]{1,256}$/,
        'is not the ARN of an event bus → write such as arn:aws:events:eu-west-1:111111111111:event-bus/NAME',
      )
      .optional()
      .describe('The bus of another deployment, such as of the main region, whose router tells of ours, too'),
    watches: z
      .record(
        z
          .string()
          .regex(/^[^\p{Cc}/\\]{1,64}$/u, 'is not a name for a watch → write 1 to 64 characters without slashes'),
        watch,
      )
      .refine((all) => Object.keys(all).length > 0, 'is empty → name a watch and what it selects, such as AWS/EC2')
      .describe('What to look after, by a name of your own'),
  })
  .superRefine(({ alerts, alertTestEvery }, context) => {
    const known = Object.keys(alerts.channels);
    const named = alertTestEvery === 'off' ? [] : (alertTestEvery.channels ?? []);
    named.forEach((one, k) => {
      if (known.includes(one)) return;
      const there = known.length === 0 ? 'those that you name under alerts.channels' : known.join(', ');
      const path = ['alertTestEvery', 'channels', k];
      context.addIssue({ code: 'custom', path, message: `is no channel → write one of ${there}` });
    });
  });

/** What users may write. */
export type SettingsInput = z.input<typeof settingsSchema>;
/** Complete with all defaults; parses to itself. */
export type Settings = z.output<typeof settingsSchema>;
export type WatchSettings = Settings['watches'][string];
/** A watch under its name: what the rest of the code speaks of. */
export type Watch = WatchSettings & { readonly name: string };
export type RuleSettings = WatchSettings['rules'][number];

export const watchesOf = (settings: Settings): readonly Watch[] =>
  Object.entries(settings.watches).map(([name, one]) =>
    one.collect === 'stream' ? { ...one, name, settle: one.settle ?? STREAM_SETTLE_SECONDS } : { ...one, name },
  );
