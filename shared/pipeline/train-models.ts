import { isLearnable, LEAST_HISTORY_ROWS, MOST_HISTORIES } from '../evaluation/train-recipe-model.ts';
import type { EntityHistory } from '../evaluation/backtest.ts';
import { planShards, readInventory, type Shard } from '../metrics/inventory.ts';
import { localOffset } from '../metrics/time-zone.ts';
import { type Champion, dataDigest, type ModelOrigin } from '../models/registry.ts';
import type { Bytes } from '../ports/bytes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type Settings, type Watch, watchesOf } from '../settings/settings.ts';
import { backfillSpan } from './backfill.ts';
import { type BudgetOutcome, budgetThreshold, contaminationThreshold } from './budget-threshold.ts';
import { modelsOf } from './champion.ts';
import { watchNamed } from './detect-ports.ts';
import { type FusedModel, restoreModel, type WatchModel, type WeighedModel } from './entity-model.ts';
import { metricNames } from './judge-recipe.ts';
import { learningWindows } from './learning-windows.ts';
import { rememberTraining } from './model-age.ts';
import { trainingMetrics } from './own-metrics.ts';
import { type EntityPast, readPast, rowsToLearnFrom } from './training-data.ts';
import { forEachWatch } from './watches-in-turn.ts';
import { splitOf, voteLimit, weighModel, type Weighing } from './weigh-model.ts';

export type { BudgetOutcome } from './budget-threshold.ts';

export interface TrainPorts {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly bytes: Bytes;
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TrainRequest {
  /** @default all watches */
  readonly watch?: string;
  /** Epoch seconds: history before it is used. @default now */
  readonly tick?: number;
  /** Who asked, for the model's record. @default 'schedule' */
  readonly by?: string;
  readonly why?: string;
  readonly onProgress?: (step: string, done: number, of: number) => void;
}

export interface WatchTraining {
  readonly watch: string;
  readonly outcome: 'promoted' | 'kept-champion' | 'overtaken' | 'not-enough-history' | 'nothing-to-train';
  /** One sentence. */
  readonly reason: string;
  /** Rows of entities that were read, and how many entities. */
  readonly rows: number;
  readonly entities: number;
  readonly model?: { readonly id: string; readonly detector: string; readonly bytes: number };
  /** Average precision on planted faults in history that the candidate did not see. */
  readonly quality?: Weighing['quality'];
  /** What was asked of the alert budget, and what history says is delivered. */
  readonly budget?: BudgetOutcome;
}

export interface TrainSummary {
  readonly watches: readonly WatchTraining[];
}

/**
 * History → recipe → candidate (seeded) → backtest with planted faults → artefact → registry → promoted if better. With
 * it goes the threshold that the watch's alert budget comes to on its own history.
 *
 * @throws RangeError for a watch that the settings do not have.
 * @throws AggregateError after all watches were tried, where some failed.
 */
export async function trainModels(request: TrainRequest, ports: TrainPorts): Promise<TrainSummary> {
  const tick = request.tick ?? Math.floor(ports.clock.now());
  const watches = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  let place = 0;
  const trained = await forEachWatch(watches, tick, ports.log, async (watch) => {
    const startedAt = ports.clock.now();
    const step = 2 * place++;
    request.onProgress?.(`reading the history of ${watch.name}`, step, 2 * watches.length);
    const shards = planShards(await readInventory(ports, watch.name), watch.period);
    const past = await readTrainingPast(watch, shards, tick, ports);
    request.onProgress?.(`training ${watch.name}`, step + 1, 2 * watches.length);
    const training = await trainWatch(watch, shards, past, tick, request, ports);
    ports.log.info('watch trained', { ...training });
    const endedAt = ports.clock.now();
    await rememberTraining(watch.name, endedAt, training.outcome, ports.store);
    await ports.sink.publish(trainingMetrics(training, ports.settings.name, endedAt - startedAt, endedAt));
    return training;
  });
  request.onProgress?.('done', 2 * watches.length, 2 * watches.length);
  return { watches: trained };
}

/** A model that is better by less is noise, and every change of model changes what is told. */
const MARGIN = 0.01;
/** Whoever changes settings wants them in use, unless they cost more than this. */
const CLEARLY_WORSE = 0.05;
/** So is a threshold that moves by less. */
const THRESHOLD_MARGIN = 0.02;
/** Slots read at most: history beyond it says little of what is usual now. */
const MOST_SLOTS = 20_000;

async function readTrainingPast(
  watch: Watch,
  shards: readonly Shard[],
  tick: number,
  ports: TrainPorts,
): Promise<readonly EntityPast[]> {
  const to = Math.floor(tick / watch.period) * watch.period;
  const span = Math.min(backfillSpan(watch.period, ports.settings.retention), MOST_SLOTS * watch.period);
  const from = Math.max(0, to - Math.floor(span / watch.period) * watch.period);
  const wanted = new Set(evenly(entitiesOf(shards), MOST_HISTORIES));
  const past = await readPast(ports, watch.name, shards, wanted, from, to, watch.period);
  const learnsAt = learningWindows(ports.settings.alerts.quiet, watch);
  return learnsAt === undefined ? past : past.map((one) => rowsToLearnFrom(one, learnsAt));
}

async function trainWatch(
  watch: Watch,
  shards: readonly Shard[],
  past: readonly EntityPast[],
  tick: number,
  request: TrainRequest,
  ports: TrainPorts,
): Promise<WatchTraining> {
  const rows = past.reduce((sum, { times }) => sum + times.length, 0);
  const head = { watch: watch.name, rows, entities: past.length };
  const registry = modelsOf(ports, watch.name);
  const champion = await registry.champion();
  const share = past.length / Math.max(1, entitiesOf(shards).length);
  const budget = setThreshold(watch, past, share);
  const eventsPerWeek = budget.outcome === undefined ? undefined : (budget.outcome.askedPerWeek * share) / past.length;
  const data = new Map(past.map(({ entity, times, values }) => [entity, { times, values }]));
  const window = past.flatMap(({ times }) => (times.length === 0 ? [] : [times[0], times[times.length - 1]]));
  const made = {
    dataDigest: dataDigest(ports.bytes, data),
    dataFrom: window.reduce((least, time) => Math.min(least, time), tick),
    dataTo: window.reduce((most, time) => Math.max(most, time), 0),
    seed: ports.settings.seed,
  };
  const candidate = weighCandidate(watch, past, made, eventsPerWeek, champion, ports.bytes);
  const reasons = [budget.reason, candidate.reason].filter((reason) => reason !== '');
  const told = {
    ...(budget.outcome === undefined ? {} : { budget: budget.outcome }),
    ...(candidate.weighing === undefined ? {} : { quality: candidate.weighing.quality }),
  };
  const before = champion?.model.model;
  const isUnset = budget.isAsked && budget.threshold === undefined;
  const isVoteSet = watch.forest.contamination !== undefined || watch.forest.threshold !== undefined;
  const keepsLimit = isUnset && !isVoteSet;
  const model: WatchModel = {
    threshold: isUnset ? (before?.threshold ?? null) : (budget.threshold ?? null),
    // A model's calendar is that of its training.
    timezone: candidate.fused === undefined ? (before?.timezone ?? watch.timezone) : watch.timezone,
    fused: candidate.fused ?? (keepsLimit ? before?.fused : withLimit(before?.fused, watch, eventsPerWeek)) ?? null,
  };
  const isDropped = typeof before?.threshold === 'number' && model.threshold === null;
  if (isDropped) reasons.unshift('no alert budget is asked for any more');
  if (model.threshold === null && model.fused === null && !isDropped) {
    const outcome = budget.isAsked || candidate.isAsked ? 'not-enough-history' : 'nothing-to-train';
    return { ...head, ...told, outcome, reason: reasons.join('; ') };
  }
  const isSame =
    candidate.fused === undefined &&
    !hasMoved(before?.threshold ?? null, model.threshold) &&
    !hasMoved(before?.fused?.alertDecades ?? null, model.fused?.alertDecades ?? null);
  if (champion !== undefined && isSame)
    return { ...head, ...told, outcome: 'kept-champion', reason: reasons.join('; ') };

  const why = request.why ?? reasons.join('; ');
  const by = request.by ?? 'schedule';
  const origin = { trainedAt: tick, by, why, ...made };
  const id = await registry.register(model, origin, reportOf(candidate.weighing, budget.outcome));
  const promoted = await registry.promote({ id, at: tick, by, why }, champion ?? 'none');
  return {
    ...head,
    ...told,
    outcome: promoted,
    reason: reasons.join('; '),
    model: { id, detector: watch.forest.detector, bytes: bytesOf(model) },
  };
}

interface ThresholdSetting {
  readonly isAsked: boolean;
  readonly threshold?: number;
  readonly outcome?: BudgetOutcome;
  readonly reason: string;
}

function setThreshold(watch: Watch, past: readonly EntityPast[], share: number): ThresholdSetting {
  const { sensitivity, period, timezone } = watch;
  if (sensitivity === undefined || (typeof sensitivity === 'object' && 'threshold' in sensitivity))
    return { isAsked: false, reason: '' };
  if (typeof sensitivity === 'object') {
    const threshold = contaminationThreshold(past, sensitivity.contamination, period, timezone);
    return threshold === undefined
      ? { isAsked: true, reason: 'no history yet to read a contamination off' }
      : { isAsked: true, threshold, reason: `threshold ${threshold.toFixed(2)} from the contamination` };
  }
  const found = budgetThreshold(past, sensitivity, share, period, timezone);
  if ('missing' in found) return { isAsked: true, reason: `no threshold from the alert budget: ${found.missing}` };
  const { threshold, deliveredPerWeek } = found;
  const reason = `threshold ${threshold.toFixed(2)} for ${sensitivity}, ${deliveredPerWeek.toFixed(1)} a week delivered`;
  return { isAsked: true, threshold, outcome: found, reason };
}

interface CandidateSetting {
  readonly isAsked: boolean;
  readonly weighing?: Weighing;
  /** Only where it is to replace what is in use. */
  readonly fused?: FusedModel;
  readonly reason: string;
}

/** What a model is made from, as it is recorded. */
type Made = Pick<ModelOrigin, 'dataDigest' | 'dataTo' | 'seed'>;

function weighCandidate(
  watch: Watch,
  past: readonly EntityPast[],
  made: Made,
  eventsPerWeek: number | undefined,
  champion: Champion<WatchModel> | undefined,
  bytes: Bytes,
): CandidateSetting {
  const { detector, trees, sampleSize } = watch.forest;
  if (detector === 'off') return { isAsked: false, reason: '' };
  const alike = largestGroup(past);
  if (alike === undefined) return { isAsked: false, reason: 'no entity has several metrics' };
  const { names } = alike;
  const long = alike.histories.filter(({ times }) => times.length >= LEAST_HISTORY_ROWS / TRAINED_PART);
  if (long.length === 0) {
    const longest = Math.max(...alike.histories.map(({ times }) => times.length));
    return {
      isAsked: true,
      reason: `the longest history has ${longest} rows, and ${Math.ceil(LEAST_HISTORY_ROWS / TRAINED_PART)} are needed`,
    };
  }
  const learnable = long.filter((one) => isLearnable(one, names.length, watch.period, splitOf(one)));
  if (learnable.length === 0)
    return {
      isAsked: true,
      reason: `in none of ${long.length} histories were all of ${names.join(', ')} there for long enough at once`,
    };
  const inUse = champion === undefined ? undefined : restoreModel(champion.model.id, champion.model.model).fused;
  const fits =
    inUse?.recipe.state.stepSeconds === watch.period && inUse.recipe.state.columns.join('\n') === names.join('\n');
  // Whatever makes another model of the same history; what only sets when the vote raises is not part of it.
  const choice = [detector, trees, sampleSize ?? 'chosen', made.seed, watch.period, watch.timezone, names];
  const settingsDigest = bytes.digest(new TextEncoder().encode(JSON.stringify(choice)));
  const before = fits ? (champion?.model.model.fused?.weighed ?? undefined) : undefined;
  if (before?.dataDigest === made.dataDigest && before.settingsDigest === settingsDigest)
    return { isAsked: true, reason: 'unchanged: the model in use is of the same history and settings' };

  const offset = localOffset(watch.timezone);
  const forest = { ...watch.forest, detector };
  const holder = fits ? inUse : undefined;
  const weighing = weighModel(learnable, names, watch.period, offset, forest, made.seed, eventsPerWeek, holder);
  const { candidate } = weighing.quality;
  const { quality, least, name } = hurdle(weighing, before, settingsDigest);
  const words = `average precision ${candidate.toFixed(3)} on ${weighing.faults} planted faults, ${name} ${quality.toFixed(3)}`;
  if (candidate < least) return { isAsked: true, weighing, reason: `not better: ${words}` };
  const { dataDigest, dataTo } = made;
  const weighed = { quality: candidate, dataDigest, settingsDigest, dataTo };
  const why = candidate >= quality + MARGIN ? 'better' : 'other settings, and not clearly worse';
  return { isAsked: true, weighing, fused: { ...weighing.model, weighed }, reason: `${why}: ${words}` };
}

/**
 * What a candidate is held against, and what it must reach. The candidate is judged on rows it has not seen. So is a
 * champion that is older than these rows; one that has seen them counts with what it reached when it was new.
 */
function hurdle(
  { quality: { streaming, champion }, heldFrom }: Weighing,
  before: WeighedModel | undefined,
  settingsDigest: string,
): { readonly quality: number; readonly least: number; readonly name: string } {
  if (champion === undefined) return { quality: streaming, least: streaming + MARGIN, name: 'streaming alone' };
  const quality = before === undefined || before.dataTo < heldFrom ? champion : before.quality;
  const isOther = before !== undefined && before.settingsDigest !== settingsDigest;
  const least = isOther ? Math.max(quality - CLEARLY_WORSE, streaming) : quality + MARGIN;
  return { quality, least, name: 'the champion' };
}

/** A model in use, raising as often as the settings of today ask for. */
const withLimit = (
  fused: FusedModel | null | undefined,
  { forest }: Watch,
  eventsPerWeek: number | undefined,
): FusedModel | null =>
  fused === null || fused === undefined
    ? null
    : { ...fused, alertDecades: voteLimit(fused.fusion, forest, eventsPerWeek) };

const TRAINED_PART = 0.7;

/** The entities of which most have the same metrics: one model is for these. Their columns are put in one order. */
function largestGroup(
  past: readonly EntityPast[],
): { readonly names: readonly string[]; readonly histories: readonly EntityHistory[] } | undefined {
  const groups = new Map<string, { names: readonly string[]; histories: EntityHistory[] }>();
  for (const { series, times, values } of past) {
    const names = series.length > 1 ? metricNames(series) : undefined;
    if (names === undefined) continue;
    const order = names.map((_, column) => column).sort((a, b) => (names[a] < names[b] ? -1 : 1));
    const sorted = order.map((column) => names[column]);
    const group = groups.get(sorted.join('\n')) ?? { names: sorted, histories: [] };
    const turned = new Float64Array(values.length);
    const width = order.length;
    for (let at = 0; at < values.length; at++) turned[at] = values[Math.floor(at / width) * width + order[at % width]];
    group.histories.push({ times, values: turned });
    groups.set(sorted.join('\n'), group);
  }
  return [...groups.values()].sort((a, b) => b.histories.length - a.histories.length)[0];
}

const entitiesOf = (shards: readonly Shard[]): readonly string[] => [
  ...new Set(shards.flatMap(({ series }) => series.map(({ entity }) => entity))),
];

/** At most so many, at even distances: the same ones as long as the inventory is the same. */
const evenly = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most ? all : Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]);

const hasMoved = (before: number | null, after: number | null): boolean =>
  before === null || after === null
    ? before !== after
    : Math.abs(after - before) > THRESHOLD_MARGIN * Math.max(before, after);

function reportOf(weighing: Weighing | undefined, budget: BudgetOutcome | undefined): Record<string, number> {
  return {
    ...(weighing === undefined
      ? {}
      : { ...weighing.quality, faults: weighing.faults, rows: weighing.rows, sampleSize: weighing.sampleSize }),
    ...(budget === undefined
      ? {}
      : { askedPerWeek: budget.askedPerWeek, deliveredPerWeek: budget.deliveredPerWeek, threshold: budget.threshold }),
  };
}

/** Of the forest and all that goes with it, before compression. */
function bytesOf(model: WatchModel): number {
  let bytes = 0;
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(model);
  return bytes;
}
