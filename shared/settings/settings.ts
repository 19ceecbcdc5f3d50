import * as z from 'zod';

const duration = z.union([z.number().positive(), z.string()]).transform((given, context) => {
  const seconds = typeof given === 'number' ? given : parseDuration(given);
  if (seconds !== undefined && seconds > 0) return seconds;
  context.addIssue({
    code: 'custom',
    message: `not a duration: write a number and a unit, such as 30s, 5m, 6h or 14d`,
  });
  return z.NEVER;
});

/** Seconds of `30s`, `5m`, `6h`, `14d`, `1h30m`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([smhdw])\s*/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim()) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ''] ?? Number.NaN), 0);
}

/** What to look after: namespace, metric and dimension globs (`*` and `?`). */
const selection = z.strictObject({
  namespace: z.string().min(1),
  metric: z
    .union([z.string(), z.array(z.string()).min(1)])
    .default('*')
    .describe('Metric name or names; globs allowed'),
  dimensions: z
    .record(z.string(), z.string())
    .default({})
    .describe('Dimension name to glob; a dimension not named may have any value'),
  statistic: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('Default: what known-metrics says, else Average'),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: z.string().optional(),
});

const metric = z.strictObject({
  namespace: z.string().min(1),
  metric: z.string().min(1),
  dimensions: z.record(z.string(), z.string()).default({}),
  statistic: z.string().default('Average'),
  account: z.string().optional(),
  region: z.string().optional(),
});

const expression = z.strictObject({
  label: z.string().min(1),
  expression: z.string().min(1),
  metrics: z.record(z.string(), metric),
  entity: z.string().optional(),
  unit: z.string().default('None'),
});

const nature = z.strictObject({
  unit: z.string().optional(),
  lowest: z.number().optional(),
  highest: z.number().optional(),
  bad: z.enum(['up', 'down', 'both']).optional(),
  gap: z.enum(['zero', 'gap', 'silence']).optional(),
});

/** Static rules that stand beside the models. `metric` is a glob over labels. */
const rule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('above'), metric: z.string(), limit: z.number() }),
  z.strictObject({ kind: z.literal('below'), metric: z.string(), limit: z.number() }),
  z.strictObject({ kind: z.literal('jump'), metric: z.string(), by: z.number().positive() }),
  z.strictObject({ kind: z.literal('stuck'), metric: z.string(), for: duration }),
  z.strictObject({ kind: z.literal('silent'), metric: z.string(), for: duration }),
]);

const sensitivity = z.union([
  z.string().regex(/^\s*\d+(\.\d+)?\s*(per|a|\/)\s*(day|week|month)\s*$/i),
  z.strictObject({ threshold: z.number().positive() }),
  z.strictObject({ contamination: z.number().gt(0).lt(0.5) }),
]);

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cloudwatch') }),
  z.strictObject({ kind: z.literal('csv'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('simulated'), seed: z.number().int().default(1) }),
  z.strictObject({ kind: z.literal('host') }),
]);

const watch = z.strictObject({
  source: source.default({ kind: 'cloudwatch' }),
  select: z
    .union([z.string(), selection, z.array(z.union([z.string(), selection]))])
    .optional()
    .transform((given) =>
      (given === undefined ? [] : Array.isArray(given) ? given : [given]).map((one) =>
        typeof one === 'string' ? selection.parse({ namespace: one }) : one,
      ),
    ),
  metrics: z.array(metric).default([]).describe('Metrics named one by one, such as those of a CDK construct'),
  expressions: z.array(expression).default([]),
  every: duration.default(300).describe('How often new points are pulled and judged'),
  period: duration.default(300).describe('Length of one point'),
  settle: duration.optional().describe('How long after its end a point is judged; default one minute after one period'),
  maxSeries: z.number().int().positive().max(100_000).default(500).describe('At most so many series per pattern'),
  entityBy: z.array(z.string()).optional().describe('Dimensions that name a thing; default: all'),
  timezone: z.string().default('UTC'),
  sensitivity: sensitivity.optional(),
  direction: z
    .enum(['up', 'down', 'both', 'known'])
    .default('both')
    .describe('Deviations to tell of; known: the bad direction of each metric'),
  floor: z
    .strictObject({ absolute: z.number().nonnegative().default(0), relative: z.number().nonnegative().default(0) })
    .prefault({}),
  confirm: z.strictObject({ rows: z.number().int().min(1).max(60), of: z.number().int().min(1).max(60) }).optional(),
  rules: z.array(rule).default([]),
  natures: z
    .record(z.string(), nature)
    .default({})
    .describe('What a metric means, by label glob, over what known-metrics says'),
  shadow: z.boolean().default(false),
  labels: z.record(z.string(), z.string()).default({}),
  forest: z
    .strictObject({
      detector: z.enum(['isolation-forest', 'ml-isolation-forest', 'off']).default('isolation-forest'),
      trees: z.number().int().min(10).max(1000).default(100),
      sampleSize: z.number().int().min(16).max(4096).optional(),
      contamination: z.number().gt(0).lt(0.5).default(0.05),
      threshold: z.number().gt(0).lt(1).optional(),
    })
    .prefault({}),
});

export const settingsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/)
    .default('aiops'),
  retention: duration.default(190 * 86_400).describe('How long history is kept'),
  quotaShare: z.number().gt(0).max(1).default(0.25),
  seed: z.number().int().default(1),
  watches: z
    .record(z.string().min(1).max(64), watch)
    .refine((all) => Object.keys(all).length > 0, 'at least one watch is needed'),
});

export type Settings = z.output<typeof settingsSchema>;
export type WatchSettings = Settings['watches'][string];
/** A watch under its name: what the rest of the code speaks of. */
export type Watch = WatchSettings & { readonly name: string };
export type Selection = WatchSettings['select'][number];
export type RuleSettings = WatchSettings['rules'][number];

export const watchesOf = (settings: Settings): readonly Watch[] =>
  Object.entries(settings.watches).map(([name, one]) => ({ ...one, name }));
