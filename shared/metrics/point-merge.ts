import type { Points } from './series.ts';

/** Points of one series with the tick that each was pulled at, ascending by time, each time once. */
export interface RankedPoints extends Points {
  readonly ticks: Uint32Array;
}

interface Track {
  times: number[];
  values: number[];
  ticks: number[];
  /** Whether times ascend strictly, so that nothing is left to sort or to decide. */
  settled: boolean;
}

/**
 * Merges points of many series from many pulls: of several values for one time, that of the latest tick holds. The
 * outcome does not depend on the order of adding, and adding something again changes nothing; so a reader may meet a
 * point in two places, and a compaction may be repeated. Values that are not finite say nothing and are left out.
 */
export class PointMerger {
  readonly #tracks = new Map<string, Track>();

  /**
   * @param tick the time of the pull, epoch seconds; 0 ranks below every pull.
   * @throws RangeError naming the series where a time is not finite or the arrays differ in length.
   */
  add(id: string, points: Points, tick: number | Uint32Array): void {
    const { times, values } = points;
    if (times.length !== values.length) {
      throw new RangeError(
        `series '${id}': ${times.length} times and ${values.length} values; give one value per time`,
      );
    }
    const track = this.#trackOf(id);
    for (let i = 0; i < times.length; i++) {
      const time = times[i] ?? Number.NaN;
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(time)) throw new RangeError(`series '${id}': time ${i} is ${time}; give epoch seconds`);
      if (!Number.isFinite(value)) continue;
      if (track.times.length > 0 && time <= (track.times.at(-1) ?? 0)) track.settled = false;
      track.times.push(time);
      track.values.push(value);
      track.ticks.push(typeof tick === 'number' ? tick : (tick[i] ?? 0));
    }
  }

  /** Ids of all series that were added, also those without a point, in the order of their first coming. */
  ids(): readonly string[] {
    return [...this.#tracks.keys()];
  }

  /** The merged points of a series with `from <= time < to`. */
  points(id: string, from = -Infinity, to = Infinity): RankedPoints {
    const track = this.#tracks.get(id);
    if (track === undefined) return empty;
    settle(track);
    const first = firstNotBefore(track.times, from);
    const end = firstNotBefore(track.times, to);
    return {
      times: Float64Array.from(track.times.slice(first, end)),
      values: Float64Array.from(track.values.slice(first, end)),
      ticks: Uint32Array.from(track.ticks.slice(first, end)),
    };
  }

  /** Forgets everything before a time, to keep the memory of a long merge bounded. */
  forgetBefore(time: number): void {
    for (const track of this.#tracks.values()) {
      settle(track);
      const first = firstNotBefore(track.times, time);
      track.times = track.times.slice(first);
      track.values = track.values.slice(first);
      track.ticks = track.ticks.slice(first);
    }
  }

  #trackOf(id: string): Track {
    let track = this.#tracks.get(id);
    if (track === undefined) {
      track = { times: [], values: [], ticks: [], settled: true };
      this.#tracks.set(id, track);
    }
    return track;
  }
}

const empty: RankedPoints = { times: new Float64Array(0), values: new Float64Array(0), ticks: new Uint32Array(0) };

function settle(track: Track): void {
  if (track.settled) return;
  const { times, values, ticks } = track;
  const order = Uint32Array.from(times, (_, i) => i).sort(
    (a, b) => (times[a] ?? 0) - (times[b] ?? 0) || (ticks[a] ?? 0) - (ticks[b] ?? 0) || a - b,
  );
  const kept = order.filter((at, i) => times[at] !== times[order[i + 1] ?? -1]);
  track.times = Array.from(kept, (at) => times[at] ?? 0);
  track.values = Array.from(kept, (at) => values[at] ?? 0);
  track.ticks = Array.from(kept, (at) => ticks[at] ?? 0);
  track.settled = true;
}

/** Index of the first time that is not before `time`; `times` ascend. */
export function firstNotBefore(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
