import { fillGaps } from '../metrics/gaps.ts';
import { readDays } from '../metrics/history.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { emptySeries, placePoints, type Points } from '../metrics/series.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { Watch } from '../settings/settings.ts';
import { backfillSpan } from './backfill.ts';
import type { EntityModel } from './entity-model.ts';
import type { EntityState } from './entity-state.ts';
import { type JudgePolicy, policyOf } from './judge-policy.ts';
import { judge } from './judge.ts';
import type { ShardState } from './shard-state.ts';

const DAY = 86_400;

/**
 * States of the entities that were scored live from nothing, made anew by judging all their stored history up to where
 * the shard has been judged: what live scoring continues from once the backfill is complete. Nobody is told of what was
 * found in the past.
 *
 * @param state made with the watch's period and time zone of today.
 * @param learnsAt see `learningWindows`.
 * @param series of the shard; only those of entities that are not warm are read.
 */
export async function warmUpEntities(
  ports: StoragePorts,
  watch: Watch,
  state: ShardState,
  series: readonly SeriesDescription[],
  retentionSeconds: number,
  model: EntityModel | undefined,
  learnsAt?: JudgePolicy['learnsAt'],
): Promise<ReadonlyMap<string, EntityState>> {
  const warm = new Set(state.entities.filter((one) => one.warm).map(({ judged }) => judged.entity));
  const known = new Set(state.entities.map(({ judged }) => judged.entity));
  const cold = new Map<string, SeriesDescription[]>();
  for (const one of series) {
    // An entity that the state does not know has no live score to make up for; its first tick is this one.
    if (warm.has(one.entity) || !known.has(one.entity)) continue;
    cold.set(one.entity, [...(cold.get(one.entity) ?? []), one]);
  }
  const states = new Map<string, EntityState>();
  const wanted = new Set([...cold.values()].flat().map(({ id }) => id));
  if (wanted.size === 0) return states;

  const policy = { ...policyOf(watch, model), ...(learnsAt === undefined ? {} : { learnsAt }) };
  const from = state.judgedTo - backfillSpan(watch.period, retentionSeconds);
  let judgedTo = Number.NaN;
  const judgeUntil = (end: number, points: ReadonlyMap<string, Points>): void => {
    const to = Math.min(state.judgedTo, Math.floor(end / watch.period) * watch.period);
    for (const [entity, of] of cold) {
      const window = historyWindow(entity, of, points, judgedTo, to, watch.period, states.get(entity));
      states.set(entity, judge(window, states.get(entity), policy, model).state);
    }
    judgedTo = to;
  };
  const days = readDays(ports, watch.name, state.shard, watch.period, wanted, from, state.judgedTo);
  for await (const { day, points } of days) {
    const start = Date.parse(`${day}T00:00:00Z`) / 1000;
    if (Number.isNaN(judgedTo)) judgedTo = Math.ceil(start / watch.period) * watch.period;
    // Days without any point are days, too: where a gap means zero they are full of zeros.
    while (judgedTo + watch.period <= start) judgeUntil(Math.min(start, judgedTo + DAY), none);
    judgeUntil(start + DAY, points);
  }
  while (judgedTo < state.judgedTo) judgeUntil(Math.min(state.judgedTo, judgedTo + DAY), none);
  // Where the store holds less than was judged live, what was learned live is the better state; series by series, so
  // that one that joined an old entity has its past though the entity's own reaches back further than what is read.
  for (const { judged } of state.entities) {
    if (!cold.has(judged.entity)) continue;
    const made = states.get(judged.entity);
    states.set(judged.entity, made === undefined ? judged : withLongerPasts(judged, made));
  }
  return states;
}

const valuesJudged = ({ series }: EntityState): number => series.reduce((sum, { judged }) => sum + judged, 0);

function withLongerPasts(live: EntityState, made: EntityState): EntityState {
  const [longer, shorter] = valuesJudged(made) < valuesJudged(live) ? [live, made] : [made, live];
  const others = new Map(shorter.series.map((one) => [one.id, one]));
  const series = longer.series.map((one) => {
    const other = others.get(one.id);
    return other !== undefined && other.judged > one.judged ? other : one;
  });
  return { ...longer, series };
}

const none: ReadonlyMap<string, Points> = new Map();

/** The slots `from <= slot < to` of an entity, on the grid, gaps filled with what they mean. */
export function historyWindow(
  entity: string,
  series: readonly SeriesDescription[],
  points: ReadonlyMap<string, Points>,
  from: number,
  to: number,
  periodSeconds: number,
  state: EntityState | undefined,
) {
  const rows = Math.max(0, Math.round((to - from) / periodSeconds));
  const values = new Float64Array(rows * series.length);
  series.forEach((one, column) => {
    const onGrid = emptySeries(periodSeconds, from, to);
    const own = points.get(one.id);
    if (own !== undefined) placePoints(own, onGrid);
    const firstTime = state?.series.find(({ id }) => id === one.id)?.firstTime;
    const first = firstTime === undefined || Number.isNaN(firstTime) ? undefined : firstTime;
    const filled = fillGaps(onGrid, one.nature.gap, to, first);
    for (let row = 0; row < rows; row++) values[row * series.length + column] = filled.series.values[row];
  });
  const times = Float64Array.from({ length: rows }, (_, row) => from + row * periodSeconds);
  return { entity, series, stepSeconds: periodSeconds, times, values };
}
