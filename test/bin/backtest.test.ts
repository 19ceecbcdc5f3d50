import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { originsOver } from '../../bin/backtest-plan.ts';
import { backtestSeries } from '../../bin/backtest-series.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const day = 96;
const stepSeconds = 900;

/** Quarters of an hour of a working rhythm with noise. */
function rhythm(days: number, seed = 1): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from(
    { length: days * day },
    (_, slot) => 40 + 15 * Math.sin((2 * Math.PI * slot) / day) + random.normal(),
  );
}

const csvOf = (values: Float64Array): string =>
  `t_seconds,value,anomalous\n${[...values].map((value, row) => `${row * stepSeconds},${value.toFixed(3)},0`).join('\n')}\n`;

const aiops = async (folder: string, ...args: string[]) => {
  const terminal = fakeTerminal({ cwd: folder });
  const code = await run(['backtest', 'forecast', ...args], terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
};

describe('measuring one series', () => {
  const values = rhythm(6);
  const origins = [400, 440, 480].map((row) => ({ row, limit: 45 }));
  const request = { forecaster: 'naive', stepSeconds, values, origins, wantsForecasts: true };

  it('knows nothing at an origin of what comes after it', () => {
    const changed = values.map((value, row) => (row >= 440 ? 1000 : value));
    const [, one] = backtestSeries({ ...request, forecaster: 'automatic' }).forecasts;
    const [, other] = backtestSeries({ ...request, forecaster: 'automatic', values: changed }).forecasts;
    expect(other).toEqual(one);
  });

  it('measures what persistence is off by, in units of the change from day to day', () => {
    const { errors, naive } = backtestSeries(request);
    expect(errors).toEqual(naive);
    const changes = Array.from({ length: 400 - day }, (_, k) => Math.abs(values[k + day] - values[k]));
    const scale = changes.reduce((sum, change) => sum + change, 0) / changes.length;
    const hours = origins.map(({ row }) => {
      const away = [0, 1, 2, 3].map((slot) => Math.abs(values[row + slot] - values[row - 1]));
      return away.reduce((sum, one) => sum + one, 0) / away.length;
    });
    expect(errors[2]).toBeCloseTo(hours.reduce((sum, one) => sum + one, 0) / hours.length / scale, 9);
  });

  it('does not count the errors of slots that are left out', () => {
    const spoilt = values.map((value, row) => (row === 441 ? 500 : value));
    const leftOut = Uint8Array.from(values, (_, row) => (row === 441 ? 1 : 0));
    const with_ = backtestSeries({ ...request, values: spoilt, origins: origins.slice(0, 2) }).errors[3] ?? 0;
    const without =
      backtestSeries({ ...request, values: spoilt, origins: origins.slice(0, 2), leftOut }).errors[3] ?? 0;
    expect(without).toBeLessThan(with_);
  });

  it('says what came of each crossing, and how long before', () => {
    const rising = values.map((value, row) => (row >= 402 ? 60 : Math.min(value, 44)));
    const [crossing] = backtestSeries({ ...request, values: rising, origins: origins.slice(0, 1) }).crossings;
    expect(crossing).toMatchObject({ crossed: true, lead: 3 * stepSeconds });
  });

  it('is fitted anew once a day', () => {
    expect(backtestSeries(request).fit.times).toBe(1);
    expect(backtestSeries({ ...request, origins: [384, 480].map((row) => ({ row, limit: null })) }).fit.times).toBe(2);
  });

  it.each([
    ['stopped long ago', (value: number, row: number) => (row > 200 ? Number.NaN : value)],
    ['was never there', () => Number.NaN],
    ['has hardly begun', (value: number, row: number) => (row < 398 ? Number.NaN : value)],
  ])('answers all the same, by its last value, of a series that %s', (_, change) => {
    const [asked] = origins;
    const { forecasts } = backtestSeries({
      ...request,
      forecaster: 'automatic',
      values: values.map(change),
      origins: [asked],
    });
    expect(forecasts).toHaveLength(1);
    const [{ mean, ends, probability }] = forecasts;
    expect([mean, ...ends].map(({ length }) => length)).toEqual([day, day, day, day, day]);
    for (const numbers of [mean, ...ends]) expect(numbers.every(Number.isFinite)).toBe(true);
    expect(mean.every((value, at) => ends[2][at] <= ends[0][at] && ends[0][at] <= value)).toBe(true);
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThan(1);
  });

  it('answers of a limit that the series is kept at, which is no crossing that people would be told of', () => {
    const flat = values.map((value) => Math.min(value, 45));
    const { forecasts, crossings } = backtestSeries({ ...request, values: flat, origins: origins.slice(0, 1) });
    expect(crossings).toEqual([]);
    expect(forecasts[0].probability).not.toBeNull();
  });

  it('counts the moments at which nothing can be said, and why', () => {
    const gap = values.map((value, row) => (row >= 420 && row < 440 ? Number.NaN : value));
    const { unforecastable, forecasts } = backtestSeries({ ...request, forecaster: 'automatic', values: gap });
    expect(unforecastable).toEqual({ 'missing-data': 1 });
    expect(forecasts).toHaveLength(3);
  });
});

describe('where a series is forecast when nobody says where', () => {
  it('in its last week, at many times of the day, with enough before and what is asked about after', () => {
    const origins = originsOver({ start: 0, stepSeconds, values: rhythm(10) });
    expect(origins.length).toBeGreaterThan(20);
    expect(origins[0].row).toBe(3 * day);
    expect(origins[origins.length - 1].row).toBeLessThanOrEqual(10 * day - 3);
    expect(new Set(origins.map(({ row }) => row % day)).size).toBe(origins.length);
  });

  it('asks about no limit that the series is above, or kept at', () => {
    const kept = rhythm(10).map((value) => Math.min(value, 50));
    expect(originsOver({ start: 0, stepSeconds, values: kept }).every(({ limit }) => limit === null)).toBe(true);
  });

  it('nowhere in less than three days', () => {
    expect(originsOver({ start: 0, stepSeconds, values: rhythm(3) })).toEqual([]);
  });
});

describe('the command', () => {
  it('answers tasks in their order, row by row', async () => {
    const folder = scratchFolder({
      'data/b.csv.gz': csvOf(rhythm(6, 2)),
      'data/a.csv': csvOf(rhythm(6)),
      'tasks.csv': 'series,origin,limit\nb,480,50\nb,384,\na,400,45.5\n',
    });
    const { code, out } = await aiops(
      folder,
      '--data',
      'data',
      '--tasks',
      'tasks.csv',
      '--out',
      'answers',
      '--forecaster',
      'naive',
    );
    expect(code).toBe(0);
    expect(out).toContain('Written: ');
    const lines = readFileSync(join(folder, 'answers/forecasts.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('series,origin,h,yhat,lo80,hi80,lo95,hi95');
    expect(lines.length).toBe(1 + 3 * day);
    expect([1, day + 1, 2 * day + 1].map((line) => lines[line].split(',').slice(0, 3).join(','))).toEqual([
      'b,384,1',
      'b,480,1',
      'a,400,1',
    ]);
    expect(
      lines.slice(1).every((line) =>
        line
          .split(',')
          .slice(3)
          .every((field) => Number.isFinite(Number(field)) && field !== ''),
      ),
    ).toBe(true);
    const crossings = readFileSync(join(folder, 'answers/crossings.csv'), 'utf8').trimEnd().split('\n');
    expect(crossings.map((line) => line.split(',').slice(0, 2).join(','))).toEqual(['series,origin', 'b,480', 'a,400']);
  });

  it('finds series beside the tasks, and by their names alone in folders below', async () => {
    const series = csvOf(rhythm(4));
    const tasks = 'series,origin,limit\na,384,\nin/b,384,\nc,384,\n';
    const folder = scratchFolder({
      'd/tasks.csv': tasks,
      'd/a.csv': series,
      'd/in/b.csv': series,
      'd/in/c.csv': series,
    });
    const { code, err } = await aiops(folder, '--tasks', 'd/tasks.csv', '--out', 'answers', '--forecaster', 'naive');
    expect([code, err]).toEqual([0, '']);
    const lines = readFileSync(join(folder, 'answers/forecasts.csv'), 'utf8').trimEnd().split('\n');
    expect([...new Set(lines.slice(1).map((line) => line.split(',')[0]))]).toEqual(['a', 'in/b', 'c']);
  });

  it('takes no series for another of the same name', async () => {
    const series = csvOf(rhythm(4));
    const folder = scratchFolder({
      't.csv': 'series,origin,limit\nb,384,\n',
      'd/x/b.csv': series,
      'd/y/b.csv': series,
    });
    const { code, err } = await aiops(folder, '--data', 'd', '--tasks', 't.csv', '--out', 'answers');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no series b')]);
  });

  it('measures the series of a folder beside the plainest forecasts', async () => {
    const folder = scratchFolder({ 'data/a.csv': csvOf(rhythm(6)), 'data/short.csv': csvOf(rhythm(2)) });
    const { code, out, err } = await aiops(folder, '--data', 'data', '--json');
    expect(code).toBe(0);
    expect(err).toContain('short: less than three days');
    const { overall, series } = JSON.parse(out) as {
      overall: { errors: number[]; naive: number[]; coverageHour: number[] };
      series: { name: string }[];
    };
    expect(series.map(({ name }) => name)).toEqual(['a']);
    expect(overall.errors[3]).toBeLessThan(overall.naive[3]);
    expect(overall.coverageHour[1]).toBeGreaterThan(70);
    const table = await aiops(folder, '--data', 'data', '--forecaster', 'seasonal-naive');
    expect(table.out).toContain('Crossings of a limit within 45 min');
  });

  it.each([
    ['no data', [], '--data is missing'],
    ['tasks without a place for the answers', ['--data', 'data', '--tasks', 'good.csv'], '--out is missing'],
    ['a folder that is not there', ['--data', 'nowhere'], 'there is no such folder'],
    ['a folder without a CSV', ['--data', 'empty'], 'no .csv or .csv.gz in it'],
    ['a forecaster that is not there', ['--data', 'data', '--forecaster', 'naiv'], 'did you mean naive?'],
    ['tasks that are not there', ['--data', 'data', '--out', 'o', '--tasks', 'none.csv'], 'there is no such file'],
    ['tasks of another kind', ['--data', 'data', '--out', 'o', '--tasks', 'other.csv'], 'write series,origin,limit'],
    [
      'a task for no series',
      ['--data', 'data', '--out', 'o', '--tasks', 'stranger.csv'],
      'line 2: there is no series c',
    ],
    ['a task at no row', ['--data', 'data', '--out', 'o', '--tasks', 'row.csv'], 'origin -1 is no row'],
    [
      'a task with a limit that is none',
      ['--data', 'data', '--out', 'o', '--tasks', 'limit.csv'],
      'limit high is no number',
    ],
    [
      'a task beyond the end',
      ['--data', 'data', '--out', 'o', '--tasks', 'late.csv'],
      'a has 96 rows, and a task asks for row 9999',
    ],
  ] as const)('refuses %s', async (_, args, words) => {
    const folder = scratchFolder({
      'data/a.csv': csvOf(rhythm(1)),
      'empty/x.txt': '',
      'good.csv': 'series,origin,limit\na,90,\n',
      'other.csv': 'a,b\n',
      'stranger.csv': 'series,origin,limit\nc,1,\n',
      'row.csv': 'series,origin,limit\na,-1,\n',
      'limit.csv': 'series,origin,limit\na,1,high\n',
      'late.csv': 'series,origin,limit\na,9999,\n',
    });
    const { code, err } = await aiops(folder, ...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('another thing than forecasts is not backtested', async () => {
    const terminal = fakeTerminal();
    expect(await run(['backtest', 'everything', '--data', '.'], terminal)).toBe(2);
    expect(terminal.stderr()).toContain('write backtest forecast');
  });
});
