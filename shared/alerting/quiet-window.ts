import { nextCronTime } from '../metrics/cron.ts';
import type { QuietWindow } from './alert-policy.ts';
import { type MatchFacts, matches } from './matches.ts';

/**
 * The first window that is open for something at `now` (epoch seconds): one of its beginnings lies within the last `for`
 * seconds. Beginnings keep to the wall clock of the window's time zone, whatever the season; from there on seconds count,
 * so that a window over a change of clocks is as long as any other.
 *
 * @param purpose `alert` for windows in which nobody is told, `learn` for those in which nothing is learned.
 * @throws RangeError on a cron expression or a time zone that does not exist.
 */
export function openWindow(
  windows: readonly QuietWindow[],
  facts: MatchFacts,
  now: number,
  purpose: 'alert' | 'learn' = 'alert',
): QuietWindow | undefined {
  return windows.find((window) => !window[purpose] && matches(window.match, facts, now) && isOpen(window, now));
}

/** From when until when an answer holds, exclusive. */
interface Answer {
  readonly from: number;
  readonly until: number;
  readonly open: boolean;
}
/** Asked for with every incident each minute, and with every point of every series. */
const answers = new WeakMap<QuietWindow, Answer>();

function isOpen(window: QuietWindow, now: number): boolean {
  const known = answers.get(window);
  if (known !== undefined && now >= known.from && now < known.until) return known.open;
  const { at, timezone, for: length } = window;
  // Beginnings are whole seconds, and the first after `now - length` is the earliest that can still be open.
  const beginning = nextCronTime(at, timezone, Math.floor(now) - length) ?? Infinity;
  const open = beginning <= now;
  answers.set(
    window,
    open ? { from: beginning, until: beginning + length, open } : { from: now, until: beginning, open },
  );
  return open;
}
