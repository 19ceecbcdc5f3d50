import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../shared/adapters/local/system-clock.ts';
import type { TickSummary } from '../shared/pipeline/detect-anomalies.ts';
import type { ForecastSummary } from '../shared/pipeline/forecast-metrics.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { forecastEvery } from '../shared/settings/forecast-settings.ts';
import type { Watch } from '../shared/settings/settings.ts';
import { missingSetup } from './explain-error.ts';
import { runForecastTick, runTick } from './run-tick.ts';
import type { LocalPorts } from './run-tick.ts';

/** The present, or a past that is made to be the present while we catch up with it. */
export class LocalClock implements Clock {
  #time: number | undefined;

  now(): number {
    return this.#time ?? systemClock.now();
  }

  setTo(time: number | undefined): void {
    this.#time = time;
  }
}

/** Readings of rates need two measurements: so long passes between the first and the first that counts. */
const hostWarmUpMilliseconds = 2000;

/** The last moment of which a source knows: now, but for files the end of their last point. */
export async function presentOf(watch: Watch, ports: Pick<LocalPorts, 'source'>): Promise<number> {
  if (watch.source.kind !== 'csv') return Math.floor(systemClock.now());
  const source = ports.source(watch);
  const { series } = await source.discover(watch);
  const reading = await source.read(series, -Infinity, Infinity);
  let last = -Infinity;
  for (const { points } of reading.series) for (const time of points.times) last = Math.max(last, time);
  // A point is judged once its period is over and it has settled.
  return Math.ceil(last + watch.period + (watch.settle ?? watch.period + 60));
}

/**
 * One tick of a watch, with what it needs to mean something: a source that has all its past at hand is caught up with
 * first (a look at it, its history, then the tick itself); one that is live is taken as it is.
 */
export async function detectOnce(watch: Watch, ports: LocalPorts, clock: LocalClock): Promise<TickSummary> {
  if (watch.source.kind === 'host') {
    await ports.source(watch).discover(watch);
    await pause(hostWarmUpMilliseconds);
  }
  if (watch.source.kind === 'host' || watch.source.kind === 'cloudwatch') {
    return runTick({ watch: watch.name }, ports);
  }
  const present = await presentOf(watch, ports);
  try {
    // The first tick finds the series and fetches their past, the second sees that it is there, the third judges.
    for (const before of [2, 1]) {
      clock.setTo(present - before * watch.every);
      await runTick({ tick: present - before * watch.every, watch: watch.name }, ports);
    }
    clock.setTo(present);
    return await runTick({ tick: present, watch: watch.name }, ports);
  } finally {
    clock.setTo(undefined);
  }
}

/** Who hears what became of each tick. */
export interface FollowEars {
  tick(outcome: TickSummary | Error): void;
  forecast(outcome: ForecastSummary | Error): void;
}

/**
 * Ticks of a watch at whole multiples of its interval, until `signal`; after the first of them, and then after each at
 * which they are due, its forecasts. A tick that fails is told, and the next one is tried; after one that does not,
 * whoever listens to the heartbeat hears of it.
 *
 * @throws where AWS has neither region nor credentials to go by.
 */
export async function followWatch(
  watch: Watch,
  ports: LocalPorts,
  signal: AbortSignal,
  ears: FollowEars,
): Promise<void> {
  const isEnded = (): boolean => signal.aborted;
  let last = 0;
  while (!isEnded()) {
    const now = systemClock.now();
    const next = Math.max(Math.ceil(now / watch.every) * watch.every, last + watch.every);
    try {
      await pause((next - now) * 1000, undefined, { signal });
    } catch {
      return;
    }
    const isDue = watch.forecast !== 'off' && isForecastDue(next, last, forecastEvery(watch));
    last = next;
    const request = { tick: next, watch: watch.name };
    const done = await outcomeOf(runTick(request, ports));
    ears.tick(done);
    if (!(done instanceof Error)) await ports.heartbeat?.beat(watch.name);
    if (isDue && !isEnded()) ears.forecast(await outcomeOf(runForecastTick(request, ports)));
  }
}

const isForecastDue = (tick: number, before: number, every: number): boolean =>
  Math.floor(tick / every) > Math.floor(before / every);

/** @throws what is not set up: it will not be at the next tick either. */
async function outcomeOf<T>(work: Promise<T>): Promise<T | Error> {
  try {
    return await work;
  } catch (error) {
    if (missingSetup(error) !== undefined) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}
