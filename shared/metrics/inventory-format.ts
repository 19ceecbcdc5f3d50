import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import type { InventoryCounts } from './inventory-counts.ts';
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

const stored = z.strictObject({
  description,
  shard: z.string().min(1),
  absentSince: z.number().nullable(),
  retiredAt: z.number().nullable(),
});

const part = z.strictObject({
  shard: z.string().min(1),
  name: z.string().min(1),
  series: z.int().min(0),
  asked: z.int().min(0),
  counts: z
    .strictObject({
      asked: z.int().min(0),
      entities: z.int().min(0),
      absent: z.int().min(0),
      retired: z.int().min(0),
      billed: z.int().min(0),
    })
    .exactOptional(),
});

const payload = z.strictObject({
  series: z.array(stored),
  parts: z.array(part),
  generation: z.int().min(0),
  nextShard: z.int().min(1),
  selection: z.string().nullable(),
});

/** Where the series of one shard lie, and how many there are: all that planning a tick needs to know of it. */
export interface InventoryPart {
  readonly shard: string;
  /** Of the part's object: what is in it decides its name, so that it never changes. */
  readonly name: string;
  readonly series: number;
  /** Of these, those that are not retired. */
  readonly asked: number;
  /** Not there where an earlier release wrote it. */
  readonly counts?: InventoryCounts;
}

/** An inventory as it is stored: small ones in one object, larger ones with an object for each shard beside it. */
export interface StoredInventory extends Inventory {
  readonly parts: readonly InventoryPart[];
  /** How often it was written: no part is written again under the name of one that was deleted. */
  readonly generation: number;
}

// A statistic was checked to be one; zod's type of a pattern is any string.
const asSeries = (given: readonly z.output<typeof stored>[]): readonly InventorySeries[] =>
  given.map((one) => ({ ...one, description: one.description as SeriesDescription }));

/** Version 1 had everything in one object, whatever its size. */
export const inventoryKind: ArtefactKind<StoredInventory> = {
  kind: 'inventory',
  version: 2,
  upgrades: { 1: (before) => ({ ...(before as object), parts: [], generation: 0 }) },
  parse: (given) => {
    const { series, ...head } = payload.parse(given);
    return { ...head, series: asSeries(series) };
  },
};

/** The series of one shard of a large inventory. */
export const inventoryPartKind: ArtefactKind<readonly InventorySeries[]> = {
  kind: 'inventory-part',
  version: 1,
  upgrades: {},
  payload: (series) => ({ series: [...series] }),
  parse: (given) => asSeries(z.strictObject({ series: z.array(stored) }).parse(given).series),
};
