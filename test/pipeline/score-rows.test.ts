import { describe, expect, it } from 'vitest';
import { scoreTable, stepOf, type Table } from '../../shared/pipeline/score-rows.ts';

const start = 1_772_409_600;
const value = (row: number, column = 0): number =>
  10 * Math.sin(row / 40 + column) +
  3 * Math.sin(row * 12.9898 + column * 78.233) +
  ((row >= 380 && row < 384) || (row >= 880 && row < 884) ? 60 : 0);

function table(rows: number, columns = ['a'], step = 300): Table {
  const times = Float64Array.from({ length: rows }, (_, row) => start + row * step);
  const values = Float64Array.from({ length: rows * columns.length }, (_, at) =>
    value(Math.floor(at / columns.length), at % columns.length),
  );
  return { columns, times, values };
}

describe('scoreTable', () => {
  it('gives one number per row, empty where a row cannot be judged', () => {
    const { columns, row } = scoreTable(table(920));
    expect(columns).toHaveLength(1);
    expect(row).toBe(columns[0]);
    expect(row.score).toHaveLength(920);
    expect(row.score[0]).toBeNaN();
    expect(row.score[919]).toBeGreaterThan(0);
    expect(row.alert[380]).toBeGreaterThan(0);
    expect(row.anomaly[380]).toBe(1);
    expect(row.anomaly[200]).toBe(0);
    // A rarity needs evidence, and the first 600 rows are none.
    expect(row.rarity[380]).toBeNaN();
    expect(row.rarity[880]).toBeGreaterThan(0);
    expect(row.rarity[870]).toBeNaN();
    expect(row.rarity.every((seconds) => !(seconds > 320 * 300))).toBe(true);
  });

  it('never looks ahead', () => {
    const whole = scoreTable(table(420)).row;
    const part = scoreTable(table(390)).row;
    expect(part.score).toEqual(whole.score.slice(0, 390));
    expect(part.alert).toEqual(whole.alert.slice(0, 390));
  });

  it('gives the rows of a file that was written newest first the scores of the same file turned round', () => {
    const { columns, times, values } = table(420);
    const down = scoreTable({ columns, times: times.slice().reverse(), values: values.slice().reverse() }).row;
    const up = scoreTable({ columns, times, values }).row;
    expect(down.score.slice().reverse()).toEqual(up.score);
    expect(down.alert.slice().reverse()).toEqual(up.alert);
  });

  it('takes duplicate and single backward times as they come', () => {
    const { columns, times, values } = table(420);
    times[100] = times[99];
    times[200] = times[190];
    const { row } = scoreTable({ columns, times, values });
    expect(row.score.filter(Number.isNaN).length).toBe(scoreTable(table(420)).row.score.filter(Number.isNaN).length);
  });

  it('leaves a row without a number empty and judges the next one', () => {
    const given = table(420);
    given.values[300] = Number.NaN;
    const { row } = scoreTable(given);
    expect(row.score[300]).toBeNaN();
    expect(row.alert[300]).toBeNaN();
    expect(row.score[301]).not.toBeNaN();
  });

  it('learns from history first and does not write it', () => {
    const all = scoreTable(table(420)).row;
    const { columns, times, values } = table(420);
    const history = { columns, times: times.slice(0, 300), values: values.slice(0, 300) };
    const { row } = scoreTable({ columns, times: times.slice(300), values: values.slice(300) }, history);
    expect(row.score).toEqual(all.score.slice(300));
  });

  it('speaks for each column as if it stood alone, and for the row as a whole', () => {
    const both = scoreTable(table(900, ['a', 'b']));
    const { times } = table(900);
    const alone = { columns: ['b'], times, values: Float64Array.from(times, (_, row) => value(row, 1)) };
    expect(both.columns[1].score).toEqual(scoreTable(alone).row.score);
    expect(both.row.score).not.toEqual(both.columns[0].score);
    expect(both.row.score.some((score) => score > 0)).toBe(true);
  });

  it('tells how far it is', () => {
    const seen: number[] = [];
    scoreTable(table(5000), table(100), { onProgress: (rows) => seen.push(rows) });
    expect(seen.at(-1)).toBe(5100);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it('answers a table without rows', () => expect(scoreTable(table(0)).row.score).toHaveLength(0));

  it.each([
    ['without columns', { columns: [] as string[], values: new Float64Array(0) }, 'the table has no value column'],
    ['of other sizes', { values: new Float64Array(3) }, 'the table has 3 values for 5 rows of 1 columns'],
    [
      'with a time that is none',
      { times: new Float64Array([1, 2, Number.NaN, 4, 5]) },
      'row 2 of the table has the time NaN',
    ],
    ['with a step that is none', { stepSeconds: 0 }, 'the table has a step of 0 s'],
  ])('refuses a table %s', (_, wrong, message) => expect(() => scoreTable({ ...table(5), ...wrong })).toThrow(message));

  it('refuses a history of other columns, naming both', () =>
    expect(() => scoreTable(table(5, ['a', 'b']), table(5, ['a', 'c']))).toThrow(
      'the history has the columns a, c, the table a, b',
    ));
});

describe('stepOf', () => {
  it.each([
    ['the median of what is positive', [0, 60, 120, 120, 90, 150, 210, 1000], 60],
    ['300 without two different times', [5, 5, 5], 300],
    ['300 without any', [], 300],
    ['the same for a file newest first', [600, 300, 0], 300],
    ['the middle of two', [0, 60, 180], 90],
  ] as const)('is %s', (_, times, step) => expect(stepOf(Float64Array.from(times))).toBe(step));

  it('looks no further than the first 100 differences', () => {
    const times = Float64Array.from({ length: 500 }, (_, row) => (row <= 100 ? row * 60 : 6000 + (row - 100) * 300));
    expect(stepOf(times)).toBe(60);
  });
});
