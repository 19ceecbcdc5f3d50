import { LONGEST_SILENCE_SECONDS } from './stream-timing.ts';

const MINUTE = 60;
/** How seldom services publish that publish all the time. */
const LONGEST_STEP_SECONDS = 300;

/** Why a stream cannot say what happened in a span: CloudWatch is asked then. */
export type StreamGap =
  'span-too-long' | 'unreadable' | 'begins-too-late' | 'was-interrupted' | 'is-silent' | 'is-behind';

/**
 * Whether deliveries came all through a span, from before its beginning.
 *
 * @param arrivals when deliveries came, epoch seconds, in any order; at least those since a longest silence before `from`.
 * @param from beginning of the span.
 */
export function interruption(arrivals: readonly number[], from: number): StreamGap | undefined {
  const ordered = [...arrivals].sort((a, b) => a - b);
  const before = ordered.filter((time) => time <= from).at(-1);
  if (before === undefined || before < from - LONGEST_SILENCE_SECONDS) return 'begins-too-late';
  let last = before;
  for (const time of ordered) {
    if (time <= last) continue;
    if (time - last > LONGEST_SILENCE_SECONDS) return 'was-interrupted';
    last = time;
  }
  return undefined;
}

/**
 * Whether what was delivered holds all of a slot that is about to be judged. Once any metric has gone on to the slot's
 * last minute, the stream has; until then, each metric is expected as often as it came before, so that the sum of half
 * a slot is not taken for that of the whole, and metrics of five minutes are not waited for in every minute.
 *
 * @param minutes of each metric, those in which something came, epoch seconds, in order; none of them in the future.
 * @param slot start of the last slot that is settled, and its length, in seconds.
 */
export function lag(
  minutes: readonly (readonly number[])[],
  slot: { readonly start: number; readonly seconds: number },
): StreamGap | undefined {
  const end = slot.start + slot.seconds;
  const newest = minutes.reduce((latest, times) => Math.max(latest, times.at(-1) ?? -Infinity), -Infinity);
  if (newest < slot.start) return 'is-silent';
  if (newest + MINUTE >= end) return undefined;
  const isDue = minutes.some((times) => {
    const last = times.at(-1);
    if (last === undefined) return false;
    const due = last + usualStep(times);
    return due >= slot.start && due < end;
  });
  return isDue ? 'is-behind' : undefined;
}

/**
 * Whether a metric was in the stream when a span began: something came of it in the first minute, or as soon as it comes
 * at its pace. One that was only then taken into the stream has half a slot there, and one that comes seldom may have.
 *
 * @param times minutes in which something came, epoch seconds, in order.
 */
export const isThereFrom = (times: readonly number[], from: number): boolean =>
  times.length > 0 && times[0] <= from + Math.min(usualStep(times), LONGEST_STEP_SECONDS);

/** Seconds between two minutes of a metric at its most frequent; Infinity where it came once. */
function usualStep(times: readonly number[]): number {
  let least = Infinity;
  for (let k = 1; k < times.length; k++) least = Math.min(least, times[k] - times[k - 1]);
  return least;
}
