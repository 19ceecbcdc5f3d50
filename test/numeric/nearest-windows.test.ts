import { describe, expect, it } from 'vitest';
import { createRandom } from '../../shared/numeric/random.ts';
import { nearestWindows, type WindowDistance } from '../../shared/numeric/wasm/nearest-windows.ts';
import fc from '../fakes/property.ts';

interface Case {
  readonly values: Float64Array;
  readonly distance: WindowDistance;
  readonly row: number;
  readonly newest: number;
  readonly oldest: number;
  readonly farFrom: number;
}

/** What the kernel does four at a time and gives up early, one after the other and to the end. */
function plainly({ values, distance, row, newest, oldest }: Case, least: (end: number) => boolean): number[] {
  const { weights, penalties, centres, most } = distance;
  let found: { readonly end: number; readonly far: number }[] = [];
  for (let end = newest; end >= oldest; end--) {
    if (!least(end)) continue;
    let sum = 0;
    weights.forEach((weight, back) => {
      const now = values[row - back] - (centres?.[row] ?? 0);
      sum += weight * Math.abs(values[end - back] - (centres?.[end] ?? 0) - now);
    });
    const far = sum * penalties[(row - end) % penalties.length];
    const close = found.find((one) => one.end - end < 3);
    if ((found.length === most && far >= found[most - 1].far) || (close !== undefined && close.far <= far)) continue;
    found = [...found.filter((one) => one !== close), { end, far }].sort((a, b) => a.far - b.far).slice(0, most);
  }
  return found.map(({ end }) => end);
}

function caseOf(seed: number, rows: number, length: number, most: number, day: number, isCentred: boolean): Case {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: rows }, (_, row) => 10 * Math.sin(row / 3) + random.normal());
  const row = rows - 1;
  const ahead = 1 + random.integer(12);
  return {
    values,
    distance: {
      weights: Float64Array.from({ length }, (_, back) => 0.9 ** back),
      penalties: Float64Array.from({ length: day }, (_, off) => 1 + Math.min(off, day - off) / day),
      centres: isCentred ? values.map((_, at) => random.normal() + at / 100) : undefined,
      most,
    },
    row,
    newest: row - ahead,
    oldest: length,
    farFrom: row - ahead - random.integer(30),
  };
}

const ends = ({ count, ends: all }: { readonly count: number; readonly ends: Int32Array }): number[] => [
  ...all.subarray(0, count),
];

it('finds what a plain search finds, to the bit, for windows, lists and days of any length', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 60, max: 200 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      (seed, rows, length, most, day, isCentred) => {
        const one = caseOf(seed, rows, length, most, day, isCentred);
        const [search] = nearestWindows(one.values, [one.distance]);
        search.find(one.row, one.newest, one.oldest, one.farFrom);
        expect(ends(search.near)).toEqual(plainly(one, () => true));
        expect(ends(search.far)).toEqual(plainly(one, (end) => end <= one.farFrom));
      },
    ),
  );
});

describe('searches of several series', () => {
  it('do not disturb each other, though they share one memory', () => {
    const cases = [1, 2, 3].map((seed) => caseOf(seed, 100 + 50 * seed, 8 * seed, 5, 24, seed === 2));
    const searches = cases.map(({ values, distance }) => nearestWindows(values, [distance, { ...distance, most: 2 }]));
    for (let round = 0; round < 2; round++) {
      cases.forEach((one, index) => {
        const [search, few] = searches[index];
        few.find(one.row, one.newest, one.oldest, one.farFrom);
        search.find(one.row, one.newest, one.oldest, one.farFrom);
        expect(ends(search.near)).toEqual(plainly(one, () => true));
        expect(few.near.count).toBe(2);
      });
    }
  });

  it('find nothing where there is no room', () => {
    const one = caseOf(1, 80, 24, 5, 24, false);
    const [search] = nearestWindows(one.values, [one.distance]);
    search.find(one.row, 10, 24, 10);
    expect([search.near.count, search.far.count]).toEqual([0, 0]);
  });
});
