import { describe, expect, it } from 'vitest';
import { chanceBeyond, crossingOf } from '../../shared/forecasters/crossing.ts';
import type { Forecast } from '../../shared/forecasters/forecaster.ts';
import type { Limit, Outlook } from '../../shared/forecasters/outlook.ts';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import {
  type Crossing,
  outlookOf,
  recommendationDefaults,
  utilisationAt,
} from '../../shared/forecasters/recommendation.ts';
import type { MetricNature } from '../../shared/metrics/metric.ts';
import type { Series } from '../../shared/metrics/series.ts';
import fc from '../fakes/property.ts';

const percent: MetricNature = { unit: 'Percent', bad: 'up', gap: 'gap', highest: 100 };
const bytes: MetricNature = { unit: 'Bytes', bad: 'both', gap: 'gap' };
const policy = recommendationDefaults;
const above = (value: number): Limit => ({ value, side: 'above' });
const below = (value: number): Limit => ({ value, side: 'below' });

const crossing = (peak: number, probability: number | null, more: Partial<Crossing> = {}): Crossing => ({
  probability,
  crossesAt: 1000,
  isBeyond: false,
  peak: { time: 2000, value: peak },
  note: '',
  ...more,
});
const outlook = (given: Crossing, limit: Limit, nature: MetricNature, current = 50, hasSkill = true) =>
  outlookOf(given, limit, { current, nature, hasSkill, policy, chanceBeyond: () => given.probability });

describe('what is advised', () => {
  it.each<[string, Crossing, Limit, MetricNature, string, number | null]>([
    ['a peak below the limit is nothing', crossing(79.9, 0.9), above(80), percent, 'NONE', null],
    ['a peak on the limit is nothing', crossing(80, 0.9), above(80), percent, 'NONE', null],
    ['a peak just above 80 is watched', crossing(80.1, 0.9), above(80), percent, 'MONITOR', null],
    ['from 85 on it is prepared for', crossing(85, 0.9), above(80), percent, 'PREPARE_SCALING', 1.22],
    ['from 90 on it is soon', crossing(90, 0.9), above(80), percent, 'SCALE_SOON', 1.29],
    ['from 95 on it is now', crossing(95, 0.9), above(80), percent, 'SCALE_IMMEDIATELY', 1.36],
    ['below a limit of 90 even 89 is nothing', crossing(89, 0.9), above(90), percent, 'NONE', null],
    ['above a limit of 60, 65 is watched', crossing(65, 0.9), above(60), percent, 'MONITOR', null],
    ['less probable than 1 in 2 is nothing', crossing(99, 0.49), above(80), percent, 'NONE', null],
    ['a wide band prepares and does not page', crossing(99, 0.6), above(80), percent, 'PREPARE_SCALING', 1.42],
    ['hardly sure is soon and not now', crossing(99, 0.7), above(80), percent, 'SCALE_SOON', 1.42],
    ['what cannot be told is nothing', crossing(99, null), above(80), percent, 'NONE', null],
    ['what is left of a percentage is mirrored', crossing(9, 0.9), below(20), percent, 'SCALE_SOON', 1.3],
    ['enough left is nothing', crossing(21, 0.9), below(20), percent, 'NONE', null],
    ['other units are measured by their limit', crossing(1125, 0.9), above(1000), bytes, 'SCALE_SOON', 1.29],
    ['just above a limit of another unit is watched', crossing(1001, 0.9), above(1000), bytes, 'MONITOR', null],
    ['what must not run out, too, without a capacity', crossing(888, 0.9), below(1000), bytes, 'SCALE_SOON', null],
    ['nothing left is now', crossing(0, 0.9), below(1000), bytes, 'SCALE_IMMEDIATELY', null],
    ['less than nothing left is now', crossing(-5, 0.9), below(1000), bytes, 'SCALE_IMMEDIATELY', null],
    ['a limit without size can only be crossed', crossing(7, 0.9), above(0), bytes, 'MONITOR', null],
    ['a negative limit can only be crossed', crossing(-7, 0.9), below(-5), bytes, 'MONITOR', null],
  ])('%s', (_title, given, limit, nature, recommendation, scaleTo) => {
    expect(outlook(given, limit, nature)).toMatchObject({ recommendation, scaleTo, probability: given.probability });
  });

  describe('from possible courses', () => {
    const recent: Series = {
      start: 0,
      stepSeconds: 300,
      values: Float64Array.from({ length: 30 }, (_, k) => 60 + (k % 9)),
    };
    /** As many courses of one step as there are values, each as probable. */
    const of = (values: readonly number[], current = 68): Outlook => {
      const forecast: Forecast = {
        start: 9000,
        stepSeconds: 300,
        mean: Float64Array.of(values.reduce((sum, value) => sum + value, 0) / values.length),
        bands: [],
        paths: { count: values.length, horizon: 1, values: Float64Array.from(values) },
      };
      const known = { ...recent, values: recent.values.with(29, current) };
      const chance = (value: number) => chanceBeyond(forecast, above(value));
      const facts = { current, nature: percent, hasSkill: true, policy, chanceBeyond: chance };
      return outlookOf(crossingOf(forecast, above(80), known), above(80), facts);
    };
    const courses = (...groups: readonly (readonly [count: number, value: number])[]): readonly number[] =>
      groups.flatMap(([count, value]) => Array<number>(count).fill(value));

    it.each<[string, readonly number[], string]>([
      [
        'all beyond 80 and half beyond 95 is worth preparing, and no page',
        courses([47, 82], [53, 99]),
        'PREPARE_SCALING',
      ],
      ['two thirds beyond 90 is soon', courses([33, 82], [67, 99]), 'SCALE_SOON'],
      ['two thirds beyond 95 is not at once', courses([30, 91], [70, 99]), 'SCALE_SOON'],
      ['four fifths beyond 95 is at once', courses([18, 82], [82, 99]), 'SCALE_IMMEDIATELY'],
      ['all of them just beyond is watched', courses([100, 81]), 'MONITOR'],
    ])('%s', (_title, values, recommendation) => {
      expect(of(values).recommendation).toBe(recommendation);
    });

    it.each<[string, number, readonly number[], string]>([
      ['what is there already needs no probability', 91, courses([100, 82]), 'SCALE_SOON'],
      ['what may come needs its own', 86, courses([45, 82], [55, 99]), 'PREPARE_SCALING'],
      ['what surely comes counts', 82, courses([10, 82], [90, 99]), 'SCALE_IMMEDIATELY'],
    ])('while it is beyond, %s', (_title, current, values, recommendation) => {
      expect(of(values, current)).toMatchObject({ recommendation, isBeyond: true, probability: 1 });
    });
  });

  it('is nothing without skill, and says so', () => {
    const given = crossing(99, 0.99, { note: 'from bands' });
    expect(outlook(given, above(80), percent, 50, false)).toMatchObject({
      recommendation: 'NONE',
      scaleTo: null,
      note: 'from bands; no better than the last value',
    });
  });

  it('follows from what is where the limit is crossed now', () => {
    const beyond = crossing(70, 0.9, { isBeyond: true });
    expect(outlook(beyond, above(80), percent, 91)).toMatchObject({ recommendation: 'SCALE_SOON', probability: 1 });
    // What is expected counts only from somebody who knows better than the last value.
    const worse = crossing(99, 0.9, { isBeyond: true });
    expect(outlook(worse, above(80), percent, 91, true).recommendation).toBe('SCALE_IMMEDIATELY');
    expect(outlook(worse, above(80), percent, 91, false).recommendation).toBe('SCALE_SOON');
    // What was improbable and is there is there all the same.
    expect(outlook(crossing(12, 0.01, { isBeyond: true }), below(20), percent, 4).recommendation).toBe(
      'SCALE_IMMEDIATELY',
    );
  });

  const peaks = fc.double({ min: -1000, max: 1000, noNaN: true });
  const certainties = fc.double({ min: 0, max: 1, noNaN: true });
  const rank = (given: Crossing, limit: Limit, nature: MetricNature) =>
    recommendations.indexOf(outlook(given, limit, nature).recommendation);

  it('never becomes milder as the peak grows worse, or as it becomes surer', () => {
    fc.assert(
      fc.property(peaks, peaks, certainties, certainties, fc.boolean(), (a, b, p, q, isPercent) => {
        const nature = isPercent ? percent : bytes;
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [unsure, sure] = [Math.min(p, q), Math.max(p, q)];
        expect(rank(crossing(high, sure), above(80), nature)).toBeGreaterThanOrEqual(
          rank(crossing(low, unsure), above(80), nature),
        );
        expect(rank(crossing(low, sure), below(20), nature)).toBeGreaterThanOrEqual(
          rank(crossing(high, unsure), below(20), nature),
        );
      }),
    );
  });

  it('is enough: what is scaled to has the peak at the target or lower', () => {
    fc.assert(
      fc.property(fc.double({ min: 85, max: 500, noNaN: true }), (peak) => {
        const { scaleTo } = outlook(crossing(peak, 1), above(80), percent);
        expect(peak / (scaleTo ?? 0)).toBeLessThanOrEqual(policy.target + 1e-6);
      }),
    );
  });

  it('measures the other side as the mirror of this one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (value) => {
        expect(utilisationAt(100 - value, below(20), percent, policy)).toBeCloseTo(
          utilisationAt(value, above(80), percent, policy),
        );
      }),
    );
  });
});
