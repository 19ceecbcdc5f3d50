import { describe, expect, it } from 'vitest';
import { columnOfFeature, createRecipe, recipeMatrix, RECIPE_WARM_UP } from '../../shared/features/recipes.ts';
import { localOffset } from '../../shared/metrics/time-zone.ts';
import fc from '../fakes/property.ts';

const utc = () => 0;
const SERVER = ['cpu', 'memory', 'network', 'disk'];
const START = 1_700_000_100;
const every = (step: number, rows: number) => Float64Array.from({ length: rows }, (_, row) => START + row * step);
const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.double() },
);

describe('the standard recipe', () => {
  it('makes 43 features of the four metrics of a server', () => {
    const { names } = createRecipe(SERVER, 300, utc);
    expect(names).toHaveLength(43);
    expect(new Set(names).size).toBe(43);
    expect(names.filter((name) => /mean|deviation/.test(name))).toHaveLength(24);
    expect(names.filter((name) => /lag/.test(name))).toHaveLength(12);
    expect(names.filter((name) => name.endsWith('.change'))).toHaveLength(4);
    expect(names.slice(-3)).toEqual(['hour', 'dayOfWeek', 'businessHours']);
  });

  it.each([1, 2, 7, 38])('generalises to %s metrics: ten features each and the calendar', (count) => {
    const columns = Array.from({ length: count }, (_, index) => `m${index}`);
    expect(createRecipe(columns, 60, utc).names).toHaveLength(10 * count + 3);
  });

  it('says what it says, value by value', () => {
    const recipe = createRecipe(['cpu'], 60, utc);
    const rows = [5, 1, 2, 3, 4, 5, 6, 7, 8, 20];
    const last = rows.map((cpu, row) => recipe.push([cpu], START + row * 60)).at(-1) ?? new Float64Array();
    const named = Object.fromEntries(recipe.names.map((name, index) => [name, last[index]]));
    for (const [name, expected] of [
      ['cpu.mean3', 35 / 3],
      ['cpu.mean5', 9.2],
      ['cpu.mean10', 6.1],
      ['cpu.lag1', 8],
      ['cpu.lag2', 7],
      ['cpu.lag3', 6],
      ['cpu.change', 12],
    ] as const)
      expect(named[name]).toBeCloseTo(expected, 12);
    expect(named['cpu.deviation3']).toBeCloseTo(Math.sqrt((7 ** 2 + 8 ** 2 + 20 ** 2) / 3 - (35 / 3) ** 2), 9);
  });

  it('gives the same bits point by point, over the whole window, and over a window cut out of it', () => {
    const offset = localOffset('Europe/Berlin');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 25, maxLength: 60 }),
        fc.integer({ min: 0, max: 14 }),
        (rows, cut) => {
          const times = every(300, rows.length);
          const streaming = createRecipe(['a', 'b'], 300, offset);
          const byPoint = rows.map((row, index) => streaming.push(row, times[index]));
          const whole = recipeMatrix(['a', 'b'], 300, offset, times, Float64Array.from(rows.flat()));
          expect(Float64Array.from(byPoint.flatMap((row) => [...row]))).toEqual(whole.values);
          const part = recipeMatrix(
            ['a', 'b'],
            300,
            offset,
            times.subarray(cut),
            Float64Array.from(rows.slice(cut).flat()),
          );
          const width = whole.names.length;
          expect(part.values.subarray(RECIPE_WARM_UP * width)).toEqual(
            whole.values.subarray((cut + RECIPE_WARM_UP) * width),
          );
        },
      ),
    );
  });

  it('goes on from a stored state as if it had never stopped', () => {
    const rows = Array.from({ length: 40 }, (_, row) => [Math.sin(row), row ** 2]);
    const whole = createRecipe(['a', 'b'], 60, utc);
    const expected = rows.map((row, index) => whole.push(row, START + index * 60));
    const first = createRecipe(['a', 'b'], 60, utc);
    rows.slice(0, 17).forEach((row, index) => first.push(row, START + index * 60));
    const second = createRecipe(['a', 'b'], 60, utc, structuredClone(first.state));
    expect(rows.slice(17).map((row, index) => second.push(row, START + (index + 17) * 60))).toEqual(expected.slice(17));
  });

  it('does not call points across a hole in time a window', () => {
    const recipe = createRecipe(['a'], 60, utc);
    for (let row = 0; row < 20; row++) recipe.push([1], START + row * 60);
    const after = recipe.push([1], START + 25 * 60);
    expect(after.subarray(0, 10).every(Number.isNaN)).toBe(true);
    expect(recipe.push([1], START + 26 * 60)[9]).toBe(0);
  });

  it('has every feature from the tenth row on, and not before', () => {
    const matrix = recipeMatrix(['a'], 60, utc, every(60, 12), new Float64Array(12).fill(3));
    const complete = Array.from({ length: 12 }, (_, row) =>
      matrix.values.subarray(row * 13, (row + 1) * 13).every(Number.isFinite),
    );
    expect(complete.indexOf(true)).toBe(RECIPE_WARM_UP);
    expect(complete.slice(RECIPE_WARM_UP).every(Boolean)).toBe(true);
  });

  it.each([
    ['no columns', () => createRecipe([], 60, utc), /at least one column/],
    ['a name twice', () => createRecipe(['a', 'b', 'a'], 60, utc), /'a' is there twice/],
    ['no step', () => createRecipe(['a'], 0, utc), /step is 0 s/],
    ['a row of another width', () => createRecipe(['a'], 60, utc).push([1, 2], 0), /2 values for 1 columns/],
    [
      'a state of other columns',
      () => createRecipe(['a', 'b'], 60, utc, createRecipe(['a'], 60, utc).state),
      /not of 2 columns/,
    ],
    ['half a row', () => recipeMatrix(['a', 'b'], 60, utc, [0], new Float64Array(3)), /3 values for 1 rows of 2/],
  ])('refuses %s', (_, misuse, message) => expect(misuse).toThrow(message));

  it.each([
    ['cpu.mean3', 'cpu'],
    ['a.b.lag1', 'a.b'],
    ['hour', undefined],
    ['other.mean3', undefined],
  ])('knows that %s speaks of %s', (feature, column) => {
    expect(columnOfFeature(feature, ['cpu', 'a.b'])).toBe(column);
  });
});
