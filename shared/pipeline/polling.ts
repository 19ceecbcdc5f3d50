import {
  isPullDue,
  isReadingDue,
  lateAfter,
  levelAt,
  type Pace,
  type PaceWindow,
  pullInterval,
  readMeter,
  stretchedSeconds,
  TELLING_SHARE,
} from '../metrics/polling-pace.ts';
import type { MetricDatum, MetricSink } from '../ports/metric-sink.ts';
import type { Clock } from '../ports/clock.ts';
import { keys } from '../settings/keys.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { isMetered, isStretchable, meterFacts, type MeterPorts, meterSettings } from './meter-facts.ts';
import { readPace } from './pace-record.ts';
import { writeJson } from './stored-json.ts';

/** How a watch is polled at a tick. Seconds. */
export interface Polling {
  /** Between two pulls. */
  readonly every: number;
  /** Whether this tick pulls. */
  readonly isDue: boolean;
  /** Without a verdict for so long something is late. */
  readonly lateAfter: number;
}

export type PollingPorts = MeterPorts & { readonly sink: MetricSink; readonly clock: Clock };

/** A tick of a time that has not come is somebody's mistake: by it nothing is decided that others must live with. */
const FURTHEST_AHEAD_SECONDS = 3600;

/**
 * How a watch is polled at a tick: as its settings say, or stretched where the month would cost more than it may. Reads
 * the meter where that is due, once an hour for the whole deployment. Asked again for the same
 * tick it gives the same answer.
 *
 * Where the pace cannot be had, polling is as the settings say: nobody goes unwatched for it.
 */
export async function pollingOf(watch: Watch, tick: number, ports: PollingPorts): Promise<Polling> {
  const read = isMetered(watch) ? await currentPace(watch, tick, ports) : undefined;
  const pace = isStretchable(watch) ? read : undefined;
  const level = levelAt(pace, tick);
  return {
    every: pullInterval(watch.every, level),
    isDue: isPullDue(tick, watch.every, level),
    lateAfter: lateAfter(pace, watch.every, tick),
  };
}

/**
 * Seconds between two pulls of a watch at a time, where that is longer than it asks for; undefined where it is not, or
 * where nobody knows. Reads what was decided, and decides nothing.
 */
export async function stretchedTo(
  watch: Watch,
  time: number,
  ports: Pick<PollingPorts, 'store' | 'log'>,
): Promise<number | undefined> {
  if (!isStretchable(watch)) return undefined;
  try {
    const every = pullInterval(watch.every, levelAt((await readPace(ports)).pace, time));
    return every === watch.every ? undefined : every;
  } catch (error) {
    ports.log.error('pace not read: polling is taken for what was asked for', {
      watch: watch.name,
      error: String(error),
    });
    return undefined;
  }
}

async function currentPace(watch: Watch, tick: number, ports: PollingPorts): Promise<Pace | undefined> {
  try {
    return await paceAt(watch, tick, ports);
  } catch (error) {
    ports.log.error('meter not read: polling is as asked for', { tick, error: String(error) });
    return undefined;
  }
}

/** Unless its reader has not come for so long, the meter is read by one watch: fifty at once would read all counts. */
const UNREAD_SECONDS = 7200;

/** The one that comes most often; of equals the first. */
function isReader({ name }: Watch, { settings }: PollingPorts): boolean {
  const all = watchesOf(settings).filter(isMetered);
  return all.reduce((first, one) => (one.every < first.every ? one : first)).name === name;
}

async function paceAt(watch: Watch, tick: number, ports: PollingPorts): Promise<Pace | undefined> {
  const { store, clock } = ports;
  const { pace: before, version } = await readPace(ports);
  const settings = meterSettings(ports);
  if (!isReadingDue(before, tick, settings) || tick - clock.now() > FURTHEST_AHEAD_SECONDS) return before;
  if (before?.settings === settings && !isReader(watch, ports) && tick - before.readAt < UNREAD_SECONDS) return before;
  const { pace, window } = readMeter(before, await meterFacts(tick, settings, ports));
  if ((await writeJson(store, keys.pace, { version: 1, ...pace }, version)) === 'conflict')
    return (await readPace(ports)).pace ?? before;
  tell(before, pace, ports);
  try {
    await ports.sink.publish(meterMetrics(ports.settings.name, pace, window));
  } catch (error) {
    // The pace is decided and stored: what is not told of it must not make this tick pull at another one.
    ports.log.error('meter not published', { tick, error: String(error) });
  }
  return pace;
}

function tell(before: Pace | undefined, pace: Pace, { log }: PollingPorts): void {
  const { month, billed, expected, projected, projectedAsItIs, limit } = pace;
  const facts = { month, billed, expected, projected, projectedAsItIs, maxMonthlyUsd: limit };
  log.info('meter read', facts);
  const [was, is] = [before?.levels.at(-1)?.level ?? 0, pace.levels.at(-1)?.level ?? 0];
  if (is > was)
    log.warn('polling is stretched', { ...facts, seconds: stretchedSeconds[is], from: pace.levels.at(-1)?.from });
  if (is < was) log.info('polling is quicker again', { ...facts, seconds: stretchedSeconds[is] });
  if (isTold(pace) && !(before?.month === month && isTold(before)))
    log.warn('the month is projected near its limit', facts);
}

const isTold = ({ projected, limit }: Pace): boolean => limit !== null && projected >= TELLING_SHARE * limit;

/** What the meter says of itself: a few times a day, and each hour while there is something to be told. */
export const meterMetricNames = ['BudgetProjected', 'BilledShare', 'MetricsBilled'] as const;

function meterMetrics(deployment: string, pace: Pace, window: PaceWindow | null): readonly MetricDatum[] {
  const of = (name: string, value: number, unit: MetricDatum['unit'], more: Readonly<Record<string, string>> = {}) => ({
    name,
    dimensions: { Deployment: deployment, ...more },
    value,
    unit,
    time: pace.readAt,
  });
  const { limit, projected } = pace;
  return [
    ...(limit !== null && (window !== null || isTold(pace))
      ? [of('BudgetProjected', (100 * projected) / limit, 'Percent')]
      : []),
    ...(window === null || window.share === null ? [] : [of('BilledShare', 100 * window.share, 'Percent')]),
    ...Object.entries(window?.metrics ?? {}).map(([watch, metrics]) =>
      of('MetricsBilled', metrics, 'Count', { Watch: watch }),
    ),
  ];
}
