import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  bestEventF1,
  countEvents,
  eventF1,
  segmentsOf,
  type LabelledScores,
} from '../../shared/evaluation/detection-measures.ts';
import fc from '../fakes/property.ts';

const labelled = (scores: readonly number[], labels: readonly number[]): LabelledScores => ({
  scores: Float64Array.from(scores),
  labels: Uint8Array.from(labels),
});

const rules = { delayRows: 1, mergeRows: 2, repeatRows: 5 };

describe('average precision', () => {
  it('is what scikit-learn says of its own example', () => {
    // sklearn.metrics.average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.8333333333333333
    expect(averagePrecision(labelled([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))).toBeCloseTo(5 / 6, 12);
  });

  it('counts rows of equal score together, so that their order cannot help', () => {
    // average_precision_score([1, 0, 0, 1], [1, 1, 1, 1]) == 0.5
    expect(averagePrecision(labelled([1, 1, 1, 1], [1, 0, 0, 1]))).toBe(0.5);
    // average_precision_score([0, 1, 1, 0, 1], [3, 3, 2, 1, 1]) == (1/3)(1/2) + (1/3)(2/3) + (1/3)(3/5)
    expect(averagePrecision(labelled([3, 3, 2, 1, 1], [0, 1, 1, 0, 1]))).toBeCloseTo((1 / 2 + 2 / 3 + 3 / 5) / 3, 12);
  });

  it('is 1 where every anomaly outscores every normal row, and undefined without anomalies', () => {
    expect(averagePrecision(labelled([0, 5, 6, 1], [0, 1, 1, 0]))).toBe(1);
    expect(averagePrecision(labelled([0, 5], [0, 0]))).toBeUndefined();
  });
});

describe('events', () => {
  it('finds the segments of labelled rows, at both ends too', () => {
    expect(segmentsOf(Uint8Array.of(1, 0, 0, 1, 1, 0, 1))).toEqual([
      { from: 0, to: 1 },
      { from: 3, to: 5 },
      { from: 6, to: 7 },
    ]);
    expect(segmentsOf(new Uint8Array(0))).toEqual([]);
  });

  it.each([
    ['a segment flagged in its first rows is found', [0, 9, 0, 0], [0, 1, 1, 1], [1, 0, 0]],
    ['flagged later, it is missed', [0, 0, 0, 9], [0, 1, 1, 1], [0, 1, 0]],
    ['a flag before it is a false alert', [9, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1]],
    ['flags close together are one false alert', [9, 0, 9, 0], [0, 0, 0, 0], [0, 0, 1]],
    ['flags apart are two', [9, 0, 0, 9], [0, 0, 0, 0], [0, 0, 2]],
    ['a lasting false alert counts again', [9, 9, 9, 9, 9, 9], [0, 0, 0, 0, 0, 0], [0, 0, 2]],
    ['NaN flags nothing', [NaN, NaN], [1, 0], [0, 1, 0]],
  ] as const)('%s', (_, scores, labels, [found, missed, falseAlerts]) => {
    expect(countEvents([labelled(scores, labels)], 5, rules)).toEqual({ found, missed, falseAlerts });
  });

  it('weighs found segments against missed ones and false alerts', () => {
    expect(eventF1({ found: 2, missed: 1, falseAlerts: 3 })).toBe(0.5);
    expect(eventF1({ found: 0, missed: 0, falseAlerts: 0 })).toBe(0);
  });

  it('finds a perfect threshold where there is one', () => {
    const best = bestEventF1([labelled([1, 2, 9, 1, 9, 3], [0, 0, 1, 0, 1, 0])], rules);
    expect(best.f1).toBe(1);
    expect(best.threshold).toBeGreaterThan(3);
    expect(best.threshold).toBeLessThanOrEqual(9);
  });

  it('never calls a threshold best that another one of its candidates beats', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), { minLength: 5 }),
        (pairs) => {
          const series = [
            labelled(
              pairs.map(([score]) => score),
              pairs.map(([, label]) => label),
            ),
          ];
          const best = bestEventF1(series, rules);
          const highest = Math.max(...pairs.map(([score]) => score));
          expect(best.f1).toBeGreaterThanOrEqual(eventF1(countEvents(series, highest + 1, rules)));
          if (best.f1 > 0) expect(eventF1(countEvents(series, best.threshold, rules))).toBe(best.f1);
        },
      ),
    );
  });
});
