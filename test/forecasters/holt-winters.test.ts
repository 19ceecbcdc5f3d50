import { describe, expect, it } from 'vitest';
import { holtWinters } from '../../shared/forecasters/holt-winters.ts';
import {
  advanceHoltWinters,
  expectedByHoltWinters,
  startHoltWinters,
  type HoltWintersMemory,
} from '../../shared/forecasters/holt-winters-pass.ts';
import { nelderMead } from '../../shared/numeric/nelder-mead.ts';
import reference from '../fixtures/forecasters/classical.json' with { type: 'json' };
import { DAY, rhythm } from './made-up-series.ts';

const { values, start, cases, leastSquares } = reference.holtWinters;
const given = Float64Array.from(values);
const begin = (): HoltWintersMemory => ({ ...start, season: Float64Array.from(start.season), place: 0 });

describe('the recursion agrees with statsmodels', () => {
  it.each(cases)('level $level, trend $trend, season $season, damping $damping', (parameters) => {
    const memory = begin();
    const onStep = values.map((_, slot) => {
      const said = expectedByHoltWinters(memory, parameters.damping, 1);
      advanceHoltWinters(memory, parameters, given, slot, slot + 1);
      return said;
    });
    onStep.forEach((said, slot) => expect(said).toBeCloseTo(parameters.onStep[slot], 8));
    const lastError = values[values.length - 1] - onStep[onStep.length - 1];
    parameters.ahead.forEach((value, at) => {
      const said = expectedByHoltWinters(memory, parameters.damping, at + 1);
      // A whole season ahead, statsmodels 0.15 loses what the newest value taught: it writes over its last place.
      const lost = (at + 1) % start.season.length === 0 ? parameters.season * lastError : 0;
      expect(said - lost).toBeCloseTo(value, 8);
    });
    expect(advanceHoltWinters(begin(), parameters, given, 0, given.length)).toBeCloseTo(parameters.squares, 6);
  });

  it('and the search finds no worse parameters than its optimiser does', () => {
    const names = ['level', 'trend', 'season', 'damping'] as const;
    const most = [0.999, 0.3, 0.6, 0.98];
    const least = [0.001, 0, 0, 0.8];
    const found = nelderMead(
      ([level, trend, season, damping]) =>
        advanceHoltWinters(begin(), { level, trend, season, damping }, given, 0, given.length),
      names.map((_, at) => ({ from: least[at], to: most[at], start: (least[at] + most[at]) / 2 })),
      400,
      1e-9,
    );
    expect(found.value).toBeLessThan(1.001 * leastSquares);
  });
});

describe('a gap', () => {
  it('advances time and teaches nothing: without values the forecast is the one from before', () => {
    const [one, two] = [begin(), begin()];
    advanceHoltWinters(one, cases[0], given, 0, 40);
    advanceHoltWinters(two, cases[0], given, 0, 40);
    advanceHoltWinters(two, cases[0], new Float64Array(7).fill(NaN), 0, 7);
    expect(expectedByHoltWinters(two, cases[0].damping, 5)).toBeCloseTo(
      expectedByHoltWinters(one, cases[0].damping, 12),
      10,
    );
  });
});

describe('the start', () => {
  it('is the season, the level and the trend of the first cycles', () => {
    const memory = startHoltWinters(rhythm(3 * DAY, { noise: 0, perDay: 6 }).values, DAY);
    expect(memory?.trend).toBeCloseTo(6 / DAY, 6);
    expect(memory?.level).toBeCloseTo(50, 1);
    // Five slots together lie a little below a peak.
    expect(Math.max(...(memory?.season ?? []))).toBeCloseTo(20, 1);
    expect(memory?.season.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
  });

  it.each([
    ['no value', [NaN, NaN, NaN, NaN], 1],
    ['no whole cycle', [1, 2, 3], 4],
    ['cycles of gaps', [NaN, NaN, NaN, NaN], 2],
  ])('is none where there is %s', (_, few, season) => {
    expect(startHoltWinters(Float64Array.from(few), season)).toBeUndefined();
  });
});

describe('the forecaster', () => {
  it('goes on with rhythm and trend, within the noise', () => {
    const history = rhythm(8 * DAY, { noise: 0.5, perDay: 10 });
    const answer = holtWinters.fit(history, holtWinters.defaults, 1).forecast(history, 12, [80]);
    if ('unforecastable' in answer) throw new Error(answer.unforecastable);
    answer.mean.forEach((value, at) => {
      const comes = 50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 10 * (8 + at / DAY);
      expect(Math.abs(value - comes)).toBeLessThan(1);
    });
  });

  it('has no season where history has no two days', () => {
    expect(holtWinters.fit(rhythm(DAY), holtWinters.defaults, 1).state.seasonSlots).toBe(1);
    expect(holtWinters.fit(rhythm(2 * DAY), holtWinters.defaults, 1).state.seasonSlots).toBe(DAY);
  });

  it('refuses a window without two seasons', () => {
    expect(() => holtWinters.fit(rhythm(DAY), { ...holtWinters.defaults, windowDays: 1 }, 1)).toThrow(/windowDays/);
  });
});
