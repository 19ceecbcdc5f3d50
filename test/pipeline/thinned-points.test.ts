import { describe, expect, it } from 'vitest';
import type { CoursePoint } from '../../shared/alerting/status-view.ts';
import { thinnedPoints } from '../../shared/pipeline/thinned-points.ts';
import fc from '../fakes/property.ts';

const course = (values: readonly (number | null)[]): CoursePoint[] =>
  values.map((value, time) => [time, value, null, null]);
const values = fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { freq: 3 }), { maxLength: 400 });

describe('a long course', () => {
  it('keeps its lowest and highest value, its order, and fits', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 60 }), (given, most) => {
        const all = course(given);
        const kept = thinnedPoints(all, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, 2) + 1);
        const known = (points: readonly CoursePoint[]) => points.flatMap(([, value]) => value ?? []);
        expect(Math.max(...known(kept))).toBe(Math.max(...known(all)));
        expect(Math.min(...known(kept))).toBe(Math.min(...known(all)));
        expect(kept.map(([time]) => time)).toEqual([...new Set(kept.map(([time]) => time))].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps a hole that is longer than a stretch', () => {
    const all = course([...Array<number>(50).fill(1), ...Array<null>(50).fill(null), ...Array<number>(50).fill(2)]);
    expect(thinnedPoints(all, 30).some(([, value]) => value === null)).toBe(true);
  });

  it('stays as it is where it is short', () => {
    const all = course([1, null, 3]);
    expect(thinnedPoints(all, 3)).toBe(all);
  });
});
