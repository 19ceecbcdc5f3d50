import type { AutomaticShape } from './automatic-shape.ts';
import type { CoreWindow } from './core-window.ts';
import { errorPersistence } from './error-persistence.ts';
import { EXPERTS, expertBank } from './experts.ts';
import { PROFILES } from './seasonal-profiles.ts';

/** What the experts said at each origin of a backtest, and what came. */
export interface Trials {
  /** Rows, ascending: the last that was known each time. */
  readonly origins: Int32Array;
  /** Rows ahead, ascending. */
  readonly leads: Int32Array;
  /** `[(origin * leads + lead) * experts + expert]`. */
  readonly forecasts: Float64Array;
  /** `[origin * leads + lead]`. */
  readonly actual: Float64Array;
  /** Mean spread of the analogs, `[origin * leads + lead]`. */
  readonly spread: Float64Array;
}

export interface BacktestTrials {
  readonly near: Trials;
  /** At the same origins, but for those of the last day and those before a gap. */
  readonly far: Trials;
  /** As of the newest row, `[lead * profiles + profile]`, the near leads first. */
  readonly persistence: Float64Array;
}

/** Up to so many days of history the backtest takes closer origins, lest there be too few. */
const EARLY_DAYS = 5;
/** Up to so many it begins after one day, later after two: before that nothing is known of how errors persist. */
const FIRST_DAYS = 3;
/** Origins that even the shortest history is to give. */
const WANTED_ORIGINS = 24;
/** Part of a day that may be a gap, for it to count as known. */
const TOLERATED = 1 / 10;

/** Asks all experts at all origins of the last 14 days, each time knowing what was known then. */
export function runTrials(window: CoreWindow, shape: AutomaticShape): BacktestTrials {
  const { values, isNonNegative } = window;
  const { day } = shape;
  const origins = originsOf(window, shape);
  const longOrigins = shape.far.length === 0 ? origins.slice(0, 0) : origins.filter((row) => isDayKnown(row));
  const near = noTrials(
    origins,
    Int32Array.from({ length: shape.near }, (_, lead) => lead + 1),
  );
  const far = noTrials(longOrigins, shape.far);
  const bank = expertBank(values, shape, isNonNegative, day);
  const persistence = errorPersistence(bank, values, Int32Array.of(...near.leads, ...far.leads), shape.decay);
  const ask = (of: Trials, origin: number, firstLead: number): void => {
    const count = of.leads.length;
    for (let lead = 0; lead < count; lead++) {
      const at = origin * count + lead;
      const factors = persistence.factors.subarray((firstLead + lead) * PROFILES);
      of.spread[at] = bank.forecast(of.leads[lead], of === far, factors, of.forecasts, at * EXPERTS);
      of.actual[at] = values[of.origins[origin] + of.leads[lead]];
    }
  };
  let nextNear = 0;
  let nextFar = 0;
  for (let row = day; row < values.length; row++) {
    if (row >= 2 * day) persistence.learn(row);
    if (origins[nextNear] !== row) continue;
    persistence.update();
    const isFar = longOrigins[nextFar] === row;
    bank.stand(row, isFar);
    ask(near, nextNear++, 0);
    if (isFar) ask(far, nextFar++, shape.near);
  }
  persistence.update();
  return { near, far, persistence: persistence.factors };

  function isDayKnown(row: number): boolean {
    return row + day < values.length && missing(window, row, row + day) <= TOLERATED * day;
  }
}

/** Evenly spread back from the newest that is known by now; where a row around one was invented, it is left out. */
function originsOf(window: CoreWindow, shape: AutomaticShape): Int32Array {
  const count = window.values.length;
  const { day, near } = shape;
  const first = Math.max(count < FIRST_DAYS * day ? day : 2 * day, count - shape.backtest);
  const last = count - 1 - near;
  const usual = count < EARLY_DAYS * day ? shape.earlyStride : shape.stride;
  const stride = Math.min(usual, Math.max(1, Math.floor((last - first + 1) / WANTED_ORIGINS)));
  const found: number[] = [];
  for (let row = last; row >= first; row -= stride) if (missing(window, row - near, row + near) === 0) found.push(row);
  return Int32Array.from(found.reverse());
}

function missing({ invented }: CoreWindow, from: number, to: number): number {
  let count = 0;
  for (let row = Math.max(0, from); row <= to; row++) count += invented[row];
  return count;
}

function noTrials(origins: Int32Array, leads: Int32Array): Trials {
  const count = origins.length * leads.length;
  return {
    origins,
    leads,
    forecasts: new Float64Array(count * EXPERTS),
    actual: new Float64Array(count),
    spread: new Float64Array(count),
  };
}
