import { planShards, updateInventory } from '../../shared/metrics/inventory.ts';
import { backfillShard, backfillSpan } from '../../shared/pipeline/backfill.ts';
import type { Watch } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { LocalClock, presentOf } from '../detect-ticks.ts';
import { exitCode } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag, wholeNumber } from '../options.ts';
import { progressBar } from '../progress.ts';
import type { LocalPorts } from '../run-tick.ts';
import type { Terminal } from '../terminal.ts';
import { leftOutWords } from '../left-out.ts';
import type { LeftOut } from '../../shared/ports/metric-source.ts';

const secondsPerDay = 86_400;

interface Collected {
  readonly watch: string;
  readonly series: number;
  readonly leftOut: readonly LeftOut[];
  readonly days: number;
  readonly points: number;
  readonly billedMetrics: number;
  /** What kept it from being complete; the next run goes on from there. */
  readonly problems: readonly string[];
}

/** `collect`: fetches the past into the data folder, newest day first. Ended early, it goes on where it was. */
export const collect: RunCommand = async (_args, options, terminal) => {
  const { settings } = await openSettings(options, terminal, 'none');
  const days = wholeNumber(options, 'days', 1, 190) ?? 14;
  const folder = dataFolder(options, terminal);
  const clock = new LocalClock();
  const ports = await localPorts({
    settings: { ...settings, retention: Math.min(settings.retention, days * secondsPerDay) },
    folder,
    clock,
    log: humanLog(terminal, flag(options, 'debug')),
    cwd: terminal.cwd,
    onSignal: () => undefined,
  });
  const collected: Collected[] = [];
  // Files end in the past: their last point is their present.
  for (const watch of chosenWatches(settings, options)) {
    clock.setTo(watch.source.kind === 'csv' ? await presentOf(watch, ports) : undefined);
    collected.push(await collectWatch(watch, ports, terminal));
  }
  clock.setTo(undefined);

  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ folder, watches: collected })}\n`);
  else {
    for (const one of collected) {
      terminal.out(`${one.watch}: ${one.points} points of ${one.series} series, ${one.days} days fetched\n`);
      if (one.series === 0) terminal.out(`  nothing matches: npx aiops doctor says more\n`);
      if (one.billedMetrics > 0) terminal.out(`  ${one.billedMetrics} metrics billed by CloudWatch\n`);
      for (const left of one.leftOut) terminal.out(`  left out: ${leftOutWords(left)}\n`);
      for (const problem of one.problems) terminal.err(`aiops: ${one.watch}: ${problem}; run collect again to go on\n`);
    }
    terminal.out(`History is in ${folder}\n`);
  }
  return collected.every(({ problems }) => problems.length === 0) ? exitCode.ok : exitCode.fault;
};

async function collectWatch(watch: Watch, ports: LocalPorts, terminal: Terminal): Promise<Collected> {
  const now = Math.floor(ports.clock.now());
  const { series, leftOut } = await ports.source(watch).discover(watch);
  const { inventory } = await updateInventory(ports, watch.name, series, now);
  const shards = planShards(inventory, watch.period);
  const span = Math.ceil(backfillSpan(watch.period, ports.settings.retention) / secondsPerDay) + 1;
  const bar = progressBar(terminal, `collect ${watch.name}`, Math.max(1, shards.length * span));
  const sum = { days: 0, points: 0, billedMetrics: 0 };
  const problems: string[] = [];
  try {
    for (const [index, { shard }] of shards.entries()) {
      let asked = 0;
      const result = await backfillShard({ watch: watch.name, shard, tick: now }, ports, () => {
        terminal.signal.throwIfAborted();
        bar.update(index * span + asked++);
        return true;
      });
      sum.days = Math.max(sum.days, result.days);
      sum.points += result.points;
      sum.billedMetrics += result.billedMetrics;
      if (result.problem !== undefined) problems.push(result.problem);
    }
  } finally {
    bar.stop();
  }
  return { watch: watch.name, series: series.length, leftOut, ...sum, problems };
}
