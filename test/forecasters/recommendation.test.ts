import { describe, expect, it } from 'vitest';
import type { Limit } from '../../shared/forecasters/outlook.ts';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import {
  type Crossing,
  outlookOf,
  recommendationDefaults,
  utilisationAt,
} from '../../shared/forecasters/recommendation.ts';
import type { MetricNature } from '../../shared/metrics/metric.ts';
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
  outlookOf(given, limit, { current, nature, hasSkill, policy });

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

  it('is nothing without skill, and says so', () => {
    const given = crossing(99, 0.99, { note: 'from bands' });
    expect(outlook(given, above(80), percent, 50, false)).toMatchObject({
      recommendation: 'NONE',
      scaleTo: null,
      note: 'from bands; no better than the last value',
    });
  });

  it('follows from what is where the limit is crossed now, however improbable it was', () => {
    const beyond = crossing(70, 0.01, { isBeyond: true });
    expect(outlook(beyond, above(80), percent, 91)).toMatchObject({ recommendation: 'SCALE_SOON', probability: 1 });
    // What is expected counts only from somebody who knows better than the last value.
    const worse = crossing(99, 0.01, { isBeyond: true });
    expect(outlook(worse, above(80), percent, 91, true).recommendation).toBe('SCALE_IMMEDIATELY');
    expect(outlook(worse, above(80), percent, 91, false).recommendation).toBe('SCALE_SOON');
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
