import { readLabelledSets, type LabelledSeries } from './labelled-data.ts';
import type { Played } from '../../test/bundle/verdict-comparison.ts';

export const stepSeconds = 300;

/** NAB's CloudWatch series on their 300 s grid, all beginning at `start`; the later value of a slot wins, the rest is gaps. */
export function replayedSeries(folder: string, start: number): readonly Played[] {
  const nab = readLabelledSets(folder).find(({ name }) => name === 'nab')?.series ?? [];
  const played = nab.filter(({ name }) => /^realAWSCloudwatch\//i.test(name)).map((one) => onGrid(one, start));
  if (played.length === 0) throw new Error(`there are no CloudWatch series of NAB under ${folder}`);
  return played;
}

/** The value of `--name VALUE`. */
export function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

function onGrid({ name, times, values }: LabelledSeries, start: number): Played {
  const first = Math.floor(times[0] / stepSeconds);
  const last = times.reduce((most, time) => Math.max(most, Math.floor(time / stepSeconds)), first);
  const grid = new Float64Array(last - first + 1).fill(Number.NaN);
  times.forEach((time, k) => {
    const slot = Math.floor(time / stepSeconds) - first;
    if (slot >= 0) grid[slot] = values[k];
  });
  const entity = name.split('/').at(-1)?.replace('.csv', '') ?? name;
  return {
    entity: `Series=${entity}`,
    times: Float64Array.from(grid, (_, k) => start + k * stepSeconds),
    values: grid,
  };
}
