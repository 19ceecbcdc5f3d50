import type { CoursePoint, CourseView } from '../alerting/status-view.ts';
import { fillGaps, settledUntil } from '../metrics/gaps.ts';
import {
  planShards,
  readInventory,
  readInventoryCounts,
  readOverview,
  readShardInventory,
  type Shard,
  type ShardOverview,
} from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { emptySeries, placePoints, type Points } from '../metrics/series.ts';
import { readStored } from '../models/stored-artefact.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { keys } from '../settings/keys.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { foreseenCourse } from './foreseen-course.ts';
import { type Bands, bandsFrom, readRanges } from './judged-ranges.ts';
import { newestForecasts } from './newest-forecasts.ts';
import { readCourse } from './read-course.ts';
import { readUnusual } from './read-unusual.ts';
import { type ShardState, shardStateKind } from './shard-state.ts';
import type { StatusPorts } from './status-ports.ts';
import { thinnedPoints } from './thinned-points.ts';

/** What is to be looked at; what is not named is chosen: what fires, else what comes first by its name. */
export interface SeriesRequest {
  readonly watch?: string | undefined;
  readonly entity?: string | undefined;
  /** Id or label. */
  readonly series?: string | undefined;
  /** Epoch seconds; at most some weeks are looked at, see `notes`. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

/** Read at once: four thousand series are no trouble. */
const FEW_SHARDS = 8;
/** Names that a list can hold and a person can look through. */
const MOST_NAMES = 300;
/** More would be no clearer on any screen. */
const MOST_POINTS = 1200;
/** Not even a compacted history is read beyond. */
const MOST_SECONDS = 31 * 86_400;

/** Nothing can be shown, and why. */
export interface NothingToShow {
  readonly nothing: string;
  readonly watches: readonly string[];
  readonly watch?: string;
}

/**
 * History, usual range, anomalies, forecast and limit of one series, from what is stored. Reads what belongs to the first
 * shards of the watch, or to those up to the one that has what is asked for; the state and the newest forecasts of one
 * shard, and a bounded part of its history.
 *
 * @throws StoredObjectError where the inventory cannot be read; what else cannot be is said in the notes.
 */
export async function describeSeries(request: SeriesRequest, ports: StatusPorts): Promise<CourseView | NothingToShow> {
  const all = watchesOf(ports.settings);
  const watches = all.map(({ name }) => name);
  const watch = all.find(({ name }) => name === request.watch) ?? all[0];
  const overview = await readOverview(ports, watch.name);
  const shards = await lookFor(request.entity ?? '', watch, overview, ports);
  if (shards.length === 0)
    return { nothing: 'No series of this watch is known yet: the first tick finds them.', watches, watch: watch.name };

  const notes: string[] = [];
  const named = shards.find(({ series }) => series.some(({ entity }) => entity === request.entity));
  if (named === undefined && (request.entity ?? '') !== '' && (request.watch ?? watch.name) === watch.name)
    notes.push(`Nothing of the watch is called “${request.entity ?? ''}” now.`);
  const shard = named ?? shards[0];
  const state = await readState(watch, shard.shard, ports, notes);
  const entity = named === undefined ? likelyEntity(shard, state) : (request.entity ?? '');
  const own = shards.flatMap(({ series }) => series).filter((one) => one.entity === entity);
  const description = choose(own, request.series, state);
  const home = shards.find(({ series }) => series.includes(description)) ?? shard;
  const entities = [...new Set(shards.flatMap(({ series }) => series.map((one) => one.entity)))].sort();
  return {
    watches,
    watch: watch.name,
    entities: around(entities, entity),
    entityCount: Math.max(
      entities.length,
      overview.shards.length > FEW_SHARDS ? (await readInventoryCounts(ports, watch.name)).entities : 0,
    ),
    entity,
    series: own.map(({ id, label }) => ({ id, label })),
    chosen: {
      id: description.id,
      label: description.label,
      unit: description.nature.unit,
      metricSays: gapWords[description.nature.gap],
    },
    timezone: watch.timezone,
    ...(await courseOf(request, watch, home, description, state, ports, notes)),
    notes,
  };
}

/**
 * The shards to choose from: all where they are few. Of many, those up to and with the one that has what is asked for,
 * some at a time; the first ones where nothing is asked for.
 */
async function lookFor(
  entity: string,
  watch: Watch,
  { shards }: ShardOverview,
  ports: StatusPorts,
): Promise<readonly Shard[]> {
  if (shards.length <= FEW_SHARDS) return planShards(await readInventory(ports, watch.name), watch.period);
  const seen: Shard[] = [];
  for (let from = 0; from < shards.length; from += FEW_SHARDS) {
    const read = await Promise.all(
      shards
        .slice(from, from + FEW_SHARDS)
        .map(async ({ shard }) => planShards(await readShardInventory(ports, watch.name, shard), watch.period)),
    );
    const some = read.flat();
    const own = some.filter(({ series }) => series.some((one) => one.entity === entity));
    seen.push(...some);
    // A thing too large for a shard fills one after the other.
    const isCut = own.at(-1)?.series.every((one) => one.entity === entity) === true && own.at(-1) === some.at(-1);
    if (own.length > 0 && !isCut) return seen;
    if (entity === '' && seen.length > 0) return seen;
  }
  return seen;
}

const gapWords = {
  zero: 'Where nothing was published, nothing happened: it counts as 0.',
  gap: '',
  silence: 'Where nothing was published, it was silent.',
} as const;

async function readState(
  watch: Watch,
  shard: string,
  ports: StatusPorts,
  notes: string[],
): Promise<ShardState | undefined> {
  return said(notes, 'What was judged last cannot be read, and so the usual range is not shown.', async () => {
    const found = await readStored(ports, shardStateKind, keys.state(watch.name, shard, 'anomaly'));
    return found?.value;
  });
}

/** What is damaged is said, and what else there is is shown. */
async function said<T>(notes: string[], words: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    notes.push(words);
    return undefined;
  }
}

const firingSeries = (state: ShardState | undefined): ReadonlySet<string> =>
  new Set(
    (state?.entities ?? []).flatMap(({ told }) =>
      told.flatMap(({ finding, normalTicks }) =>
        normalTicks === 0 && finding.series !== undefined ? [finding.series] : [],
      ),
    ),
  );

function likelyEntity({ series }: Shard, state: ShardState | undefined): string {
  const firing = state?.entities.find(({ told }) => told.some(({ normalTicks }) => normalTicks === 0));
  const known = series.find(({ entity }) => entity === firing?.judged.entity);
  return (known ?? [...series].sort((a, b) => (a.entity < b.entity ? -1 : 1))[0]).entity;
}

function choose(
  series: readonly SeriesDescription[],
  asked: string | undefined,
  state: ShardState | undefined,
): SeriesDescription {
  const firing = firingSeries(state);
  const found = series.find(({ id }) => id === asked) ?? series.find(({ label }) => label === asked);
  return found ?? series.find(({ id }) => firing.has(id)) ?? series[0];
}

/** The names around the chosen one. */
function around(names: readonly string[], chosen: string): readonly string[] {
  const at = Math.max(0, names.indexOf(chosen));
  const from = Math.max(0, Math.min(names.length - MOST_NAMES, at - MOST_NAMES / 2));
  return names.slice(from, from + MOST_NAMES);
}

type Drawn = Pick<
  CourseView,
  'from' | 'to' | 'points' | 'unusual' | 'unusualTogether' | 'newest' | 'limit' | 'forecast'
>;

async function courseOf(
  request: SeriesRequest,
  watch: Watch,
  { shard, series }: Shard,
  description: SeriesDescription,
  state: ShardState | undefined,
  ports: StatusPorts,
  notes: string[],
): Promise<Drawn> {
  const { now } = request;
  const { period } = watch;
  const to = Math.ceil(Math.min(request.to, now) / period) * period;
  const asked = Math.floor(Math.min(request.from, to - 3 * period) / period) * period;
  const where = { watch: watch.name, shard, periodSeconds: period, series: description.id, width: series.length };
  const kept = keptOf(state, description, period);
  const [course, fired, record, ranges] = await Promise.all([
    readCourse(ports, { ...where, from: Math.max(asked, to - MOST_SECONDS), to, known: kept?.points }),
    readUnusual(ports.store, { ...where, entity: description.entity, from: asked, to: to + watch.every }),
    said(notes, 'The newest forecast cannot be read.', () => newestForecasts(ports, watch.name, shard, now)),
    readRanges(ports, { ...where, from: asked, to }),
  ]);
  const from = Math.floor(course.from / period) * period;
  if (from > asked) notes.push('More than can be looked at was asked for: this is the newest part of it.');
  if (fired.isSampled) notes.push('So much was unusual that only some of it is marked.');
  if (course.unreadable.length > 0)
    notes.push(`${course.unreadable.length} objects of history cannot be read: what was in them is missing here.`);

  const grid = emptySeries(period, from, to);
  placePoints(course.points, grid);
  const filled = fillGaps(grid, description.nature, settledUntil(now, period, watch.settle)).series;
  const points = [...filled.values].map((value, slot): CoursePoint => {
    const time = filled.start + slot * period;
    const { lower = null, upper = null } = kept?.bands.get(time) ?? ranges.get(time) ?? {};
    return [time, finite(value), lower, upper];
  });
  const newestAt = filled.values.findLastIndex((value) => !Number.isNaN(value));
  const made = record?.series.find(({ id }) => id === description.id);
  const reachesNow = record !== undefined && request.to >= Math.min(now, record.tick) - 2 * watch.every;
  const [outlook] = made?.outlooks ?? [];
  return {
    from,
    to,
    points: thinnedPoints(points, MOST_POINTS),
    unusual: within(fired.own, from, to),
    unusualTogether: within(fired.together, from, to),
    newest: newestAt < 0 ? null : { time: filled.start + newestAt * period, value: filled.values[newestAt] },
    limit: made === undefined || made.outlooks.length === 0 ? null : outlook.limit,
    forecast: made === undefined || !reachesNow ? null : foreseenCourse(made, record.periodSeconds),
  };
}

const within = (stretches: CourseView['unusual'], from: number, to: number): CourseView['unusual'] =>
  stretches.filter((ends) => ends[1] >= from).map(([begin, end]) => [Math.max(begin, from), Math.min(end, to)]);

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

interface Kept {
  readonly points: Points;
  readonly bands: Bands;
}

/** Of the newest slots that were judged, what was judged and the usual range are kept: in single precision, to draw. */
function keptOf(state: ShardState | undefined, { id, nature }: SeriesDescription, period: number): Kept | undefined {
  const recent = state?.entities.flatMap((one) => one.recent).find((one) => one.id === id);
  if (state === undefined || recent === undefined || state.periodSeconds !== period) return undefined;
  const { values, lower, upper } = recent;
  const times = Float64Array.from(values, (_, slot) => state.judgedTo - (values.length - slot) * period);
  // A count that was 0 may have been none yet: what came late is in history only.
  const isSure = (value: number): boolean => Number.isFinite(value) && !(nature.gap === 'zero' && value === 0);
  const there = [...times.keys()].filter((slot) => isSure(values[slot]));
  return {
    points: {
      times: Float64Array.from(there, (slot) => times[slot]),
      values: Float64Array.from(there, (slot) => values[slot]),
    },
    bands: bandsFrom(times[0], period, lower, upper),
  };
}
