import { describe, expect, it } from 'vitest';
import { budgetThreshold, contaminationThreshold } from '../../shared/pipeline/budget-threshold.ts';
import { judge } from '../../shared/pipeline/judge.ts';
import { defaultPolicy } from '../../shared/pipeline/judge-policy.ts';
import type { EntityPast } from '../../shared/pipeline/training-data.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { series } from '../scenarios/world.ts';

const STEP = 900;
const DAYS = 42;
const HOUR = 3600;

/** A thing whose metrics all leap together for an hour, more and less, every day or so. */
function leaping(entity: string, width: number, seed: number): EntityPast {
  const random = createRandom(seed);
  const rows = (DAYS * 86_400) / STEP;
  const times = Float64Array.from({ length: rows }, (_, row) => row * STEP);
  const values = new Float64Array(rows * width);
  let leap = 0;
  let left = 0;
  for (let row = 0; row < rows; row++) {
    if (left > 0) left--;
    else leap = 0;
    if (left === 0 && random.next() < 1 / 100) {
      leap = 2 + 18 * random.next();
      left = 4;
    }
    for (let column = 0; column < width; column++)
      values[row * width + column] = 50 + 2 * (random.next() - 0.5) + leap * (0.5 + random.next());
  }
  return { entity, series: Array.from({ length: width }, (_, column) => series(entity, `m${column}`)), times, values };
}

/** First notices a week of the entity verdict on the rows `[from, …)`, as judge tells them. */
function noticesOf(past: readonly EntityPast[], threshold: number, part: number): number {
  let notices = 0;
  for (const { entity, series: members, times, values } of past) {
    const window = { entity, series: members, stepSeconds: STEP, times, values };
    const { rows } = judge(window, undefined, { ...defaultPolicy, threshold });
    let last = -Infinity;
    for (const { time, entity: verdict } of rows) {
      if (verdict.status === 'unknown' || verdict.alert === 0) continue;
      if (time >= times[Math.floor(part * times.length)] && time - last > HOUR) notices++;
      last = time;
    }
  }
  return notices / ((1 - part) * DAYS * (1 / 7));
}

describe('the threshold of an alert budget', () => {
  it.each([
    ['things that are judged as a whole only', 16],
    ['things whose series are told of as well', 4],
  ])('delivers of %s what judge then tells, and less than the default does', (_, width) => {
    const past = [leaping('a', width, 1)];
    const found = budgetThreshold(past, '1 per week', 1, STEP, 'UTC');
    if ('missing' in found) throw new Error(found.missing);
    const delivered = noticesOf(past, found.threshold, 0.7);
    expect(noticesOf(past, defaultPolicy.threshold, 0.7)).toBeGreaterThan(delivered + 1);
    expect(found.threshold).toBeGreaterThan(defaultPolicy.threshold);
    expect(Math.abs(delivered - found.deliveredPerWeek)).toBeLessThanOrEqual(0.6);
  });

  it('is set on the newest part of history too, which the promise is held against', () => {
    const past = leaping('a', 1, 1);
    const rows = Math.floor(0.7 * past.times.length);
    const start = { ...past, times: past.times.slice(0, rows), values: past.values.slice(0, rows) };
    // The end is calm: whatever leapt before is over.
    const values = past.values.map((value, row) => (row < rows ? value : 50 + ((row * 7) % 5) / 5));
    const budget = (of: EntityPast) => {
      const found = budgetThreshold([of], '1 per week', 1, STEP, 'UTC');
      if ('missing' in found) throw new Error(found.missing);
      return found;
    };
    const calm = budget({ ...past, values });
    expect(calm.threshold).toBeLessThan(budget(start).threshold);
    expect(calm.deliveredPerWeek).toBeLessThan(0.5);
    expect(calm.deliveredPerWeek).toBeLessThan(budget(past).deliveredPerWeek);
  });

  it('is found, and says what it brought, where history is too short to keep an end aside', () => {
    const found = budgetThreshold([leaping('a', 1, 1)], '0.2 per week', 1, STEP, 'UTC');
    if ('missing' in found) throw new Error(found.missing);
    expect(found.threshold).toBeGreaterThan(defaultPolicy.threshold);
    expect(found.deliveredPerWeek).toBe(0);
    const start = leaping('a', 1, 1);
    const rows = Math.floor(0.7 * start.times.length);
    const short = { ...start, times: start.times.slice(0, rows), values: start.values.slice(0, rows) };
    expect(budgetThreshold([short], '0.2 per week', 1, STEP, 'UTC')).toHaveProperty('missing');
  });

  it('as a contamination is read off what is told: of many metrics the whole', () => {
    const past = [leaping('a', 16, 1)];
    const low = contaminationThreshold(past, 0.1, STEP, 'UTC') ?? Number.NaN;
    const high = contaminationThreshold(past, 0.001, STEP, 'UTC') ?? Number.NaN;
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(low);
  });

  it('needs history', () => {
    const empty = { entity: 'a', series: [series('a', 'x')], times: new Float64Array(0), values: new Float64Array(0) };
    expect(budgetThreshold([empty], '1 per week', 1, STEP, 'UTC')).toHaveProperty('missing');
    expect(budgetThreshold([], '1 per week', 1, STEP, 'UTC')).toHaveProperty('missing');
  });
});
