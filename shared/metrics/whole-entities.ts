import type { SeriesDescription } from './metric.ts';

/**
 * As many series as a limit allows, and how many it leaves out. What is known stays; then come further series of its
 * entities, then the others, each whole entities and in an order that does not change, so that the same ones stay. An
 * entity that alone is larger than the limit is cut rather than dropped.
 *
 * @param most how many are allowed.
 * @param known ids of the series that are looked after already.
 */
export function wholeEntities(
  series: readonly SeriesDescription[],
  most: number,
  known: ReadonlySet<string>,
): { readonly kept: readonly SeriesDescription[]; readonly count: number } {
  const familiar = new Set(series.filter(({ id }) => known.has(id)).map(({ entity }) => entity));
  const rankOf = ({ id, entity }: SeriesDescription): number => (known.has(id) ? 0 : familiar.has(entity) ? 1 : 2);
  const ordered = series
    .map((one) => ({ one, rank: rankOf(one) }))
    .sort((a, b) => a.rank - b.rank || compare(a.one.entity, b.one.entity) || compare(a.one.id, b.one.id));
  let end = Math.min(most, ordered.length);
  const isCut = (at: number): boolean => {
    const [before, after] = [ordered[at - 1], ordered[at]];
    return before.rank === after.rank && before.one.entity === after.one.entity;
  };
  while (end > 0 && end < ordered.length && isCut(end)) end--;
  if (end === 0) end = Math.min(most, ordered.length);
  return { kept: ordered.slice(0, end).map(({ one }) => one), count: ordered.length - end };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
