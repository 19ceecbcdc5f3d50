import type { Inventory, InventorySeries } from './inventory-format.ts';
import { Placement } from './inventory-placement.ts';
import { isExpression, type SeriesDescription, seriesId } from './metric.ts';

export interface InventoryPolicy {
  /** Series a shard is filled up to with new entities. */
  readonly shardSize: number;
  /** Absence after which a series is retired. */
  readonly retireAfterSeconds: number;
  /** Time since retirement after which a series is forgotten; its history has expired by then. */
  readonly forgetAfterSeconds: number;
}

const daySeconds = 86_400;

export const inventoryDefaults: InventoryPolicy = {
  shardSize: 500,
  retireAfterSeconds: 14 * daySeconds,
  forgetAfterSeconds: 190 * daySeconds,
};

/** How many series changed, by what happened to them. */
export interface InventoryChanges {
  readonly added: number;
  readonly returned: number;
  readonly retired: number;
  readonly forgotten: number;
}

export const emptyInventory: Inventory = { series: [], nextShard: 1, selection: null };

/**
 * What the inventory becomes. The rules of placing:
 *
 * - An entity is placed once, whole, into the first shard that has room for all its series, or into a new one; it stays
 *   there, and so does each of its series, also while it is retired.
 * - A new series of an entity goes where the entity is, even beyond the shard's size, up to twice that; from there on
 *   into a new shard, where it is judged apart from the rest of its entity.
 * - An entity larger than a shard is split in the order of its series' ids, each part in a shard of its own.
 * - Where a series changes its entity (the watch groups by other dimensions now), the new entity is placed where most of
 *   its series are already; the others start anew there.
 * - A series that is asked for in other words now (another statistic of the same metric, another formula under the same
 *   label) is retired at once where the new one is found: both would be pulled, paid for and told of.
 *
 * Nothing changed gives the very same inventory.
 */
export function reconcile(
  before: Inventory,
  discovered: readonly SeriesDescription[],
  now: number,
  policy: InventoryPolicy = inventoryDefaults,
): { readonly inventory: Inventory; readonly changes: InventoryChanges } {
  const found = new Map(discovered.map((description) => [description.id, description]));
  const subjects = new Set(discovered.map(subjectOf));
  const kept: InventorySeries[] = [];
  const moved = new Map<string, string>();
  const changes = { added: 0, returned: 0, retired: 0, forgotten: 0 };
  let changed = false;

  for (const one of before.series) {
    const description = found.get(one.description.id);
    if (description !== undefined && description.entity !== one.description.entity) {
      moved.set(description.id, one.shard);
      changed = true;
      continue;
    }
    found.delete(one.description.id);
    const isReplaced = description === undefined && subjects.has(subjectOf(one.description));
    const after = description === undefined ? missed(one, now, policy, isReplaced) : seen(one, description);
    if (after !== one) changed = true;
    if (after === undefined) {
      changes.forgotten++;
      continue;
    }
    if (one.retiredAt !== null && after.retiredAt === null) changes.returned++;
    if (one.retiredAt === null && after.retiredAt !== null) changes.retired++;
    kept.push(after);
  }
  if (found.size === 0 && !changed) return { inventory: before, changes };
  changes.added = found.size - moved.size;
  const placed = place(kept, [...found.values()], moved, before.nextShard, policy);
  return { inventory: { ...placed, selection: before.selection }, changes };
}

function seen(one: InventorySeries, description: SeriesDescription): InventorySeries {
  if (isSame(one.description, description) && one.absentSince === null && one.retiredAt === null) return one;
  return { description, shard: one.shard, absentSince: null, retiredAt: null };
}

/** Whatever order its fields are in: what was stored and read has another than what settings said. */
const isSame = (one: SeriesDescription, other: SeriesDescription): boolean =>
  JSON.stringify(one) === JSON.stringify(other) || JSON.stringify(one, sorted) === JSON.stringify(other, sorted);

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

function missed(
  one: InventorySeries,
  now: number,
  policy: InventoryPolicy,
  isReplaced: boolean,
): InventorySeries | undefined {
  if (one.retiredAt !== null) return now - one.retiredAt >= policy.forgetAfterSeconds ? undefined : one;
  if (isReplaced) return { ...one, absentSince: one.absentSince ?? now, retiredAt: now };
  if (one.absentSince === null) return { ...one, absentSince: now };
  return now - one.absentSince >= policy.retireAfterSeconds ? { ...one, retiredAt: now } : one;
}

/** What a series is about, whatever is made of it: a metric whatever its statistic, an expression under its label. */
function subjectOf({ metric, entity, label }: SeriesDescription): string {
  if (isExpression(metric)) return `${entity} ${label}=`;
  return seriesId({ ...metric, statistic: 'Average' });
}

/** Gives each newcomer a shard. `moved` says where a newcomer was under its former entity. */
function place(
  kept: readonly InventorySeries[],
  newcomers: readonly SeriesDescription[],
  moved: ReadonlyMap<string, string>,
  nextShard: number,
  policy: InventoryPolicy,
): Omit<Inventory, 'selection'> {
  const placement = new Placement(kept, nextShard, policy.shardSize);
  const series = [...kept];
  for (const [entity, members] of groupByEntity(newcomers)) {
    const formerly = members.flatMap(({ id }) => moved.get(id) ?? []);
    for (const description of members.sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const shard = placement.place(entity, members.length, formerly);
      series.push({ description, shard, absentSince: null, retiredAt: null });
    }
  }
  return { series, nextShard: placement.nextShard };
}

function groupByEntity(series: readonly SeriesDescription[]): ReadonlyMap<string, SeriesDescription[]> {
  const groups = new Map<string, SeriesDescription[]>();
  for (const one of series) {
    const group = groups.get(one.entity);
    if (group === undefined) groups.set(one.entity, [one]);
    else group.push(one);
  }
  return groups;
}
