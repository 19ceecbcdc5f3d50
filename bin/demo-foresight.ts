import type { Finding, Signal } from '../shared/alerting/signal.ts';
import type { Limit } from '../shared/forecasters/outlook.ts';
import type { SeriesDescription } from '../shared/metrics/metric.ts';
import type { Points } from '../shared/metrics/series.ts';
import { limitsIn } from '../shared/pipeline/advance-forecasts.ts';
import type { MetricSource } from '../shared/ports/metric-source.ts';
import { forecastHorizon } from '../shared/settings/forecast-settings.ts';
import type { Watch } from '../shared/settings/settings.ts';

/** A danger as its signals tell it: from the tick at which it was foreseen to the last that said so. */
export interface Danger {
  readonly series: string;
  readonly entity: string;
  /** Ticks, epoch seconds. */
  readonly toldAt: number;
  readonly lastTold: number;
  /** As it was first told. */
  readonly finding: Finding;
}

/** A limit that was crossed after it had not been for a horizon: what is to be foreseen. */
export interface Crossing {
  readonly description: SeriesDescription;
  readonly limit: Limit;
  /** Beginning of the first slot beyond it, epoch seconds. */
  readonly crossedAt: number;
  /** What was told of it before it happened; undefined where nothing was. */
  readonly danger?: Danger;
  /** From the telling to the crossing, seconds; never more than was looked ahead, however early it was said. */
  readonly lead?: number;
}

export interface Foresight {
  readonly crossings: readonly Crossing[];
  /** Told, and it did not come: not within the horizon and a slot or two after it was told last. */
  readonly inVain: readonly Danger[];
}

/** What was told of a watch's limits between two times, beside what became of them. */
export async function foresight(
  signals: readonly Signal[],
  source: MetricSource,
  watch: Watch,
  from: number,
  to: number,
): Promise<Foresight> {
  const { series } = await source.discover(watch);
  const horizon = forecastHorizon(watch);
  const reading = await source.read(series, from - horizon, to + 2 * horizon);
  const dangers = gatherDangers(signals.filter((one) => one.watch === watch.name && one.evaluatedAt > from));
  const crossings: Crossing[] = [];
  const inVain: Danger[] = [];
  for (const description of series) {
    const points = reading.series.find(({ id }) => id === description.id)?.points;
    const limits = limitsIn(watch, description);
    if (points === undefined || limits.length === 0) continue;
    const [limit] = limits;
    const own = dangers.filter((one) => one.series === description.id);
    crossings.push(...crossingsOf(description, points, limit, horizon, [from, to], own));
    inVain.push(...own.filter((danger) => !comes(danger, points, limit, horizon + 2 * watch.period)));
  }
  return { crossings: crossings.sort((a, b) => a.crossedAt - b.crossedAt), inVain };
}

/** One per series from one tick that is quiet about it to the next. What is only crossed was not foreseen. */
export function gatherDangers(signals: readonly Signal[]): readonly Danger[] {
  const open = new Map<string, Danger>();
  const all: Danger[] = [];
  for (const { entity, evaluatedAt, intervalSeconds, mode, findings } of signals) {
    for (const finding of findings) {
      const { series, forecast, source, status } = finding;
      if (mode !== 'live' || source !== 'crossing' || series === undefined || forecast === undefined) continue;
      const before = open.get(series);
      const isOn = status === 'firing' && (before !== undefined || !forecast.isBeyond);
      const goesOn = before !== undefined && isOn && evaluatedAt - before.lastTold <= intervalSeconds;
      if (before !== undefined && !goesOn) {
        all.push(before);
        open.delete(series);
      }
      if (goesOn) open.set(series, { ...before, lastTold: evaluatedAt });
      else if (status === 'firing' && !forecast.isBeyond)
        open.set(series, { series, entity, toldAt: evaluatedAt, lastTold: evaluatedAt, finding });
    }
  }
  return [...all, ...open.values()].sort((a, b) => a.toldAt - b.toldAt);
}

const isBeyond = (value: number, { value: line, side }: Limit): boolean =>
  side === 'above' ? value > line : value < line;

function crossingsOf(
  description: SeriesDescription,
  { times, values }: Points,
  limit: Limit,
  horizon: number,
  [from, to]: readonly [number, number],
  dangers: readonly Danger[],
): readonly Crossing[] {
  const crossings: Crossing[] = [];
  let lastBeyond = -Infinity;
  for (const [index, time] of times.entries()) {
    if (!isBeyond(values[index], limit)) continue;
    // Before the first forecast had its horizon nothing could have been said.
    const isNew = time - lastBeyond > horizon && time >= from + horizon && time < to;
    lastBeyond = time;
    if (!isNew) continue;
    const danger = dangers.find(({ toldAt, lastTold }) => toldAt <= time && lastTold >= time - horizon);
    const head = { description, limit, crossedAt: time };
    crossings.push(danger === undefined ? head : { ...head, danger, lead: Math.min(horizon, time - danger.toldAt) });
  }
  return crossings;
}

const comes = ({ toldAt, lastTold }: Danger, { times, values }: Points, limit: Limit, within: number): boolean =>
  times.some((time, index) => time >= toldAt && time <= lastTold + within && isBeyond(values[index], limit));
