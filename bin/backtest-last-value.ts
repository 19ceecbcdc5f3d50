import { lastPlace } from '../shared/metrics/series.ts';
import type { Series } from '../shared/metrics/series.ts';
import { quantile } from '../shared/numeric/statistics.ts';
import type { OriginForecast } from './backtest-series.ts';

/** Changes that are looked at for each step ahead. */
const MOST_CHANGES = 400;
const ENDS = [0.1, 0.9, 0.025, 0.975] as const;

/**
 * What a task is answered with where a forecaster has no answer, for whoever asks wants one each time: the newest value
 * stays, in ranges of what it has changed by over as long before; a limit is crossed as often as it was. Without any
 * value all of it is 0, and a limit is as likely crossed as not.
 *
 * @param steps slots that are asked for. @param limit null where none is asked about.
 */
export function lastValueForecast({ values }: Series, steps: number, limit: number | null): OriginForecast {
  const at = lastPlace(values);
  const newest = at < 0 ? 0 : values[at];
  const mean = new Float64Array(steps).fill(newest);
  const ends = ENDS.map(() => mean.slice());
  for (let step = 0; step < steps; step++) {
    const changes = changesOver(values, step + 1 + values.length - 1 - Math.max(at, 0));
    ENDS.forEach((share, end) => {
      const change = changes.length === 0 ? 0 : quantile(changes, share);
      ends[end][step] = newest + (share < 0.5 ? Math.min(change, 0) : Math.max(change, 0));
    });
  }
  const known = values.filter((value) => !Number.isNaN(value));
  const above = limit === null ? 0 : known.filter((value) => value > limit).length;
  const probability = limit === null ? null : (above + 0.5) / (known.length + 1);
  return { mean, ends: [ends[0], ends[1], ends[2], ends[3]], probability };
}

function changesOver(values: Float64Array, slots: number): readonly number[] {
  const last = values.length - slots;
  const stride = Math.max(1, Math.ceil(last / MOST_CHANGES));
  const changes: number[] = [];
  for (let at = 0; at < last; at += stride) {
    const change = values[at + slots] - values[at];
    if (!Number.isNaN(change)) changes.push(change);
  }
  return changes;
}
