import type { GapMeaning, MetricNature } from './metric.ts';
import { firstValue, type Series } from './series.ts';

/** What became of the gaps of a series. */
export interface FilledSeries {
  /** The same grid; gaps that mean zero are zeros now. */
  readonly series: Series;
  /** Slots that were gaps and are zeros now. */
  readonly filled: number;
  /** Settled slots that remain gaps, from the first point on. */
  readonly missing: number;
  /** Slots at the end that are not settled yet, and empty: nothing can be said of them. */
  readonly pending: number;
  /** Only where a gap means silence: since when nothing has been heard, epoch seconds; absent while it speaks. */
  readonly silentSince?: number;
}

const minute = 60;

/**
 * The first second that is not settled at `now`: every slot that ends before or at it may be judged.
 *
 * @param settle seconds to wait after the end of a slot. By default a minute and one period, of which at most a minute
 * counts: services publish a minute's points within two minutes, and no later for longer periods.
 */
export function settledUntil(
  now: number,
  periodSeconds: number,
  settle = minute + Math.min(periodSeconds, minute),
): number {
  return Math.floor((now - settle) / periodSeconds) * periodSeconds;
}

/**
 * Gives settled gaps their meaning. `zero`: nothing happened, and the gap becomes 0, so that what fired on errors can
 * end when errors do. `gap`: nothing is known. `silence`: nothing is known, and since when is said. Nothing is made up
 * before the first point a series ever had, nor in slots that are not settled.
 *
 * @param settled the first second that is not settled; slots that end later are left alone.
 * @param firstEver start of the slot of the first point this series ever had, where that lies before this window; by
 * default the first point in the window.
 */
export function fillGaps(
  series: Series,
  nature: Pick<MetricNature, 'gap'> | GapMeaning,
  settled: number,
  firstEver?: number,
): FilledSeries {
  const meaning = typeof nature === 'string' ? nature : nature.gap;
  const { start, stepSeconds } = series;
  const values = series.values.slice();
  const settledSlots = Math.min(values.length, Math.max(0, Math.floor((settled - start) / stepSeconds)));
  const own = firstValue(values);
  const first =
    firstEver === undefined ? own : Math.min(own, Math.max(0, Math.floor((firstEver - start) / stepSeconds)));
  let filled = 0;
  let missing = 0;
  let lastHeard = -1;
  for (let i = first; i < settledSlots; i += 1) {
    if (!Number.isNaN(values[i])) {
      lastHeard = i;
    } else if (meaning === 'zero') {
      values[i] = 0;
      filled += 1;
    } else {
      missing += 1;
    }
  }
  let pending = 0;
  for (let i = settledSlots; i < values.length; i += 1) {
    if (Number.isNaN(values[i])) pending += 1;
    else lastHeard = i;
  }
  const isSilent = meaning === 'silence' && first < settledSlots && lastHeard < settledSlots - 1;
  return {
    series: { start, stepSeconds, values },
    filled,
    missing,
    pending,
    ...(isSilent ? { silentSince: start + Math.max(first, lastHeard + 1) * stepSeconds } : {}),
  };
}
