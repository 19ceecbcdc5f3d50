import { MemoryEventBus } from '../shared/adapters/local/memory-event-bus.ts';
import { MemoryMetricSink } from '../shared/adapters/local/memory-metric-sink.ts';
import { MemoryWorkQueue } from '../shared/adapters/local/memory-work-queue.ts';
import { nodeBytes } from '../shared/adapters/local/node-bytes.ts';
import { SimulatedFleet } from '../shared/adapters/local/simulated-fleet.ts';
import { SimulatedWorkload } from '../shared/adapters/local/simulated-workload.ts';
import type { Fault } from '../shared/adapters/local/fleet-faults.ts';
import type { Signal } from '../shared/alerting/signal.ts';
import type { SeriesDescription } from '../shared/metrics/metric.ts';
import type { WatchSelection } from '../shared/metrics/selection.ts';
import { watchNamed } from '../shared/pipeline/detect-ports.ts';
import { forecastMetrics } from '../shared/pipeline/forecast-metrics.ts';
import type { ForecasterTraining } from '../shared/pipeline/train-forecasters.ts';
import { trainForecasters } from '../shared/pipeline/train-forecasters.ts';
import type { TrainSummary } from '../shared/pipeline/train-models.ts';
import { trainModels } from '../shared/pipeline/train-models.ts';
import type { Channel } from '../shared/ports/channel.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Discovery, MetricSource, Reading } from '../shared/ports/metric-source.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { checkSettings } from '../shared/settings/load-settings.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { DemoAlerts } from './demo-alerts.ts';
import { foresight, type Foresight } from './demo-foresight.ts';
import { gatherIncidents } from './demo-incidents.ts';
import type { DemoIncident } from './demo-incidents.ts';
import type { Told } from './overheard-channel.ts';
import { runTick } from './run-tick.ts';
import type { LocalPorts } from './run-tick.ts';

const day = 86_400;
/** A Monday, so that every run of a seed is the same, whenever it is run. */
const goLive = Date.UTC(2026, 10, 2) / 1000;
const watchName = 'fleet';
const capacityName = 'capacity';
const every = 300;
const period = 60;
const historyDays = 7;

export interface DemoOptions {
  readonly seed: number;
  readonly days: number;
  readonly store: ObjectStore;
  readonly log: Log;
  readonly onProgress: (step: 'history' | 'train' | 'live', done: number, of: number) => void;
  readonly signal: AbortSignal;
  /** Who is told, by name. */
  readonly channels: ReadonlyMap<string, Channel>;
}

export interface DemoRun {
  readonly settings: Settings;
  readonly fleet: SimulatedFleet;
  readonly seed: number;
  /** Epoch seconds between which faults were planted and every tick was judged as it came. */
  readonly from: number;
  readonly to: number;
  readonly every: number;
  readonly faults: readonly Fault[];
  readonly incidents: readonly DemoIncident[];
  readonly training: TrainSummary;
  readonly ticks: number;
  readonly points: number;
  readonly historyPoints: number;
  /** What neared its limit, and what was said of it before. */
  readonly foreseen: Foresight;
  readonly fitted: ForecasterTraining;
  /** What was said on each channel, in order; the end of the story closes what is left. */
  readonly told: readonly Told[];
}

/** The settings of the demo, as an aiops.yaml would have them. */
export const demoSettings = (seed: number): Settings =>
  checkSettings(
    {
      name: 'demo',
      // A week is enough to learn the fleet from, and a minute is all the time there is.
      retention: '7d',
      seed,
      watches: {
        [watchName]: {
          source: { kind: 'simulated', seed },
          every,
          period,
          sensitivity: '5 per week',
          forest: { sampleSize: 256 },
          rules: [
            { kind: 'above', metric: 'CPUUtilization', limit: 90 },
            { kind: 'stuck', metric: '*', for: '20m' },
          ],
          // What goes wrong here is to be found, not foreseen.
          forecast: 'off',
        },
        [capacityName]: {
          source: { kind: 'simulated', seed },
          every,
          period: every,
          // Here nothing goes wrong, it only runs full: what is looked for is what comes.
          sensitivity: { threshold: 1e6 },
        },
      },
    },
    'the demo',
  );

/**
 * A first deployment, fast-forwarded: a first tick, a week of history fetched and learned, models trained, then some
 * days tick by tick while things go wrong. The pipeline is the deployed one; only time and the fleet are made up.
 */
export async function runDemo({ seed, days, store, log, onProgress, signal, channels }: DemoOptions): Promise<DemoRun> {
  const settings = demoSettings(seed);
  let now = goLive;
  const clock = { now: () => now };
  const fleet = new SimulatedFleet(seed, clock, { faultsFrom: goLive });
  const source = new CountingSource(fleet, (days) => onProgress('history', Math.min(days, historyDays), historyDays));
  const signals: Signal[] = [];
  const alerts = new DemoAlerts({ settings, store, channels, log, now: clock.now, setTo: (time) => (now = time) });
  const workload = new SimulatedWorkload(seed, clock);
  const ports: LocalPorts = {
    settings,
    store,
    bytes: nodeBytes,
    source: ({ name }) => (name === capacityName ? workload : source),
    bus: new MemoryEventBus((one) => {
      signals.push(one);
      alerts.hear(one);
    }),
    sink: new MemoryMetricSink(),
    queue: new MemoryWorkQueue(),
    clock,
    log,
  };
  const tickAt = async (tick: number): Promise<number> => {
    signal.throwIfAborted();
    now = tick;
    const { watches } = await runTick({ tick }, ports);
    await forecastMetrics({ tick, watch: capacityName }, ports);
    await alerts.afterTick();
    return watches.flatMap(({ ran }) => ran).reduce((sum, { points }) => sum + points, 0);
  };

  onProgress('history', 0, historyDays);
  // A first look at the source fills the inventory, and the past is fetched; the second tick sees that it is there.
  await tickAt(goLive - 2 * every);
  await tickAt(goLive - every);
  const historyPoints = source.points;
  onProgress('train', 0, 1);
  const training = await trainModels(
    {
      tick: goLive,
      watch: watchName,
      by: 'demo',
      onProgress: (_step, done, of) => onProgress('train', 0.9 * done, of),
    },
    ports,
  );
  const { watches: fitted } = await trainForecasters({ tick: goLive, watch: capacityName, by: 'demo' }, ports);
  await tickAt(goLive);

  const to = goLive + days * day;
  const ticks = (days * day) / every;
  let points = 0;
  let told: readonly Told[] = [];
  try {
    for (let index = 1; index <= ticks; index++) {
      points += await tickAt(goLive + index * every);
      onProgress('live', index, ticks);
    }
    told = [...alerts.told];
  } finally {
    await alerts.end();
  }
  return {
    settings,
    fleet,
    seed,
    from: goLive,
    to,
    every,
    faults: fleet.faults(goLive, to - 3 * 3600),
    incidents: gatherIncidents(signals.filter(({ evaluatedAt, watch }) => evaluatedAt > goLive && watch === watchName)),
    foreseen: await foresight(signals, workload, watchNamed(settings, capacityName), goLive, to),
    fitted: fitted[0],
    training,
    ticks,
    points,
    historyPoints,
    told,
  };
}

/** Counts what is read, and tells the days of history as they are fetched. */
class CountingSource implements MetricSource {
  points = 0;
  #days = 0;
  readonly #source: MetricSource;
  readonly #onDay: (days: number) => void;

  constructor(source: MetricSource, onDay: (days: number) => void) {
    this.#source = source;
    this.#onDay = onDay;
  }

  discover(watch: WatchSelection): Promise<Discovery> {
    return this.#source.discover(watch);
  }

  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const reading = await this.#source.read(series, from, to);
    for (const { points } of reading.series) this.points += points.times.length;
    // Pulls are short; only the past comes by the day.
    if (to - from > day / 2) this.#onDay(++this.#days);
    return reading;
  }
}
