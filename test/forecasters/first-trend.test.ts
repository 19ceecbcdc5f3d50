import { describe, expect, it } from 'vitest';
import { automaticForecaster } from '../../shared/forecasters/automatic.ts';
import { crossingOf } from '../../shared/forecasters/crossing.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { rhythm, until } from './made-up-series.ts';

/** Memory that has stood at 50 % for a week, with a little rhythm and noise, and has never moved otherwise. */
const calm = (stepSeconds: number): Series =>
  rhythm((8 * 86_400) / stepSeconds, { level: 50, swing: 2, noise: 0.5, stepSeconds, seed: 4 });

/** The same from the eighth day on with something that has never been there before. */
function changed(series: Series, change: (minutes: number) => number): Series {
  const from = (7 * 86_400) / series.stepSeconds;
  const values = series.values.map((value, slot) =>
    slot < from ? value : value + change(((slot - from + 1) * series.stepSeconds) / 60),
  );
  return { ...series, values };
}

const leak = (minutes: number): number => minutes / 6;
const limit = { value: 70, side: 'above' } as const;

const learned = new Map(
  [300, 60].map((stepSeconds) => {
    const seven = until(calm(stepSeconds), (7 * 86_400) / stepSeconds);
    return [stepSeconds, automaticForecaster.fit(seven, automaticForecaster.defaults, 1)];
  }),
);

/** What is said so many minutes into the eighth day, by what was learned in seven. */
function probabilityAfter(series: Series, minutes: number): number {
  const seven = (7 * 86_400) / series.stepSeconds;
  const fitted = learned.get(series.stepSeconds);
  if (fitted === undefined) throw new Error('learn it first');
  const known = until(series, seven + (minutes * 60) / series.stepSeconds);
  const answer = fitted.forecast(known, 2700 / series.stepSeconds, [80, 95]);
  if ('unforecastable' in answer) throw new Error(answer.unforecastable);
  return crossingOf(answer, limit, known).probability ?? Number.NaN;
}

describe.each([
  ['five minutes', 300],
  ['a minute', 60],
] as const)('a series of %s that has never leaked', (_, stepSeconds) => {
  const series = calm(stepSeconds);

  it('leaks: that it will cross its limit is known 20 minutes before', () => {
    expect(probabilityAfter(changed(series, leak), 100)).toBeGreaterThan(0.5);
  });

  it('begins to leak: it is not known two hours before', () => {
    expect(probabilityAfter(changed(series, leak), 15)).toBeLessThan(0.3);
  });
});

describe('a series of five minutes', () => {
  const series = calm(300);

  it('that leaked and was restarted half an hour ago is not believed to leak on', () => {
    const restarted = changed(series, (minutes) => (minutes <= 90 ? leak(minutes) : 0));
    expect(probabilityAfter(restarted, 90)).toBeGreaterThan(0.3);
    expect(probabilityAfter(restarted, 120)).toBeLessThan(0.3);
  });

  it('that fell and does not rise is not believed to rise', () => {
    expect(probabilityAfter(changed(series, leak), 0)).toBeLessThan(0.05);
    expect(
      probabilityAfter(
        changed(series, (minutes) => -leak(minutes)),
        100,
      ),
    ).toBeLessThan(0.05);
  });

  it('that is wild around its level has no trend', () => {
    const wild = changed(series, (minutes) => (Math.round(minutes / 5) % 3 === 0 ? 12 : -6));
    for (const minutes of [60, 75, 90, 105]) expect(probabilityAfter(wild, minutes)).toBeLessThan(0.5);
  });
});
