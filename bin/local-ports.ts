import { resolve } from 'node:path';
import { FileObjectStore } from '../shared/adapters/local/file-object-store.ts';
import { MemoryEventBus } from '../shared/adapters/local/memory-event-bus.ts';
import { MemoryMetricSink } from '../shared/adapters/local/memory-metric-sink.ts';
import { MemoryWorkQueue } from '../shared/adapters/local/memory-work-queue.ts';
import { nodeBytes } from '../shared/adapters/local/node-bytes.ts';
import type { Signal } from '../shared/alerting/signal.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Log } from '../shared/ports/log.ts';
import type { MetricSource } from '../shared/ports/metric-source.ts';
import type { Settings, Watch } from '../shared/settings/settings.ts';
import { watchesOf } from '../shared/settings/settings.ts';
import { Misuse } from './exit-code.ts';
import type { Options } from './options.ts';
import { text } from './options.ts';
import type { LocalPorts } from './run-tick.ts';
import type { Terminal } from './terminal.ts';

/** Where a process keeps what a deployment keeps in its bucket: the same keys, so that one can be copied to the other. */
export const dataFolder = (options: Options, terminal: Terminal): string =>
  resolve(terminal.cwd, text(options, 'data') ?? 'aiops-data');

/** @throws Misuse where `--watch` names none of the settings. */
export function chosenWatches(settings: Settings, options: Options): readonly Watch[] {
  const name = text(options, 'watch');
  const watches = watchesOf(settings);
  if (name === undefined) return watches;
  const chosen = watches.filter((watch) => watch.name === name);
  if (chosen.length > 0) return chosen;
  throw new Misuse(
    `--watch ${name}: there is no such watch; there are ${watches.map((watch) => watch.name).join(', ')}`,
  );
}

export interface LocalSurroundings {
  readonly settings: Settings;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly cwd: string;
  readonly onSignal: (signal: Signal) => void;
  readonly afterTick?: () => Promise<void>;
}

/** The ports of this machine: sources as the watches name them, a folder for the bucket, no bus but our own ears. */
export async function localPorts(around: LocalSurroundings): Promise<LocalPorts> {
  const sources = await openSources(around);
  return {
    settings: around.settings,
    store: new FileObjectStore(around.folder),
    bytes: nodeBytes,
    source: (watch) => sources.get(watch.name) ?? unknownWatch(watch),
    bus: new MemoryEventBus(around.onSignal),
    sink: new MemoryMetricSink(),
    queue: new MemoryWorkQueue(),
    clock: around.clock,
    log: around.log,
    ...(around.afterTick === undefined ? {} : { afterTick: around.afterTick }),
  };
}

/** One source per watch; code that only one kind of source needs is loaded only for it. */
async function openSources(around: LocalSurroundings): Promise<ReadonlyMap<string, MetricSource>> {
  const sources = new Map<string, MetricSource>();
  for (const watch of watchesOf(around.settings)) sources.set(watch.name, await openSource(watch, around));
  return sources;
}

async function openSource(watch: Watch, { settings, clock, log, cwd }: LocalSurroundings): Promise<MetricSource> {
  switch (watch.source.kind) {
    case 'simulated': {
      const { SimulatedFleet } = await import('../shared/adapters/local/simulated-fleet.ts');
      return new SimulatedFleet(watch.source.seed, clock);
    }
    case 'cloudwatch': {
      const { CloudWatchSource } = await import('../shared/adapters/aws/cloudwatch-source.ts');
      const { cloudWatchClient } = await import('../shared/adapters/aws/clients.ts');
      return new CloudWatchSource({ client: cloudWatchClient(), clock, log, quotaShare: settings.quotaShare });
    }
    case 'host': {
      const { HostSource } = await import('../shared/adapters/local/host-source.ts');
      const { hostProbes } = await import('../shared/adapters/local/host-probes.ts');
      return new HostSource(clock, hostProbes());
    }
    case 'csv': {
      const { CsvSource } = await import('../shared/adapters/local/csv-source.ts');
      return new CsvSource(resolve(cwd, watch.source.path), { timezone: watch.timezone });
    }
  }
}

function unknownWatch(watch: Watch): never {
  throw new RangeError(`no source was opened for watch '${watch.name}'`);
}
