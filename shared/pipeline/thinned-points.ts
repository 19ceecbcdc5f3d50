import type { CoursePoint } from '../alerting/status-view.ts';

/**
 * At most about so many points of a long course, none of its extremes lost: of each stretch the lowest and the highest
 * value, in their order; of one without a value its first point, so that a gap stays one.
 *
 * @param most 2 or more.
 */
export function thinnedPoints(points: readonly CoursePoint[], most: number): readonly CoursePoint[] {
  if (points.length <= most) return points;
  const stride = Math.ceil(points.length / (most / 2));
  const kept: CoursePoint[] = [];
  for (let from = 0; from < points.length; from += stride) {
    let lowest = -1;
    let highest = -1;
    for (let at = from; at < Math.min(points.length, from + stride); at++) {
      const value = points[at][1];
      if (value === null) continue;
      if (lowest < 0 || value < (points[lowest][1] ?? 0)) lowest = at;
      if (highest < 0 || value > (points[highest][1] ?? 0)) highest = at;
    }
    if (lowest < 0) kept.push(points[from]);
    else if (lowest === highest) kept.push(points[lowest]);
    else kept.push(points[Math.min(lowest, highest)], points[Math.max(lowest, highest)]);
  }
  return kept;
}
