import * as z from 'zod';
import { foreseenSchema } from './foreseen.ts';
import { severities } from './severities.ts';

/**
 * What a shard says of an entity at a tick. Signals are levels, not edges: every tick repeats the full set of what
 * fires, and says `normal` for three ticks after recovery, so that a lost signal is repaired by the next.
 */
const share = z.object({
  series: z.string(),
  label: z.string(),
  /** Part of the entity's strangeness that this series accounts for, 0…1. */
  share: z.number(),
  /** Such as "far above usual", for people. */
  words: z.string(),
});

const rarity = z.object({
  /** How often normal behaviour would do this: once in so many seconds; never longer than the evidence. */
  onceInSeconds: z.number(),
  /** How long this series was judged before. */
  evidenceSeconds: z.number(),
  /** Nothing as strong was seen in all the evidence: to be read "not seen in the last …". */
  unseen: z.boolean(),
});

/** What an anomaly was at its strongest since it began, so that people can call that much of it normal. */
const deviation = z.object({
  /** In the detectors' decades, before anything was held back. */
  strength: z.number(),
  /** From what was expected; `any` where there is no such direction. */
  direction: z.enum(['above', 'below', 'any']),
  observed: z.number().nullable(),
  expected: z.number().nullable(),
  /** Of an entity: the series that accounted for most of it. */
  metrics: z.array(z.string()),
});

export const findingSchema = z.object({
  /** Kind and series (or entity): what the router remembers `evaluatedAt` by. */
  key: z.string(),
  kind: z.enum(['anomaly', 'rule', 'forecast', 'batch']),
  /** The rule's name, or the view that fired. */
  source: z.string(),
  /** Absent where the entity as a whole is meant. */
  series: z.string().optional(),
  label: z.string(),
  unit: z.string(),
  status: z.enum(['firing', 'normal', 'unknown']),
  /** Epoch seconds of the first point of this episode. */
  since: z.number(),
  observed: z.number().nullable(),
  expected: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** Calibrated, 0…1. */
  score: z.number(),
  /** Where whoever raised it knows better than the table of severities: a rule or a forecast that was given one. */
  severity: z.enum(severities).optional(),
  /** That severity is a proposal: rows of the table that name this kind count for more. */
  isProposed: z.boolean().optional(),
  /** Normal because the series or the entity is looked after no more, not because it recovered. */
  gone: z.boolean().optional(),
  rarity: rarity.nullable(),
  shares: z.array(share),
  /** Of anomalies; stays through recovery. */
  deviation: deviation.optional(),
  /** One sentence that explains it. */
  explanation: z.string(),
  /** At most 200 recent points for a chart: time, value, and the expected band where there was one. */
  points: z
    .array(z.tuple([z.number(), z.number().nullable(), z.number().nullable(), z.number().nullable()]))
    .max(200)
    .optional(),
  /** Of forecasts. Nothing that is expected is unusual yet: `since` is when it was foreseen first. */
  forecast: foreseenSchema.optional(),
});

export const signalSchema = z.object({
  version: z.literal(1),
  deployment: z.string(),
  watch: z.string(),
  shard: z.string(),
  entity: z.string(),
  labels: z.record(z.string(), z.string()),
  /** The tick's scheduled time in epoch seconds, never the clock's. */
  evaluatedAt: z.number(),
  /** The watch's own tick length, so that a reader can tell late from lost. */
  intervalSeconds: z.number(),
  /** `shadow`: computed and recorded, nobody is to be told. */
  mode: z.enum(['live', 'shadow']),
  findings: z.array(findingSchema).min(1),
});

export type Signal = z.infer<typeof signalSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Deviation = z.infer<typeof deviation>;
export type Rarity = z.infer<typeof rarity>;
export type Share = z.infer<typeof share>;
