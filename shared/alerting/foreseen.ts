import * as z from 'zod';

const time = z.number();
const value = z.number().nullable();

/**
 * What is expected of a series and its limit, as people are told of it: the outlook of a finding of kind `forecast`
 * (source `crossing` within the horizon, or `saturation` over days), and what its chart is drawn from.
 */
export const foreseenSchema = z.object({
  /** In the series' unit, and which side of it is bad. */
  limit: z.object({ value: z.number(), side: z.enum(['above', 'below']) }),
  /** Of being beyond the limit within the horizon, 0…1; null where it cannot be told. */
  probability: value,
  /** When it is expected to cross first (epoch seconds); null where it is not, or where it is beyond now. */
  crossesAt: time.nullable(),
  /** Between which times the crossing lies; of saturation. */
  between: z.tuple([time, time]).optional(),
  /** It is beyond the limit now. */
  isBeyond: z.boolean(),
  /** The worst that is expected within the horizon. */
  peak: z.object({ time, value: z.number() }).optional(),
  /** As `forecasters/outlook` names them. */
  recommendation: z.enum(['NONE', 'MONITOR', 'PREPARE_SCALING', 'SCALE_SOON', 'SCALE_IMMEDIATELY']),
  /** Capacity to go to, as a multiple of what there is; null where none is advised. */
  scaleTo: value,
  /** How much better than the last value its forecasts were, 1 − error / error; null where that is not known. */
  skill: value,
  /** What must be known to read it; empty where nothing. */
  note: z.string(),
  /** For a chart: two bands and their levels in percent, the narrow one first. At most 200 points. */
  course: z
    .object({
      levels: z.tuple([z.number(), z.number()]),
      /** Time, mean, lower and upper end of the narrow band, lower and upper end of the wide one. */
      points: z.array(z.tuple([time, value, value, value, value, value])).max(200),
    })
    .optional(),
});

export type Foreseen = z.infer<typeof foreseenSchema>;
