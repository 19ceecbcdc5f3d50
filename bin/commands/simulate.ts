import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { SimulatedFleet } from '../../shared/adapters/local/simulated-fleet.ts';
import { csvField } from '../../shared/presentation/scored-csv.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { duration, flag, text, wholeNumber } from '../options.ts';
import { progressBar } from '../progress.ts';
import { faultListName } from '../score-plan.ts';

const day = 86_400;
/** A Monday: the same command writes the same files on any day. */
const firstDay = Date.UTC(2026, 10, 2) / 1000;
const sampleSeconds = 10;

/**
 * `simulate`: one CSV per server of the simulated fleet, and `faults.json` with what was done to them. Replaces nothing
 * that is there, unless told to.
 */
export const simulate: RunCommand = async (_args, options, terminal) => {
  const folder = resolve(terminal.cwd, text(options, 'out') ?? 'simulated');
  const days = wholeNumber(options, 'days', 1, 90) ?? 7;
  const seed = wholeNumber(options, 'seed', 0, Number.MAX_SAFE_INTEGER) ?? 1;
  const period = duration(options, 'every', sampleSeconds) ?? 60;
  if (period % sampleSeconds !== 0 || day % period !== 0) {
    throw new Misuse(`--every: ${period} s; the fleet has a reading every 10 s, and points must divide a day`);
  }
  const to = firstDay + days * day;
  const fleet = new SimulatedFleet(seed, { now: () => to });
  const watch = { source: { kind: 'simulated', seed }, period };
  const settings = checkSettings({ watches: { fleet: watch } }, 'simulate');
  const { series } = await fleet.discover(watchesOf(settings)[0]);
  const servers = [...new Set(series.map(({ entity }) => entity))];

  const pathOf = (server: string): string => join(folder, `${server}.csv`);
  const faultsFile = join(folder, faultListName);
  const there = [...servers.map(pathOf), faultsFile].filter((path) => existsSync(path));
  if (there.length > 0 && !flag(options, 'force')) {
    const more = there.length === 1 ? 'is' : `and ${there.length - 1} more are`;
    throw new Misuse(
      `${relative(terminal.cwd, there[0])} ${more} there already: name another folder with --out, or replace with --force`,
    );
  }
  await mkdir(folder, { recursive: true });
  const bar = progressBar(terminal, 'simulate', servers.length * days);
  const files: string[] = [];
  let done = 0;
  try {
    for (const server of servers) {
      const own = series.filter(({ entity }) => entity === server);
      const path = pathOf(server);
      let content = `${['timestamp', ...own.map(({ label }) => csvField(label))].join(',')}\n`;
      for (let from = firstDay; from < to; from += day) {
        terminal.signal.throwIfAborted();
        const reading = await fleet.read(own, from, from + day);
        const [first] = reading.series;
        for (let row = 0; row < first.points.times.length; row++) {
          const stamp = new Date(first.points.times[row] * 1000).toISOString().replace('.000Z', 'Z');
          content += `${stamp},${reading.series.map(({ points }) => points.values[row]).join(',')}\n`;
        }
        bar.update(++done);
      }
      await writeFile(path, content);
      files.push(path);
    }
  } finally {
    bar.stop();
  }
  const faults = fleet.faults(firstDay, to).map((fault) => ({
    ...fault,
    start: new Date(fault.start * 1000).toISOString(),
    end: new Date(fault.end * 1000).toISOString(),
  }));
  await writeFile(faultsFile, `${JSON.stringify({ seed, faults }, undefined, 2)}\n`);

  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ files, faults: faultsFile })}\n`);
  else {
    terminal.out(
      `${days} ${days === 1 ? 'day' : 'days'} of ${servers.length} servers, ${faults.length} faults (seed ${seed}), in ${folder}\n`,
    );
    terminal.out(`Next: npx aiops score ${text(options, 'out') ?? 'simulated'} --out scored\n`);
  }
  return exitCode.ok;
};
