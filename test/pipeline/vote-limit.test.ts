import { describe, expect, it } from 'vitest';
import { calibrate } from '../../shared/detectors/calibration.ts';
import { voteLimit } from '../../shared/pipeline/weigh-model.ts';

/** A week of 1000-second rows… 604 of them: 0.001, 0.002 … 0.604 in a shuffled order. */
const rows = 604;
const votes = Float64Array.from({ length: rows }, (_, row) => (((row * 211) % rows) + 1) / 1000);
const fusion = { members: [], calibration: calibrate([votes], 1000) };

describe('the limit from which a vote raises', () => {
  it('leaves a contamination of usual rows beyond it, to within the tenth that ranks are kept by', () => {
    for (const contamination of [0.01, 0.05, 0.2, 0.4]) {
      const limit = voteLimit(fusion, { contamination }, undefined);
      const part = votes.filter((vote) => vote >= limit).length / rows;
      expect(part).toBeLessThanOrEqual(contamination);
      expect(part).toBeGreaterThan(0.85 * contamination);
    }
  });

  it('lies beyond all that was seen where a contamination is less than one row', () => {
    expect(voteLimit(fusion, { contamination: 1e-6 }, undefined)).toBeGreaterThan(0.604);
  });

  it.each([
    ['at two decades for a value of .99', 0.99, 2],
    ['at one for .9', 0.9, 1],
    ['above nothing for the least value there is', Number.MIN_VALUE, 1e-6],
  ])('lies %s', (_, threshold, decades) => {
    expect(voteLimit(fusion, { threshold }, undefined)).toBeCloseTo(decades, 12);
  });

  it('is that of the threshold where both are given, and of either whatever the budget allows', () => {
    expect(voteLimit(fusion, { threshold: 0.9, contamination: 0.2 }, 3)).toBeCloseTo(1, 12);
    expect(voteLimit(fusion, { contamination: 0.2 }, 3)).toBe(voteLimit(fusion, { contamination: 0.2 }, undefined));
  });

  it('is what so many events reach where neither is given', () => {
    expect(voteLimit(fusion, {}, 0.5)).toBeGreaterThan(0.604);
    expect(voteLimit(fusion, {}, 2)).toBe(0.604);
  });
});
