import { remapColumns } from '../detectors/entity-columns.ts';
import { entityDetector, type EntityDetectorState } from '../detectors/entity-detector.ts';
import { startRarity } from '../detectors/rarity.ts';
import type { RuleState } from '../detectors/rules.ts';
import { seriesDetector, type SeriesDetectorState } from '../detectors/series-detector.ts';
import { startVerdict, type VerdictState } from '../detectors/verdict.ts';
import { type RecipeMemory, startRecipeMemory } from '../detectors/recipe-model.ts';
import { copyOf } from './columnar.ts';
import { noRarity, type RarityMemory } from './episode-rarity.ts';

/** What is remembered of one series. */
export interface SeriesMemory extends RarityMemory {
  /** The series' id; its place in a window may change. */
  readonly id: string;
  readonly detector: SeriesDetectorState;
  verdict: VerdictState;
  /** What the newest alert was explained by. */
  words: string;
  /** Absent while no rule applies. */
  rules?: RuleState;
  /** Until then deviations may be the echo of one that people called normal; absent where there was none. Epoch seconds. */
  normalUntil?: number;
  /** Values judged so far. */
  judged: number;
  /** Epoch seconds of the first and the newest value judged; NaN before. */
  firstTime: number;
  lastTime: number;
}

/** What is remembered of an entity with several series, as a whole. */
export interface WholeMemory extends RarityMemory {
  /** Ids of the detector's columns, in its order: a series that left keeps its column, as missing. */
  readonly columns: readonly string[];
  readonly detector: EntityDetectorState;
  verdict: VerdictState;
  words: string;
  /** What a model needs to know of the entity; absent where none may join. Starts anew with other metrics. */
  recipe?: { readonly names: readonly string[]; readonly memory: RecipeMemory };
}

/** All that is remembered of one entity between two calls of judge. Plain data and typed arrays: what is stored. */
export interface EntityState {
  readonly entity: string;
  readonly stepSeconds: number;
  /** In the order in which the series were first met, those that left included. */
  readonly series: readonly SeriesMemory[];
  /** Absent while the entity has had but one series. */
  readonly whole?: WholeMemory;
}

/**
 * A copy of the state that has a memory for every id. A series that is new starts empty and takes nothing from the
 * others; one that left is remembered until {@link forgetSeries}, so that it continues when it returns. Another step is
 * another grid: everything starts anew.
 */
export function continueState(
  state: EntityState | undefined,
  entity: string,
  ids: readonly string[],
  stepSeconds: number,
): EntityState {
  const known = state?.stepSeconds === stepSeconds ? copyOf(state) : undefined;
  const series = [...(known?.series ?? [])];
  const met = new Set(series.map(({ id }) => id));
  for (const id of ids) if (!met.has(id)) series.push(startSeries(id, stepSeconds));
  const all = series.map(({ id }) => id);
  if (all.length < 2) return { entity, stepSeconds, series };
  return { entity, stepSeconds, series, whole: continueWhole(known?.whole, all, stepSeconds) };
}

/** The state without the series that `keep` does not have; undefined where nothing is left. */
export function forgetSeries(state: EntityState, keep: ReadonlySet<string>): EntityState | undefined {
  const series = state.series.filter(({ id }) => keep.has(id));
  if (series.length === state.series.length) return state;
  if (series.length === 0) return undefined;
  const { entity, stepSeconds, whole } = state;
  if (series.length === 1 || whole === undefined) return { entity, stepSeconds, series };
  const ids = series.map(({ id }) => id);
  return { entity, stepSeconds, series, whole: continueWhole(whole, ids, stepSeconds) };
}

function startSeries(id: string, stepSeconds: number): SeriesMemory {
  return {
    id,
    detector: seriesDetector.start(seriesDetector.defaults, stepSeconds),
    verdict: startVerdict(),
    words: '',
    rarity: startRarity(stepSeconds),
    ...noRarity,
    judged: 0,
    firstTime: Number.NaN,
    lastTime: Number.NaN,
  };
}

function continueWhole(whole: WholeMemory | undefined, ids: readonly string[], stepSeconds: number): WholeMemory {
  if (whole === undefined) {
    return {
      columns: ids,
      detector: entityDetector.start(entityDetector.defaults, ids.length, stepSeconds),
      verdict: startVerdict(),
      words: '',
      rarity: startRarity(stepSeconds),
      ...noRarity,
    };
  }
  if (whole.columns.length === ids.length && whole.columns.every((id, column) => id === ids[column])) return whole;
  const columnOf = new Map(whole.columns.map((id, column) => [id, column]));
  return {
    ...whole,
    columns: ids,
    detector: remapColumns(
      whole.detector,
      ids.map((id) => columnOf.get(id) ?? -1),
    ),
  };
}

/** Brings what a model knows of the entity to these metrics, by their names; other metrics are another entity to it. */
export function continueRecipe(whole: WholeMemory, names: readonly string[], stepSeconds: number): void {
  const known = whole.recipe?.names;
  if (known?.length === names.length && known.every((name, k) => name === names[k])) return;
  whole.recipe = { names, memory: startRecipeMemory(names.length, stepSeconds) };
}
