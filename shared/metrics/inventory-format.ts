import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import type { SeriesDescription } from './metric.ts';

/** A series and where it lives. Both times are epoch seconds; null while they do not apply. */
export interface InventorySeries {
  readonly description: SeriesDescription;
  /** Never changes while the series belongs to the same entity, so that its history and state are found again. */
  readonly shard: string;
  /** First discovery that did not find it, of an unbroken row of them. */
  readonly absentSince: number | null;
  /** Since when it is not asked for any more. It comes back to the same shard as soon as it is discovered again. */
  readonly retiredAt: number | null;
}

export interface Inventory {
  readonly series: readonly InventorySeries[];
  /** Number of the next shard; names are never used twice. */
  readonly nextShard: number;
  /** What was selected at the last discovery that said so, in whatever words the writer compares by; null before. */
  readonly selection: string | null;
}

const metric = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  dimensions: z.record(z.string(), z.string()),
  statistic: z.string().regex(/^(Average|Sum|Minimum|Maximum|SampleCount|p[\d.]+)$/),
  account: z.string().exactOptional(),
  region: z.string().exactOptional(),
});

const description = z.strictObject({
  id: z.string(),
  entity: z.string(),
  label: z.string(),
  metric: z.union([z.strictObject({ expression: z.string(), metrics: z.record(z.string(), metric) }), metric]),
  periodSeconds: z.number().positive(),
  nature: z.strictObject({
    unit: z.string(),
    lowest: z.number().exactOptional(),
    highest: z.number().exactOptional(),
    bad: z.enum(['up', 'down', 'both']),
    gap: z.enum(['zero', 'gap', 'silence']),
  }),
});

const payload = z.strictObject({
  series: z.array(
    z.strictObject({
      description,
      shard: z.string().min(1),
      absentSince: z.number().nullable(),
      retiredAt: z.number().nullable(),
    }),
  ),
  nextShard: z.int().min(1),
  selection: z.string().nullable(),
});

export const inventoryKind: ArtefactKind<Inventory> = {
  kind: 'inventory',
  version: 1,
  upgrades: {},
  parse: (given) => {
    const { series, nextShard, selection } = payload.parse(given);
    // A statistic was checked to be one; zod's type of a pattern is any string.
    return {
      nextShard,
      selection,
      series: series.map((one) => ({ ...one, description: one.description as SeriesDescription })),
    };
  },
};
