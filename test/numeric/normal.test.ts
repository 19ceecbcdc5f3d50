import { expect, it } from 'vitest';
import { normalBelow, normalQuantile } from '../../shared/numeric/normal.ts';
import fc from '../fakes/property.ts';

// scipy.stats.norm.cdf(z)
it.each([
  [-6, 9.865876450376946e-10],
  [-3, 0.0013498980316300933],
  [-1.959963984540054, 0.025],
  [0, 0.5],
  [1, 0.8413447460685429],
  [1.2815515655446004, 0.9],
])('below %s lies %s, as scipy says', (z, share) => {
  expect(Math.abs(normalBelow(z) / share - 1)).toBeLessThan(1.5e-7);
});

it('nothing lies below minus infinity, all below infinity', () => {
  expect([normalBelow(-Infinity), normalBelow(Infinity)]).toEqual([0, 1]);
});

it('the quantile is where so much lies below', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (share) => {
      expect(normalBelow(normalQuantile(share))).toBeCloseTo(share, 7);
    }),
  );
});

it.each([0, 1, -1, Number.NaN])('there is no quantile of %s', (share) => {
  expect(() => normalQuantile(share)).toThrow('between 0 and 1');
});
