import { describe, expect, it } from 'vitest';
import { startCoverage } from '../../shared/forecasters/adaptive-intervals.ts';
import type { SeriesForecast } from '../../shared/pipeline/forecast-record.ts';
import { qualityOf, qualitySumsOf, standingOf } from '../../shared/pipeline/forecast-quality.ts';
import { hasDrifted, openForecast, scoreForecasts } from '../../shared/pipeline/forecast-score.ts';
import type { SeriesMemory } from '../../shared/pipeline/forecast-state.ts';
import fc from '../fakes/property.ts';

const period = 300;
const start = 1_772_445_600;

const fresh: SeriesMemory = {
  id: 'x',
  coverage80: startCoverage(),
  coverage95: startCoverage(),
  open: [],
  scored: [],
  crossings: [],
  fittedAt: 1,
  error: 0,
  lastError: 0,
  weight: 0,
  danger: [],
};

const flat = (value: number, steps = 10) => new Float32Array(steps).fill(value);
/** Made at a tick when everything before it is known. */
const forecast = (tick: number, mean: number, current: number, probability = 0.8): SeriesForecast => ({
  id: 'x',
  missing: null,
  forecaster: 'naive',
  skill: 0.5,
  hasSkill: true,
  isMature: true,
  current,
  currentTime: tick - period,
  start: tick,
  mean: flat(mean),
  lower80: flat(mean - 1),
  upper80: flat(mean + 1),
  lower95: flat(mean - 3),
  upper95: flat(mean + 3),
  outlooks: [
    {
      limit: { value: 80, side: 'above' },
      probability,
      crossesAt: null,
      isBeyond: false,
      peak: { time: tick, value: mean },
      recommendation: 'NONE',
      scaleTo: null,
      note: '',
      isAsked: false,
    },
  ],
});
const silent = (tick: number): SeriesForecast => ({
  ...forecast(tick, 0, 0),
  missing: 'missing-data',
  mean: flat(0, 0),
  outlooks: [],
});

/** One forecast at the first tick, and nothing but what comes after it, from `value`. */
function after(made: SeriesForecast, ticks: number, value: (slot: number) => number): SeriesMemory {
  let memory = fresh;
  for (let k = 0; k <= ticks; k++) {
    const values = Float64Array.from({ length: k }, (_, slot) => value(slot));
    const known = { start, stepSeconds: period, values };
    memory = scoreForecasts(memory, known, k === 0 ? made : silent(start + k * period), start + k * period, 1);
  }
  return memory;
}

describe('a forecast whose time has come', () => {
  const made = forecast(start, 50, 40);

  it('is scored half an hour ahead, once, by what came there', () => {
    expect(openForecast(made, start, period)).toMatchObject({ due: start + 6 * period, mean: 50, last: 40 });
    expect(after(made, 6, () => 52).scored).toEqual([]);
    const { scored } = after(made, 7, () => 52);
    expect(scored).toEqual([
      { due: start + 6 * period, error: 2, lastError: 12, size: 52, inside80: false, inside95: true },
    ]);
    expect(after(made, 9, () => 52).scored).toEqual(scored);
  });

  it('counts for an hour', () => {
    expect(after(made, 17, () => 52).scored).toHaveLength(1);
    expect(after(made, 18, () => 52).scored).toHaveLength(0);
  });

  it('waits for a value that is late, and is let go where none comes within the hour', () => {
    const lateUntil = (slot: number) => (known: number) => (known === slot ? 52 : Number.NaN);
    expect(after(made, 7, () => Number.NaN).open).toHaveLength(1);
    expect(after(made, 8, lateUntil(6)).scored).toHaveLength(1);
    const forgotten = after(made, 30, () => Number.NaN);
    expect([forgotten.open, forgotten.scored, forgotten.weight]).toEqual([[], [], 0]);
  });

  it('scores its crossing when the whole horizon has passed', () => {
    expect(after(made, 9, () => 90).crossings).toEqual([]);
    const at = (value: number) => after(made, 10, (slot) => (slot === 9 ? value : 50)).crossings;
    expect(at(81)).toEqual([{ end: start + 10 * period, brier: expect.closeTo(0.04) as number }]);
    expect(at(80)).toEqual([{ end: start + 10 * period, brier: expect.closeTo(0.64) as number }]);
  });

  it('widens the band that it missed and narrows the one that it hit', () => {
    const { coverage80, coverage95 } = after(made, 7, () => 52);
    expect(coverage80.shift).toBeLessThan(0);
    expect(coverage95.shift).toBeGreaterThan(0);
  });

  it('looks at the next slot where slots are longer than half an hour, and at the last where it looks less far', () => {
    const daily = { ...made, mean: flat(50, 3) };
    expect(openForecast(daily, start, 86_400)?.due).toBe(start);
    expect(openForecast({ ...made, mean: flat(50, 2) }, start, period)?.due).toBe(start + period);
    expect(openForecast(silent(start), start, period)).toBeUndefined();
  });
});

describe('how good forecasts were', () => {
  const scored = (error: number, lastError: number, size: number) => ({
    due: 0,
    error,
    lastError,
    size,
    inside80: true,
    inside95: true,
  });
  const memory = (...all: ReturnType<typeof scored>[]): SeriesMemory => ({ ...fresh, scored: all });

  it('is stored with the oldest fit of those that were fitted', () => {
    const one = { ...memory(scored(1, 2, 10)), fittedAt: start + 60 };
    const { oldestFit, drifted, quality } = standingOf({ series: [{ ...fresh, fittedAt: 0 }, one], drifted: ['cpu'] });
    expect([oldestFit, drifted, quality.count]).toEqual([start + 60, 1, 1]);
    expect(standingOf(undefined)).toMatchObject({ oldestFit: null, drifted: 0, quality: { count: 0 } });
  });

  it('is not known where none has come due', () => {
    expect(qualityOf([qualitySumsOf([fresh])])).toEqual({
      accuracy: null,
      skill: null,
      coverage80: null,
      coverage95: null,
      brier: null,
    });
  });

  it.each([
    ['by WAPE over the forecasts of the series', [memory(scored(1, 2, 10), scored(3, 2, 30))], 90, 0],
    [
      'each series by itself, whatever its size',
      [memory(scored(1, 2, 10)), memory(scored(5e8, 5e8, 1e9))],
      70,
      1 - 0.6 / 0.7,
    ],
    ['not below 0, however wrong', [memory(scored(50, 50, 10))], 0, 0],
    ['wholly where nothing came and nothing was said to', [memory(scored(0, 0, 0))], 100, null],
    ['not at all where something was said and nothing came', [memory(scored(1, 0, 0))], 0, null],
  ] as const)('is told %s', (_title, memories, accuracy, skill) => {
    const quality = qualityOf([qualitySumsOf(memories)]);
    expect(quality.accuracy).toBeCloseTo(accuracy);
    if (skill === null) expect(quality.skill).toBeNull();
    else expect(quality.skill).toBeCloseTo(skill);
  });

  it('is that of all series, however they lie in shards', () => {
    const size = fc.integer({ min: 0, max: 1000 });
    const one = fc.tuple(size, size, size).map(([a, b, c]) => scored(a, b, c));
    const shard = fc.array(
      fc.array(one, { maxLength: 3 }).map((all) => memory(...all)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(shard, { maxLength: 4 }), (shards) => {
        const together = qualityOf([qualitySumsOf(shards.flat())]);
        const apart = qualityOf(shards.map(qualitySumsOf));
        for (const name of ['accuracy', 'skill', 'coverage80', 'coverage95'] as const) {
          if (together[name] === null) expect(apart[name]).toBeNull();
          else expect(apart[name]).toBeCloseTo(together[name], 9);
        }
      }),
    );
  });

  it('never leaves 0 to 100, and its skill never exceeds 1', () => {
    const size = fc.double({ min: 0, max: 1e300, noNaN: true });
    const one = fc.tuple(size, size, size).map(([a, b, c]) => scored(a, b, c));
    fc.assert(
      fc.property(
        fc.array(
          fc.array(one, { maxLength: 5 }).map((all) => memory(...all)),
          { maxLength: 5 },
        ),
        (memories) => {
          const { accuracy, skill } = qualityOf([qualitySumsOf(memories)]);
          if (accuracy !== null) expect(accuracy >= 0 && accuracy <= 100).toBe(true);
          if (skill !== null) expect(skill).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('a forecaster that has become bad', () => {
  const told = (error: number, lastError: number, weight = 40): SeriesMemory => ({
    ...fresh,
    fittedAt: start,
    error,
    lastError,
    weight,
  });
  const later = start + 7 * 3600;

  it.each([
    ['as good as it was', told(5, 10), 0.5, false],
    ['a little worse', told(7, 10), 0.5, false],
    ['clearly worse', told(9, 10), 0.5, true],
    ['worse than persistence', told(20, 10), 0.2, true],
    ['bad at a few forecasts', told(20, 10, 10), 0.5, false],
    ['bad where nothing was better to begin with', told(20, 10), null, false],
    ['wrong where persistence makes no mistake', told(20, 0), 0.5, false],
  ] as const)('%s', (_title, memory, skill, drifted) => {
    expect(hasDrifted(memory, skill, later)).toBe(drifted);
    expect(hasDrifted(memory, skill, start + 3600)).toBe(false);
  });

  it('begins with a clean record once another is fitted', () => {
    const known = { start, stepSeconds: period, values: new Float64Array(1) };
    expect(scoreForecasts(told(20, 10), known, silent(start), start, start + 1)).toMatchObject({ error: 0, weight: 0 });
  });
});
