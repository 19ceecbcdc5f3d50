import { trainLstm } from '../forecasters/lstm.ts';
import { lstmDefaults } from '../forecasters/lstm-options.ts';
import type { LstmHooks } from '../forecasters/lstm-training.ts';
import type { Limit } from '../forecasters/outlook.ts';
import { saturationOf } from '../forecasters/saturation.ts';
import { defaultCandidates, LEAST_SKILL, type Selection, selectForecaster } from '../forecasters/selection.ts';
import { matchesGlob } from '../metrics/glob.ts';
import type { Shard } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { firstValue, type Series } from '../metrics/series.ts';
import type { Watch } from '../settings/settings.ts';
import { limitedSeries, limitsIn } from './advance-forecasts.ts';
import { usuallyBehind } from './behind-line.ts';
import type { FittedSaturation, SeriesFit } from './fitted-shard.ts';

export interface FitRequest {
  readonly description: SeriesDescription;
  readonly watch: Watch;
  /** From its first value on, NaN for gaps. */
  readonly history: Series;
  /** Steps that will be asked for. */
  readonly horizonSteps: number;
  /** What serves the series now. */
  readonly incumbent: SeriesFit | undefined;
  readonly seed: number;
  /** Epoch seconds. */
  readonly at: number;
  /** Present where a neural network competes, until time is up: then it stops with the best that it has found. */
  readonly network: (Pick<LstmHooks, 'onProgress' | 'openBatches'> & { readonly isTimeUp: () => boolean }) | undefined;
}

/** A network takes the place of another forecaster only where its skill is larger by this: less is chance. */
const NETWORK_MARGIN = 0.03;

/**
 * The forecaster that serves a series from now on, and when what it measures will be full. Where nothing can be fitted
 * the series has none, with the reason, and is tried again.
 */
export function fitSeries(given: FitRequest): SeriesFit {
  const { description, at } = given;
  const request = { ...given, history: upToNewest(given.history) };
  const head = {
    id: description.id,
    fittedAt: at,
    networkAt: given.network === undefined ? given.incumbent?.networkAt : at,
    since: knownSince(given),
    saturation: saturationNow(request),
  };
  try {
    const { name, fitted, skill, noSkill, reason } = withNetwork(request, select(request));
    const forecaster = { name, state: fitted.state };
    return { ...head, forecaster, skill: skill?.value ?? null, hasSkill: !noSkill, reason };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...head, forecaster: null, skill: null, hasSkill: false, reason: error.message };
  }
}

/**
 * Of short points fewer days are read than it takes to trust what was learned, and history may be kept for fewer: what
 * was known of the series at earlier fits counts, too.
 */
function knownSince({ history, incumbent }: FitRequest): number {
  const first = firstValue(history.values);
  if (first === history.values.length) return Number.NaN;
  const own = history.start + first * history.stepSeconds;
  return Math.min(own, Number.isNaN(incumbent?.since) ? own : (incumbent?.since ?? own));
}

/** What is missing at the end says nothing of what was: a series that is late, or stopped, is learned all the same. */
function upToNewest({ start, stepSeconds, values }: Series): Series {
  const end = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
  return { start, stepSeconds, values: values.subarray(0, end) };
}

function select({ watch, history, horizonSteps, seed, incumbent }: FitRequest): Selection {
  const chosen = watch.forecast === 'off' ? 'automatic-selection' : watch.forecast.forecaster;
  const candidates = chosen === 'automatic-selection' ? defaultCandidates : [chosen].flat();
  return selectForecaster(history, candidates, horizonSteps, seed, incumbent?.forecaster?.name);
}

/** The network competes by the skill of its own backtest: on history that it did not learn from. */
function withNetwork({ watch, history, horizonSteps, seed, network }: FitRequest, selected: Selection): Selection {
  if (network === undefined || network.isTimeUp() || watch.forecast === 'off') return selected;
  try {
    const { lookback, head, stride } = watch.forecast.lstm ?? lstmDefaults;
    const options = { ...lstmDefaults, horizon: horizonSteps, lookback, head, stride };
    const { fitted, training } = trainLstm(history, options, seed, network);
    const skill = fitted.skill;
    if (skill === undefined || !(skill.value >= (selected.skill?.value ?? 0) + NETWORK_MARGIN)) return selected;
    const reason = `lstm: skill ${skill.value.toFixed(2)} after ${training.epochs} passes, ${selected.name} ${(selected.skill?.value ?? 0).toFixed(2)}`;
    return { ...selected, name: 'lstm', fitted, skill, noSkill: !(skill.value >= LEAST_SKILL), reason };
  } catch (error) {
    // Too little history for a network: the others need less.
    if (error instanceof RangeError) return selected;
    throw error;
  }
}

/** The series of a watch for which a network competes: those that are named, in the order of the inventory. */
export function networkSeries(watch: Watch, shards: readonly Shard[]): ReadonlySet<string> {
  if (watch.forecast === 'off' || watch.forecast.lstm === undefined) return new Set();
  const { series: globs, most } = watch.forecast.lstm;
  const named = shards
    .flatMap(({ series }) => limitedSeries(series, watch))
    .filter(({ label }) => globs.some((glob) => matchesGlob(glob, label)));
  return new Set(named.slice(0, most).map(({ id }) => id));
}

/** When what is measured will be full or used up; null where nothing can be, as it has no limit. */
function saturationNow({ description, watch, history, at }: FitRequest): FittedSaturation | null {
  const limits = limitsIn(watch, description);
  if (limits.length === 0) return null;
  const limit = endOf(limits[0], description);
  const { reachesAt, earliest, latest, perDay, note } = saturationOf(history, limit);
  const usual = usuallyBehind({ limit, reachesAt, perDay }, history, at);
  return { limit, reachesAt, earliest, latest, perDay, note, usual };
}

/** The end of what there is: 100 %, or nothing left; the limit itself where no such end is known. */
function endOf({ value, side }: Limit, { nature }: SeriesDescription): Limit {
  const end = side === 'above' ? nature.highest : nature.lowest;
  return { side, value: end ?? value };
}
