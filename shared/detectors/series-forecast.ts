import { DAY_SLOTS, EXACT, FORECASTERS, HOURS, REALS, WEEK_SLOTS, WHOLES } from './series-state.ts';
import type { SeriesDetectorState } from './series-state.ts';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const HOUR_SECONDS = 3600;
/** Learning rates: of the plain level, and of the levels that ride on a profile. */
const LEVEL_RATE = Math.fround(0.01);
const PROFILE_LEVEL_RATE = Math.fround(0.015);
/** A slot of a profile is a mean of its first five visits, and then follows slowly. */
const SLOT_RATE = 0.2;
/** Forecasters are heard after 50 errors; errors are clipped once 100 are known. */
const HEARD_AFTER = 50;
const CLIPPED_AFTER = 100;
const CLIP = Math.fround(2.5);
const ERROR_RATE = 0.002;
const SURE_AFTER = 500;
/** So many points at least make the day after which a constant series counts as moved. */
const MOVED_LEAST = 200;
/** An hour has a scale of its own once it has so many errors. */
const HOUR_AFTER = 30;
const HOUR_RATE = 0.003;
const OVERALL_RATE = HOUR_RATE / HOURS;
const SCALE_CLIP = 4;
const LEAST_SCALE = 0.2;

const modulo = (value: number, period: number): number => value - Math.floor(value / period) * period;

function closeSlot(
  reals: Float32Array,
  profile: number,
  visits: Uint8Array,
  visit: number,
  slot: number,
  sum: number,
  count: number,
): void {
  if (slot < 0 || count === 0) return;
  const rate = Math.max(1 / (visits[visit + slot] + 1), SLOT_RATE);
  reals[profile + slot] += rate * Math.fround(Math.fround(sum / count) - reals[profile + slot]);
  if (visits[visit + slot] < 255) visits[visit + slot]++;
}

/** The profile at `phase` (in slots), between the middles of two slots where it is to be interpolated. */
function profileAt(
  reals: Float32Array,
  profile: number,
  visits: Uint8Array,
  visit: number,
  slots: number,
  phase: number,
  slot: number,
  interpolated: boolean,
): number {
  const here = reals[profile + slot];
  if (!interpolated) return here;
  const offset = phase - slot - 0.5;
  const neighbour = offset < 0 ? (slot + slots - 1) % slots : (slot + 1) % slots;
  if (visits[visit + neighbour] === 0) return here;
  const weight = Math.abs(offset);
  return (1 - weight) * here + weight * reals[profile + neighbour];
}

const forecast = new Float64Array(FORECASTERS);
const ready = new Uint8Array(FORECASTERS);

/**
 * What was expected of a point, from three forecasters weighted by the fourth power of their accuracy: a level, a
 * daily profile with a level, a weekly profile with a level. Afterwards they have learned from the point.
 *
 * @param time epoch seconds of local time; before 1970 too.
 * @param value relative to the series' origin.
 * @returns the expected value, relative to the origin.
 */
export function expectAndLearn(state: SeriesDetectorState, time: number, value: number): number {
  const { reals, exact, wholes, visits } = state;
  const stepSeconds = Math.fround(exact[EXACT.stepSeconds]);
  const point = wholes[WHOLES.points];
  const daySlots = Math.min(Math.max(Math.trunc(Math.fround(DAY_SECONDS / stepSeconds) + 0.5), 1), DAY_SLOTS);
  const dayInterpolated = Math.fround(stepSeconds * daySlots) < DAY_SECONDS * 0.999;
  const dayPhase = (modulo(time, DAY_SECONDS) / DAY_SECONDS) * daySlots;
  const weekPhase = (modulo(time, WEEK_SECONDS) / WEEK_SECONDS) * WEEK_SLOTS;
  const day = Math.min(Math.trunc(dayPhase), daySlots - 1);
  const week = Math.min(Math.trunc(weekPhase), WEEK_SLOTS - 1);

  if (day !== wholes[WHOLES.daySlot]) {
    const left = wholes[WHOLES.daySlot];
    closeSlot(reals, REALS.dayProfile, visits, 0, left, reals[REALS.daySum], wholes[WHOLES.dayCount]);
    wholes[WHOLES.daySlot] = day;
    reals[REALS.daySum] = 0;
    wholes[WHOLES.dayCount] = 0;
  }
  if (week !== wholes[WHOLES.weekSlot]) {
    const left = wholes[WHOLES.weekSlot];
    closeSlot(reals, REALS.weekProfile, visits, DAY_SLOTS, left, reals[REALS.weekSum], wholes[WHOLES.weekCount]);
    wholes[WHOLES.weekSlot] = week;
    reals[REALS.weekSum] = 0;
    wholes[WHOLES.weekCount] = 0;
  }

  restartWhereMoved(state, value);
  forecast[0] = reals[REALS.levels];
  ready[0] = 1;
  ready[1] = visits[day] > 0 ? 1 : 0;
  ready[2] = visits[DAY_SLOTS + week] > 0 ? 1 : 0;
  if (ready[1] === 1) {
    const profile = profileAt(reals, REALS.dayProfile, visits, 0, daySlots, dayPhase, day, dayInterpolated);
    forecast[1] = profile + reals[REALS.levels + 1];
  }
  if (ready[2] === 1) {
    const interpolated = stepSeconds < HOUR_SECONDS - 1;
    const profile = profileAt(reals, REALS.weekProfile, visits, DAY_SLOTS, WEEK_SLOTS, weekPhase, week, interpolated);
    forecast[2] = profile + reals[REALS.levels + 2];
  }

  let least = 0;
  for (let k = 0; k < FORECASTERS; k++) {
    if (!heard(wholes, k)) continue;
    if (least === 0 || reals[REALS.errors + k] < least) least = reals[REALS.errors + k];
  }
  let sum = 0;
  let weights = 0;
  for (let k = 0; k < FORECASTERS; k++) {
    if (!heard(wholes, k)) continue;
    const ratio = (reals[REALS.errors + k] + 1e-30) / (least + 1e-30);
    const weight = 1 / (ratio * ratio * ratio * ratio);
    weights += weight;
    sum += weight * forecast[k];
  }

  for (let k = 0; k < FORECASTERS; k++) learn(reals, wholes, k, point, value);
  return sum / weights;
}

/**
 * A series that was constant so far has no error to clip by, and clipped at 0 it never learns: right for a count that
 * is 0 but for a few bursts, wrong for one that began to live. After a day off the constant without a break
 * the forecasters begin anew.
 */
function restartWhereMoved({ reals, exact, wholes, visits }: SeriesDetectorState, value: number): void {
  const isAway =
    wholes[WHOLES.forecasterCounts] > CLIPPED_AFTER && reals[REALS.errors] === 0 && value !== reals[REALS.levels];
  wholes[WHOLES.awayPoints] = isAway ? wholes[WHOLES.awayPoints] + 1 : 0;
  if (wholes[WHOLES.awayPoints] < Math.max(MOVED_LEAST, DAY_SECONDS / exact[EXACT.stepSeconds])) return;
  visits.fill(0);
  reals.fill(0, REALS.dayProfile, REALS.weekProfile + WEEK_SLOTS);
  reals.fill(0, REALS.levels, REALS.errors + FORECASTERS);
  wholes.fill(0, WHOLES.forecasterCounts, WHOLES.forecasterCounts + FORECASTERS);
  wholes[WHOLES.awayPoints] = 0;
  reals[REALS.levels] = value;
}

const heard = (wholes: Int32Array, k: number): boolean =>
  ready[k] === 1 && (k === 0 || wholes[WHOLES.forecasterCounts + k] > HEARD_AFTER);

function learn(reals: Float32Array, wholes: Int32Array, k: number, point: number, value: number): void {
  let seen = value;
  if (ready[k] === 1) {
    const count = wholes[WHOLES.forecasterCounts + k];
    let error = value - forecast[k];
    if (count > CLIPPED_AFTER) {
      const limit = Math.fround(CLIP * reals[REALS.errors + k]);
      error = error > limit ? limit : error < -limit ? -limit : error;
    }
    const levelRate = point < 100 ? 1 / (point + 1) : LEVEL_RATE;
    reals[REALS.levels + k] += (k === 0 ? levelRate : PROFILE_LEVEL_RATE) * error;
    const errorRate = count < SURE_AFTER ? 1 / (count + 1) : ERROR_RATE;
    if (count < 2 * SURE_AFTER) wholes[WHOLES.forecasterCounts + k] = count + 1;
    reals[REALS.errors + k] += errorRate * (Math.abs(error) - reals[REALS.errors + k]);
    seen = forecast[k] + error;
  }
  if (k === 1) {
    reals[REALS.daySum] += seen;
    wholes[WHOLES.dayCount]++;
  } else if (k === 2) {
    reals[REALS.weekSum] += seen;
    wholes[WHOLES.weekCount]++;
  }
}

/** The residual in the scale of its hour of the day: some hours are restless by nature. Then the scales have learned. */
export function scaleByHour(state: SeriesDetectorState, time: number, residual: number): number {
  const { reals, wholes } = state;
  const hour = Math.min(Math.trunc(modulo(time, DAY_SECONDS) / HOUR_SECONDS), HOURS - 1);
  const overall = reals[REALS.overallScale];
  const seen = wholes[WHOLES.hourCounts + hour];
  const points = wholes[WHOLES.points];
  const scale =
    seen > HOUR_AFTER && overall > 0 ? (reals[REALS.hourScales + hour] + 0.25 * overall) / (1.25 * overall) : 1;
  let size = Math.abs(residual);
  if (points > CLIPPED_AFTER) size = Math.min(size, SCALE_CLIP * overall * Math.max(scale, LEAST_SCALE));
  const hourRate = Math.max(1 / (seen + 1), HOUR_RATE);
  reals[REALS.hourScales + hour] += hourRate * (size - reals[REALS.hourScales + hour]);
  wholes[WHOLES.hourCounts + hour] = seen + 1;
  const rate = Math.max(1 / (points + 1), OVERALL_RATE);
  reals[REALS.overallScale] += rate * (size - reals[REALS.overallScale]);
  return residual / scale;
}
