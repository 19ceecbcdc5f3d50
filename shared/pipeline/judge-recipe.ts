import { type RecipeJudgement } from '../detectors/recipe-model.ts';
import { scaleRow } from '../features/scaling.ts';
import { isExpression, type SeriesDescription } from '../metrics/metric.ts';
import { copyOf } from './columnar.ts';
import type { EntityModel } from './entity-model.ts';
import { continueRecipe, type WholeMemory } from './entity-state.ts';
import type { EntityWindow } from './judge.ts';

/**
 * What a model knows the metrics of an entity by, so that entities can share one: their labels, and the statistic where
 * that leaves two alike. In the order of the series; undefined where even then two are alike.
 */
export function metricNames(series: readonly SeriesDescription[]): readonly string[] | undefined {
  const labels = series.map(({ label }) => label);
  const isTwice = (name: string, names: readonly string[]): boolean => names.indexOf(name) !== names.lastIndexOf(name);
  const names = series.map(({ label, metric }) =>
    isTwice(label, labels) && !isExpression(metric) ? `${label} ${metric.statistic}` : label,
  );
  return names.some((name) => isTwice(name, names)) ? undefined : names;
}

/**
 * How a model sees the rows of a window. Without a model that fits these metrics, only what is usual for each is
 * learned, so that a model meets an entity it can scale from its first row on. Undefined for metrics that cannot be told
 * apart by name. A row that may not be learned from leaves no trace.
 */
export function recipeStep(
  window: EntityWindow,
  memory: WholeMemory,
  model: EntityModel | undefined,
): ((row: number, learns: boolean) => RecipeJudgement | undefined) | undefined {
  const { series, stepSeconds, times, values } = window;
  const names = metricNames(series);
  if (names === undefined) return undefined;
  const order = names.map((_, column) => column).sort((a, b) => (names[a] < names[b] ? -1 : 1));
  const sorted = order.map((column) => names[column]);
  continueRecipe(memory, sorted, stepSeconds);
  const known = memory.recipe?.memory;
  if (known === undefined) return undefined;
  const recipe = model?.fused?.recipe;
  const fits =
    recipe?.state.stepSeconds === stepSeconds &&
    recipe.state.columns.length === sorted.length &&
    recipe.state.columns.every((name, k) => name === sorted[k]);
  return (row, learns) => {
    const own = new Float64Array(order.length);
    order.forEach((column, k) => (own[k] = values[row * series.length + column]));
    if (fits) return recipe.step(learns ? known : copyOf(known), own, times[row]);
    if (learns) scaleRow(known.scaling, own);
    return undefined;
  };
}
