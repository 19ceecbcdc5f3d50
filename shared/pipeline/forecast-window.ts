import { fillGaps, settledUntil } from '../metrics/gaps.ts';
import type { HistoryTick } from '../metrics/history-format.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Series } from '../metrics/series.ts';
import type { Watch } from '../settings/settings.ts';
import type { FittedShard } from './fitted-shard.ts';
import type { ForecastState } from './forecast-state.ts';
import { mergeHeld } from './held-values.ts';
import { keptSlots, placeWindow } from './kept-window.ts';
import type { HeldValues } from './shard-state.ts';

/** A training that fails for longer leaves a gap in what is known, rather than a state without bounds. */
const LONGEST_HELD_SECONDS = 7 * 86_400;

/** Where a shard's newest values begin and end, in epoch seconds on the grid. */
export interface HeldGrid {
  /** End of the values that lie with the forecasters, or later. */
  readonly from: number;
  /** End of the last whole slot. */
  readonly to: number;
  /** Slots that end later may still change: they are held and not forecast from. */
  readonly settledTo: number;
}

/** Without forecasters nothing needs to be held: when some are fitted, history has what came since. */
export function heldGrid(
  tick: number,
  watch: Pick<Watch, 'period' | 'settle'>,
  fitted: FittedShard | undefined,
): HeldGrid {
  const { period } = watch;
  const to = Math.floor(tick / period) * period;
  const settledTo = Math.min(to, settledUntil(tick, period, watch.settle));
  if (fitted === undefined) return { from: to, to, settledTo };
  const oldest = to - Math.floor(LONGEST_HELD_SECONDS / period) * period;
  return { from: Math.min(to, Math.max(fitted.to, oldest)), to, settledTo };
}

/** Whether the state holds everything since `from`, so that only what is newer need be read. */
export const holdsSince = (state: ForecastState | undefined, from: number, periodSeconds: number): boolean =>
  state?.periodSeconds === periodSeconds && state.recent.start <= from;

/** The newest values after some pulls: a value that came later replaces an earlier one of the same slot. */
export function holdValues(
  state: ForecastState | undefined,
  pulls: readonly HistoryTick[],
  series: readonly SeriesDescription[],
  { from, to }: HeldGrid,
  periodSeconds: number,
): HeldValues {
  const before = state?.periodSeconds === periodSeconds ? state.recent : undefined;
  const ids = series.map(({ id }) => id);
  return mergeHeld(before, pulls, ids, { from, to, periodSeconds, judgedTo: from }).held;
}

/**
 * Everything known of each series up to its newest settled slot: what lies with the forecasters, and what came since.
 * Gaps have their meaning: where nothing happened there are zeros.
 */
export function knownSeries(
  series: readonly SeriesDescription[],
  fitted: FittedShard | undefined,
  held: HeldValues,
  { settledTo }: HeldGrid,
  periodSeconds: number,
): ReadonlyMap<string, Series> {
  const before = new Map(fitted?.series.map((one) => [one.id, one]));
  const recent = new Map(held.series.map(({ id, values }) => [id, values]));
  return new Map(
    series.map(({ id, nature }) => {
      const window = before.get(id)?.window;
      const pastEnd = fitted?.to ?? held.start;
      const start = pastEnd - (window === undefined ? 0 : keptSlots(window)) * periodSeconds;
      const slots = Math.max(0, Math.round((settledTo - start) / periodSeconds));
      const values = new Float64Array(slots).fill(Number.NaN);
      if (window !== undefined) placeWindow(window, values);
      const at = Math.round((held.start - start) / periodSeconds);
      const own = recent.get(id) ?? new Float64Array(0);
      if (at < slots) values.set(own.subarray(0, slots - at), at);
      const since = before.get(id)?.since ?? Number.NaN;
      const onGrid = { start, stepSeconds: periodSeconds, values };
      return [id, fillGaps(onGrid, nature, settledTo, Number.isNaN(since) ? undefined : since).series];
    }),
  );
}
