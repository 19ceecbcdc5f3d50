import { describe, expect, it } from 'vitest';
import { keepWindow, keptSlots, placeWindow } from '../../shared/pipeline/kept-window.ts';
import fc from '../fakes/property.ts';

const back = (kept: ReturnType<typeof keepWindow>, room = keptSlots(kept)): number[] => {
  const into = new Float64Array(room).fill(Number.NaN);
  placeWindow(kept, into);
  return [...into];
};
const some = fc.array(fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 1e300, 5e-324, -0)), { maxLength: 60 });

describe('the values that lie with a forecaster', () => {
  it('are the newest ones, gaps where gaps were, and the newest of them to the last digit', () => {
    fc.assert(
      fc.property(some, fc.nat(70), fc.nat(70), (all, slots, exact) => {
        const values = Float64Array.from(all);
        const kept = keepWindow(values, slots, exact);
        const window = all.slice(Math.max(0, all.length - slots));
        expect(keptSlots(kept)).toBe(window.length);
        expect(back(kept).map(Number.isNaN)).toEqual(window.map(Number.isNaN));
        const newest = Math.min(exact, window.length);
        expect(back(kept).slice(window.length - newest)).toEqual(window.slice(window.length - newest));
        expect([...values]).toEqual(all);
      }),
    );
  });

  it('lose less than a ten-thousandth of what they usually change by', () => {
    const all = fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(all, (values) => {
        const changes = values.slice(1).map((value, k) => Math.abs(value - values[k]));
        const usual = changes.sort((a, b) => a - b)[changes.length >> 1];
        back(keepWindow(Float64Array.from(values), values.length, 0)).forEach((value, slot) => {
          expect(Math.abs(value - values[slot])).toBeLessThanOrEqual(1e-4 * usual);
        });
      }),
    );
  });

  const wave = Float64Array.from({ length: 500 }, (_, k) => 40 + 15 * Math.sin(k / 20));
  it.each<[string, Float64Array, number]>([
    ['of a processor in half the bytes but for the newest', wave, 500 * 4 + 60 * 4],
    ['of a counter of 10^12 that moves by ones as they are', wave.map((_, k) => 1e12 + (k % 3)), 500 * 8],
    ['of whole numbers in half the bytes, for they lose nothing', wave.map((_, k) => k % 7), 500 * 4 + 60 * 4],
    ['of what never moves as they are where digits would be lost', wave.map(() => 0.1), 500 * 8],
    ['of what never moves in half the bytes where none would', wave.map(() => 0.5), 500 * 4 + 60 * 4],
    ['with one beyond single precision as they are', wave.map((value, k) => (k === 9 ? 1e60 : value)), 500 * 8],
    ['with one that is infinite as they are', wave.map((value, k) => (k === 9 ? Infinity : value)), 500 * 8],
    ['with one jump of a counter as they are', wave.map((value, k) => (k < 250 ? 0 : 1e12) + value), 500 * 8],
  ])('are kept %s', (_title, values, bytes) => {
    const { far, near } = keepWindow(values, 500, 60);
    expect(far.byteLength + near.byteLength).toBe(bytes);
  });

  it('are placed as far as there is room', () => {
    const kept = keepWindow(Float64Array.of(1, 2, 3, 4), 4, 2);
    expect([0, 1, 3, 6].map((room) => back(kept, room))).toEqual([
      [],
      [1],
      [1, 2, 3],
      [1, 2, 3, 4, Number.NaN, Number.NaN],
    ]);
  });

  it('share no memory with what they were kept of', () => {
    const values = Float64Array.of(0.1, 0.2, 0.3);
    const kept = keepWindow(values, 3, 3);
    values.fill(9);
    expect(back(kept)).toEqual([0.1, 0.2, 0.3]);
  });
});
