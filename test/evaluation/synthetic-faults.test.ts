import { describe, expect, it } from 'vitest';
import { segmentsOf } from '../../shared/evaluation/detection-measures.ts';
import { faultKinds, plantFaults } from '../../shared/evaluation/synthetic-faults.ts';
import { createRandom } from '../../shared/numeric/random.ts';

const quiet = (rows: number, columns: number) => {
  const random = createRandom(1);
  return Float64Array.from({ length: rows * columns }, () => 50 + random.normal());
};

describe('planted faults', () => {
  const given = quiet(3000, 3);
  const planted = plantFaults(given, 3, createRandom(5));

  it('are of every kind, a tenth of the rows at most, each labelled from its first row to its last', () => {
    expect(new Set(planted.faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
    const labelled = planted.labels.reduce((sum, label) => sum + label, 0);
    expect(labelled).toBeLessThanOrEqual(300);
    expect(labelled).toBeGreaterThan(200);
    const inOrder = planted.faults.map(({ from, to }) => ({ from, to })).sort((a, b) => a.from - b.from);
    expect(segmentsOf(planted.labels)).toEqual(inOrder);
  });

  it('change only the columns and rows they name, and never the history that was given', () => {
    expect(given).toEqual(quiet(3000, 3));
    planted.values.forEach((value, at) => {
      const [row, column] = [Math.floor(at / 3), at % 3];
      const named = planted.faults.some(
        (fault) => fault.columns.includes(column) && row >= fault.from && row < fault.to,
      );
      if (!named) expect(value).toBe(given[at]);
    });
  });

  it.each(faultKinds)('show: a %s can be seen in the numbers', (kind) => {
    const fault = planted.faults.find((one) => one.kind === kind);
    if (fault === undefined) throw new Error('none planted');
    for (const column of fault.columns) {
      const rows = Array.from({ length: fault.to - fault.from }, (_, index) => (fault.from + index) * 3 + column);
      const change = rows.map((at) => planted.values[at] - given[at]);
      if (kind === 'stuck') expect(new Set(rows.map((at) => planted.values[at])).size).toBe(1);
      else if (kind === 'drop') expect(Math.max(...change)).toBeLessThan(-3);
      else if (kind === 'leak') expect(Math.abs(change.at(-1) ?? 0)).toBeGreaterThan(Math.abs(change[0]) * 5);
      else expect(Math.min(...change.map(Math.abs))).toBeGreaterThan(2);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(plantFaults(given, 3, createRandom(5))).toEqual(planted);
    expect(plantFaults(given, 3, createRandom(6)).labels).not.toEqual(planted.labels);
  });

  it.each([
    ['a history too short to hide one in', 40],
    ['no history', 0],
  ])('are none in %s', (_, rows) => {
    const none = plantFaults(quiet(rows, 2), 2, createRandom(1));
    expect(none.faults).toEqual([]);
    expect(none.values).toEqual(quiet(rows, 2));
  });

  it('leave gaps gaps and are finite in constants', () => {
    const values = new Float64Array(2000).fill(7);
    values.fill(Number.NaN, 500, 1000);
    const { values: found, faults } = plantFaults(values, 1, createRandom(2));
    expect(faults.length).toBeGreaterThan(3);
    expect(found.subarray(500, 1000).every(Number.isNaN)).toBe(true);
    expect(found.filter((value) => !Number.isNaN(value)).every(Number.isFinite)).toBe(true);
  });

  it('refuse values that are no whole rows', () => {
    expect(() => plantFaults(new Float64Array(7), 2, createRandom(1))).toThrow(/7 values are no rows of 2 columns/);
    expect(() => plantFaults(new Float64Array(7), 0, createRandom(1))).toThrow(/rows of 0 columns/);
  });
});
