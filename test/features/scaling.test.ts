import { describe, expect, it } from 'vitest';
import { isScaled, scaleRow, startScaling } from '../../shared/features/scaling.ts';
import { createRandom } from '../../shared/numeric/random.ts';

/** A day of 5 min. */
const WARM_UP = 288;

function run(values: readonly number[], step = 300) {
  const state = startScaling(1, step);
  return { state, scaled: values.map((value) => scaleRow(state, [value])[0]) };
}
const noise = (count: number, level: number, spread: number, seed = 1) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => level + spread * random.normal());
};

describe('robust scaling', () => {
  it.each([
    ['a small metric', 0.5, 0.01],
    ['a large one', 1e9, 1e6],
    ['a negative one', -300, 20],
  ])('brings %s to mean 0 and deviation 1', (_, level, spread) => {
    const late = run(noise(3000, level, spread)).scaled.slice(500);
    const mean = late.reduce((sum, value) => sum + value, 0) / late.length;
    const deviation = Math.sqrt(late.reduce((sum, value) => sum + (value - mean) ** 2, 0) / late.length);
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(deviation).toBeGreaterThan(0.9);
    expect(deviation).toBeLessThan(1.1);
  });

  it('makes two entities of different size the same', () => {
    const small = run(noise(500, 10, 1)).scaled;
    const large = run(noise(500, 10, 1).map((value) => value * 1000)).scaled;
    small.forEach((value, row) => {
      if (row >= WARM_UP) expect(large[row]).toBeCloseTo(value, 9);
    });
  });

  it('hardly widens for a fault of one hour in a day', () => {
    const usual = noise(3000, 50, 2);
    const faulty = usual.map((value, row) => (row >= 2000 && row < 2012 ? value + 400 : value));
    const [before, after] = [run(usual).state.numbers[1], run(faulty).state.numbers[1]];
    expect(after / before).toBeLessThan(1.1);
    expect(run(faulty).scaled[2000]).toBeGreaterThan(100);
  });

  it('says nothing of a column before it knows its spread, and nothing of a missing value', () => {
    const { scaled, state } = run([...noise(WARM_UP, 1, 1), Number.NaN, 1]);
    expect(scaled.slice(0, WARM_UP + 1).every(Number.isNaN)).toBe(true);
    expect(scaled[WARM_UP + 1]).not.toBeNaN();
    expect(isScaled(state)).toBe(true);
    expect(isScaled(run(noise(WARM_UP - 1, 1, 1)).state)).toBe(false);
  });

  it('does not blow the rounding of a constant up', () => {
    const { scaled } = run([...Array.from({ length: WARM_UP }, () => 7), 7 + 1e-12, 8]);
    expect(Math.abs(scaled[WARM_UP])).toBeLessThan(1e-6);
    expect(scaled[WARM_UP + 1]).toBeGreaterThan(100);
  });

  it.each([
    ['no columns', () => startScaling(0, 60), /at least one column/],
    ['no step', () => startScaling(1, Number.NaN), /step is NaN s/],
    ['a row of another width', () => scaleRow(startScaling(2, 60), [1]), /1 values for 2 columns/],
  ])('refuses %s', (_, misuse, message) => expect(misuse).toThrow(message));
});
