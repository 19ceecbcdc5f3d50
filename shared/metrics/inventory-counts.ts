import { billedMetrics } from './billed-metrics.ts';
import type { InventorySeries } from './inventory-format.ts';

/** How much an inventory, or a shard of one, has. */
export interface InventoryCounts {
  /** Series that are asked for, and the things they belong to. */
  readonly asked: number;
  readonly entities: number;
  /** Of these series, those that the newest looks at the source did not find. */
  readonly absent: number;
  /** No longer asked for. */
  readonly retired: number;
  /** Metrics that one pull of them is billed for. */
  readonly billed: number;
}

/** Counts series; whatever is no longer asked for counts as `retired` alone. */
export function countSeries(series: readonly InventorySeries[]): InventoryCounts {
  const asked = series.filter(({ retiredAt }) => retiredAt === null);
  return {
    asked: asked.length,
    entities: new Set(asked.map(({ description }) => description.entity)).size,
    absent: asked.filter(({ absentSince }) => absentSince !== null).length,
    retired: series.length - asked.length,
    billed: billedMetrics(asked.map(({ description }) => description)),
  };
}

/** Of shards. A thing too large for one, of more than 500 series, counts once for each that it fills. */
export const addCounts = (all: readonly InventoryCounts[]): InventoryCounts => ({
  asked: sum(all, ({ asked }) => asked),
  entities: sum(all, ({ entities }) => entities),
  absent: sum(all, ({ absent }) => absent),
  retired: sum(all, ({ retired }) => retired),
  billed: sum(all, ({ billed }) => billed),
});

const sum = (all: readonly InventoryCounts[], of: (one: InventoryCounts) => number): number =>
  all.reduce((total, one) => total + of(one), 0);
