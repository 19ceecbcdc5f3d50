import type { AutomaticShape } from './automatic-shape.ts';
import { secondGroup, type AutomaticState } from './automatic-state.ts';
import type { CoreWindow } from './core-window.ts';
import { blended, disagreementOf, leastDisagreement, mixed, type Blend } from './expert-mix.ts';
import { EXPERTS, expertBank, type ExpertBank } from './experts.ts';
import { localTrend, trendRows, TRENDS, type LocalTrend } from './local-trends.ts';
import { guardedWeights, guardForce, guardOrigins, type LastHour } from './regime-guard.ts';
import { farUncertainty, nearUncertainty } from './residual-paths.ts';
import { PROFILES } from './seasonal-profiles.ts';

/** The experts with a weight, and those that are heard where these fail. */
const SPEAKERS = EXPERTS + TRENDS;

/** The rows ahead. */
export interface RowForecast {
  /** What is expected of each row. */
  readonly rows: Float64Array;
  /** How uncertain each is, as a multiple of what is usual so far ahead. */
  readonly uncertainty: Float64Array;
}

/** What was learned that rows ahead need, read off between the far leads. */
interface Leads {
  /** Place among the far leads, with a fraction; 0 up to the first. */
  place(row: number): number;
  readonly bounds: readonly number[];
}

/**
 * What the experts say together of the next `count` rows, up to a day; those after it repeat the day before, the more
 * uncertain by the root of the days.
 */
export function forecastRows(
  state: AutomaticState,
  shape: AutomaticShape,
  { values }: CoreWindow,
  isNonNegative: boolean,
  count: number,
): RowForecast {
  const newest = values.length - 1;
  const bank = expertBank(values, shape, isNonNegative, newest - shape.near);
  const group = secondGroup(shape);
  const both = [nearBlend(state, 0), nearBlend(state, 1)] as const;
  const hour = lastHour(bank, state, shape, values, group, both);
  const force = guardForce(hour, state.error, Number.MIN_VALUE);
  const guarded = both.map(({ weights, medianWeights, medianShare }) => ({
    weights: guardedWeights(weights, hour, force),
    medianWeights: guardedWeights(medianWeights, hour, force),
    medianShare,
  }));

  const rows = new Float64Array(count);
  const uncertainty = new Float64Array(count);
  const said = new Float64Array(SPEAKERS);
  const least = leastDisagreement(state.scale);
  const farthest = shape.far.at(-1) ?? shape.near;
  const trends = trendsAt(values, newest, shape);
  bank.stand(newest, count > shape.near);
  for (let row = 0; row < Math.min(count, shape.near); row++) {
    const spread = bank.forecast(row + 1, false, state.persistence.subarray(row * PROFILES), said, 0);
    sayTrends(trends, row + 1, said);
    const blend = guarded[row < group ? 0 : 1];
    rows[row] = blended(said, 0, blend);
    uncertainty[row] = nearUncertainty(
      (disagreementOf(said, 0, blend.weights, rows[row]) + least) / state.disagreement[row],
      (spread + least) / state.spread[row],
    );
  }
  const leads = farLeads(shape);
  const factors = new Float64Array(PROFILES);
  for (let row = shape.near; row < Math.min(count, farthest); row++) {
    const place = leads.place(row + 1);
    const pair = leads.bounds.findIndex((bound) => row + 1 <= bound);
    const weights = state.farWeights.subarray(pair * EXPERTS, (pair + 1) * EXPERTS);
    for (let p = 0; p < PROFILES; p++) factors[p] = between(state.persistence, place + shape.near - 1, PROFILES, p);
    bank.forecast(row + 1, true, factors, said, 0);
    rows[row] = mixed(said, 0, weights);
    const usual = between(state.disagreement, place + shape.near - 1, 1, 0);
    // Without an error that far ahead there is no usual disagreement either.
    uncertainty[row] =
      state.farPaths.length === 0
        ? uncertainty[shape.near - 1]
        : farUncertainty((disagreementOf(said, 0, weights, rows[row]) + least) / usual);
  }
  for (let row = farthest; row < count; row++) {
    const days = Math.ceil((row + 1 - farthest) / shape.day);
    rows[row] = rows[row - days * shape.day];
    uncertainty[row] = uncertainty[row - days * shape.day] * Math.sqrt(1 + days);
  }
  return { rows, uncertainty };
}

/** Where a row ahead lies among the leads `near, far[0], far[1], …`: 0 at the last near row, 1 at the first far one. */
export function farPlace(shape: AutomaticShape, row: number): number {
  let before = shape.near;
  for (let index = 0; index < shape.far.length; index++) {
    const lead = shape.far[index];
    if (row <= lead) return index + (row - before) / (lead - before);
    before = lead;
  }
  return shape.far.length;
}

/** A number between two of a list of `width` each. */
export function between(numbers: ArrayLike<number>, place: number, width: number, of: number): number {
  const low = Math.floor(place);
  const from = numbers[low * width + of];
  return place === low ? from : from + (place - low) * (numbers[(low + 1) * width + of] - from);
}

function farLeads(shape: AutomaticShape): Leads {
  const { far } = shape;
  const bounds: number[] = [];
  for (let last = 1; last < far.length + 1; last += 2) {
    bounds.push(last + 1 < far.length ? (far[last] + far[last + 1]) / 2 : far[far.length - 1]);
  }
  return { place: (row) => farPlace(shape, row), bounds };
}

function nearBlend({ weights, medianWeights, medianShare }: AutomaticState, group: 0 | 1): Blend {
  const own = (all: Float64Array): Float64Array => all.subarray(group * EXPERTS, (group + 1) * EXPERTS);
  return { weights: own(weights), medianWeights: own(medianWeights), medianShare };
}

/** Makes the forecasts of the last hour once more, and holds them against what came. */
function lastHour(
  bank: ExpertBank,
  { persistence }: AutomaticState,
  shape: AutomaticShape,
  values: Float64Array,
  group: number,
  blends: readonly [Blend, Blend],
): LastHour {
  const newest = values.length - 1;
  const said = new Float64Array(SPEAKERS);
  let ensemble = 0;
  const errors = guardOrigins.map((part) => {
    const back = Math.max(1, Math.round(part * shape.near));
    const error = new Float64Array(SPEAKERS);
    const trends = trendsAt(values, newest - back, shape);
    bank.stand(newest - back, false);
    for (let lead = 1; lead <= back; lead++) {
      bank.forecast(lead, false, persistence.subarray((lead - 1) * PROFILES), said, 0);
      sayTrends(trends, lead, said);
      const came = values[newest - back + lead];
      for (let speaker = 0; speaker < SPEAKERS; speaker++) error[speaker] += Math.abs(said[speaker] - came) / back;
      const together = blended(said, 0, blends[lead <= group ? 0 : 1]);
      ensemble += Math.abs(together - came) / back / guardOrigins.length;
    }
    return error;
  });
  return { errors, ensemble };
}

const trendsAt = (values: Float64Array, newest: number, shape: AutomaticShape): readonly LocalTrend[] =>
  trendRows(shape).map((rows) => localTrend(values, newest, rows));

/** After what the experts say. */
function sayTrends(trends: readonly LocalTrend[], ahead: number, said: Float64Array): void {
  trends.forEach(({ level, slope }, index) => {
    said[EXPERTS + index] = level + slope * ahead;
  });
}
