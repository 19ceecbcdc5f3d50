import { describe, expect, it } from 'vitest';
import { crossingOf } from '../../shared/forecasters/crossing.ts';
import type { Forecast } from '../../shared/forecasters/forecaster.ts';
import { withinBounds } from '../../shared/forecasters/within-bounds.ts';
import type { Limit } from '../../shared/forecasters/outlook.ts';
import type { Series } from '../../shared/metrics/series.ts';
import fc from '../fakes/property.ts';

const start = 1_700_000_100;
const stepSeconds = 300;
const calm: Series = {
  start: start - 100 * 300,
  stepSeconds,
  values: Float64Array.from({ length: 100 }, (_, k) => 50 + (k % 7)),
};
const above = (value: number): Limit => ({ value, side: 'above' });

function withPaths(rows: readonly (readonly number[])[]): Forecast {
  const horizon = rows[0].length;
  return {
    start,
    stepSeconds,
    mean: Float64Array.from(
      { length: horizon },
      (_, slot) => rows.reduce((sum, row) => sum + row[slot], 0) / rows.length,
    ),
    bands: [],
    paths: { count: rows.length, horizon, values: Float64Array.from(rows.flat()) },
  };
}

const withBands = (mean: readonly number[], half80: number, half95: number): Forecast => ({
  start,
  stepSeconds,
  mean: Float64Array.from(mean),
  bands: [
    { level: 80, lower: Float64Array.from(mean, (x) => x - half80), upper: Float64Array.from(mean, (x) => x + half80) },
    { level: 95, lower: Float64Array.from(mean, (x) => x - half95), upper: Float64Array.from(mean, (x) => x + half95) },
  ],
});

const mirrored = (forecast: Forecast): Forecast => ({
  ...forecast,
  mean: forecast.mean.map((x) => -x),
  bands: forecast.bands.map(({ level, lower, upper }) => ({
    level,
    lower: upper.map((x) => -x),
    upper: lower.map((x) => -x),
  })),
  ...(forecast.paths === undefined
    ? {}
    : { paths: { ...forecast.paths, values: forecast.paths.values.map((x) => -x) } }),
});

describe('from paths', () => {
  const four = withPaths([
    [60, 70, 85, 95],
    [60, 85, 90, 70],
    [55, 60, 65, 70],
    [50, 55, 60, 65],
  ]);

  it('counts the paths that go beyond at any slot', () => {
    expect(crossingOf(four, above(80), calm).probability).toBeCloseTo(2.25 / 4.5);
  });

  it('names the median of the first slots beyond, and the median of the extremes as peak where the mean is highest', () => {
    const { crossesAt, peak, isBeyond, note } = crossingOf(four, above(80), calm);
    expect(crossesAt).toBe(start + 1 * stepSeconds);
    expect(peak.value).toBe(80);
    expect(peak.time).toBe(start + 2 * stepSeconds);
    expect({ isBeyond, note }).toEqual({ isBeyond: false, note: '' });
  });

  it('is never certain, however few paths there are', () => {
    expect(crossingOf(four, above(1000), calm).probability).toBeGreaterThan(0);
    expect(crossingOf(four, above(-1000), calm).probability).toBeLessThan(1);
  });

  it('names no time where it is not to be expected', () => {
    expect(crossingOf(four, above(1000), calm).crossesAt).toBeNull();
    const oneOfTen = withPaths(Array.from({ length: 10 }, (_, path) => [50, path === 0 ? 90 : 50]));
    expect(crossingOf(oneOfTen, above(80), calm).crossesAt).toBeNull();
  });

  it('a value on the limit has not crossed it', () => {
    expect(crossingOf(withPaths([[80], [80]]), above(80), calm).probability).toBeCloseTo(0.25 / 2.5);
  });

  it('says that the limit is crossed already, since the newest value there is', () => {
    const values = calm.values.slice();
    values[97] = 99;
    values.fill(Number.NaN, 98);
    const { isBeyond, crossesAt } = crossingOf(four, above(98), { ...calm, values });
    expect({ isBeyond, crossesAt }).toEqual({ isBeyond: true, crossesAt: start - stepSeconds });
  });

  it('the lower the limit, the more probable it is to go above', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (rows, limit, less) => {
          const forecast = withPaths(rows);
          const far = { ...calm, values: calm.values.map((x) => x + 1e6) };
          const at = (value: number): number => crossingOf(forecast, above(value), far).probability ?? Number.NaN;
          expect(at(limit - less)).toBeGreaterThanOrEqual(at(limit));
        },
      ),
    );
  });
});

describe('from bands, where a forecaster has no paths', () => {
  it('takes a slot as normal between the ends of its bands', () => {
    const forecast = withBands([50, 50], 12.815515655446, 19.59963984540054);
    expect(crossingOf(forecast, above(60), calm).probability).toBeCloseTo(0.158655, 5);
    expect(crossingOf(forecast, above(80), calm).probability).toBeCloseTo(0.00135, 5);
    expect(crossingOf(forecast, above(40), calm).probability).toBeCloseTo(0.841345, 5);
  });

  it('is that of the most probable slot, which it says', () => {
    const found = crossingOf(withBands([50, 70, 85], 12.8, 19.6), above(80), calm);
    expect(found.probability).toBeGreaterThan(0.5);
    expect(found.crossesAt).toBe(start + 2 * stepSeconds);
    expect(found.peak).toEqual({ time: start + 2 * stepSeconds, value: 85 });
    expect(found.note).toContain('single slot');
  });

  it('a band without width lies on one side', () => {
    expect(crossingOf(withBands([50], 0, 0), above(60), calm).probability).toBe(0);
    expect(crossingOf(withBands([70], 0, 0), above(60), calm).probability).toBe(1);
  });

  it('says that it cannot tell without bands either', () => {
    const { probability, note } = crossingOf({ ...withBands([70], 1, 2), bands: [] }, above(60), calm);
    expect(probability).toBeNull();
    expect(note).toContain('no ranges');
  });
});

it.each([
  [
    'paths',
    withPaths([
      [60, 70, 85],
      [60, 85, 90],
      [55, 60, 65],
    ]),
  ],
  ['bands', withBands([50, 70, 85], 12.8, 19.6)],
] as const)('a limit below is the mirror image of one above, from %s', (_, forecast) => {
  const turned = { ...calm, values: calm.values.map((x) => -x) };
  for (const value of [40, 60, 80, 100]) {
    const one = crossingOf(forecast, above(value), calm);
    const other = crossingOf(mirrored(forecast), { value: -value, side: 'below' }, turned);
    expect(other).toEqual({ ...one, peak: { ...one.peak, value: -one.peak.value } });
  }
});

describe('a limit that the series is kept at', () => {
  const kept = (times: number): Series => ({ ...calm, values: calm.values.map((x, k) => (k < times ? 100 : x)) });
  const forecast = withPaths([
    [90, 101],
    [90, 99],
  ]);

  it.each([
    ['gives no probability where more than 5 % of the recent values lie on it', 6, null],
    ['gives one where no more than 5 % do', 5, 0.5],
  ] as const)('%s', (_, times, probability) => {
    const found = crossingOf(forecast, above(100), kept(times));
    expect(found.probability).toBe(probability);
    expect(found.note === '').toBe(probability !== null);
  });

  it('is noticed on a constant series, too', () => {
    const constant = { ...calm, values: calm.values.map(() => 0.1 + 0.2) };
    expect(crossingOf(forecast, above(0.3), constant).probability).toBeNull();
  });
});

describe('what a metric cannot be', () => {
  const rising = {
    ...withPaths([
      [97, 105, 112],
      [-4, 99, 130],
    ]),
    bands: withBands([98, 104, 112], 10, 20).bands,
  };
  const values = ({ mean, bands, paths }: Forecast): readonly number[] => [
    ...mean,
    ...bands.flatMap(({ lower, upper }) => [...lower, ...upper]),
    ...(paths?.values ?? []),
  ];

  it('is foreseen by no mean, band or course, and so by no peak', () => {
    const held = withinBounds(rising, { lowest: 0, highest: 100 });
    expect(Math.max(...values(held))).toBe(100);
    expect(Math.min(...values(held))).toBe(0);
    expect(values(held)).toEqual(values(rising).map((value) => Math.min(100, Math.max(0, value))));
    expect(crossingOf(held, above(80), calm).peak.value).toBe(100);
    expect(
      crossingOf(withinBounds(withBands([98, 104, 112], 10, 20), { highest: 100 }), above(80), calm).peak.value,
    ).toBe(100);
  });

  it('changes no probability of crossing a limit within it', () => {
    for (const limit of [20, 60, 99.9])
      expect(crossingOf(withinBounds(rising, { lowest: 0, highest: 100 }), above(limit), calm).probability).toBe(
        crossingOf(rising, above(limit), calm).probability,
      );
  });

  it('is nothing where no bounds are known', () => {
    expect(withinBounds(rising, {})).toBe(rising);
  });
});

it.each([
  ['a limit that is no number', above(Number.NaN), withPaths([[1]]), 'A limit of NaN'],
  ['a forecast of no steps', above(1), { ...withBands([], 1, 2), bands: [] }, 'no steps'],
] as const)('%s is refused', (_, limit, forecast, words) => {
  expect(() => crossingOf(forecast, limit, calm)).toThrow(words);
});

it('a window without any value is not beyond the limit', () => {
  expect(
    crossingOf(withPaths([[90]]), above(80), { ...calm, values: new Float64Array(3).fill(Number.NaN) }).isBeyond,
  ).toBe(false);
});
