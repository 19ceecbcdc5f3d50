import {
  columnOfFeature,
  createRecipe,
  standardRecipe,
  startRecipe,
  type LocalOffset,
  type Recipe,
  type RecipeId,
  type RecipeState,
} from '../features/recipes.ts';
import { isScaled, scaleRow, startScaling, type ScalingState } from '../features/scaling.ts';
import { featureDetectors } from './catalogue.ts';
import type { FittedDetector, Unscorable } from './detector.ts';
import { judgeByVote, scoresOf, type EnsembleJudgement, type EnsembleState } from './ensemble.ts';
import type { IsolationTrees } from './isolation-trees.ts';
import type { TrainingRangeState } from './training-range.ts';

/** A fitted member as it is stored. */
export type StoredMember =
  | { readonly name: 'isolation-forest' | 'ml-isolation-forest'; readonly state: IsolationTrees }
  | { readonly name: 'training-range'; readonly state: TrainingRangeState };

/** A model over the recipe's features, one for all entities of a watch that have the same columns. */
export interface RecipeModelState {
  readonly recipe: RecipeId;
  /** Names of the metrics, in the order of a row. */
  readonly columns: readonly string[];
  readonly stepSeconds: number;
  /** In the order of the ensemble's members. */
  readonly members: readonly StoredMember[];
  readonly ensemble: EnsembleState;
}

/** What is remembered of one entity between two rows: explicit numbers, the same in memory and in the store. */
export interface RecipeMemory {
  readonly scaling: ScalingState;
  readonly recipe: RecipeState;
}

export interface RecipeModel {
  readonly state: RecipeModelState;
  /** For an entity that was never seen; it needs a day of every column, ten rows of it in a row, before it is judged. */
  start(): RecipeMemory;
  /**
   * Advances an entity by one row, in the order of `columns`, NaN where missing; `time` is epoch seconds.
   *
   * @throws RangeError on a row of another width or a memory of other columns.
   */
  step(memory: RecipeMemory, row: ArrayLike<number>, time: number): RecipeJudgement;
  /**
   * The decades of the rows from `from` on, NaN where they cannot be judged: the same bits as {@link step} gives row by
   * row to an entity that was never seen, several times as fast.
   *
   * @param times epoch seconds, one a row.
   * @param values row-major, in the order of `columns`.
   * @throws RangeError where times and values do not belong together.
   */
  decades(times: Float64Array, values: Float64Array, from: number): Float64Array;
}

export type RecipeJudgement =
  | { readonly unscorable: Unscorable }
  | (Exclude<EnsembleJudgement, { readonly unscorable: Unscorable }> & {
      /** Each column's part of the strangeness, summing to 1, or all 0 where no column alone accounts for it. */
      shares(): Float64Array;
    });

export const startRecipeMemory = (columns: number, stepSeconds: number): RecipeMemory => ({
  scaling: startScaling(columns, stepSeconds),
  recipe: startRecipe(columns),
});

/** The features of an entity's newest row: scaled by what is usual for it, then through the recipe. */
export function recipeFeatures(
  columns: readonly string[],
  stepSeconds: number,
  offset: LocalOffset,
): (memory: RecipeMemory, row: ArrayLike<number>, time: number) => Float64Array {
  // Of the same memory for many rows, mostly: making it costs as much as its features.
  let recipe: Recipe | undefined;
  return (memory, row, time) => {
    if (recipe?.state !== memory.recipe) recipe = createRecipe(columns, stepSeconds, offset, memory.recipe);
    return recipe.push(scaleRow(memory.scaling, row), time);
  };
}

/** A member back at work. @throws RangeError on a state that is not one of it. */
export function restoreMember(member: StoredMember): FittedDetector<unknown> {
  switch (member.name) {
    case 'isolation-forest':
    case 'ml-isolation-forest':
      return featureDetectors[member.name].restore(member.state);
    case 'training-range':
      return featureDetectors[member.name].restore(member.state);
    default:
      throw new RangeError(
        `The model has a member '${String((member as { name: unknown }).name)}', which this release does not know; ` +
          `it knows ${Object.keys(featureDetectors).join(', ')}.`,
      );
  }
}

/**
 * @param offset what local time is ahead of UTC; the same as in training, or the calendar says something else.
 * @throws RangeError on a model of another recipe, or one whose parts do not belong together.
 */
export function restoreRecipeModel(state: RecipeModelState, offset: LocalOffset): RecipeModel {
  const { columns, stepSeconds, ensemble } = state;
  if (state.recipe.name !== standardRecipe.name || state.recipe.version !== standardRecipe.version)
    throw new RangeError(
      `The model is of recipe '${state.recipe.name}' version ${state.recipe.version}; this release has ` +
        `'${standardRecipe.name}' version ${standardRecipe.version}: train it anew.`,
    );
  if (state.members.length !== ensemble.members.length)
    throw new RangeError(`The model has ${state.members.length} detectors for ${ensemble.members.length} votes.`);
  const members = state.members.map(restoreMember);
  const features = recipeFeatures(columns, stepSeconds, offset);
  const names = createRecipe(columns, stepSeconds, offset).names;
  const owners = names.map((name) => {
    const column = columnOfFeature(name, columns);
    return column === undefined ? -1 : columns.indexOf(column);
  });
  const judge = (row: Float64Array): EnsembleJudgement => {
    const raw = members.map((member) => {
      const score = member.score(row);
      return 'value' in score ? score.value : Number.NaN;
    });
    return judgeByVote(ensemble, raw);
  };
  return {
    state,
    start: () => startRecipeMemory(columns.length, stepSeconds),
    step(memory, row, time) {
      const newest = features(memory, row, time);
      const judgement = judge(newest);
      if ('unscorable' in judgement)
        return { unscorable: isScaled(memory.scaling) ? judgement.unscorable : 'not-enough-history' };
      const { value, probability, decades, members: own } = judgement;
      const shares = (): Float64Array => sharesByOmission(newest, decades, columns.length, owners, judge);
      return { value, probability, decades, members: own, shares };
    },
    decades(times, values, from) {
      if (values.length !== times.length * columns.length)
        throw new RangeError(
          `There are ${values.length} values for ${times.length} rows of ${columns.length} columns: give one a column.`,
        );
      const memory = startRecipeMemory(columns.length, stepSeconds);
      const rows = Math.max(0, times.length - from);
      const judged = new Float64Array(rows * names.length);
      for (let row = 0; row < times.length; row++) {
        const given = values.subarray(row * columns.length, (row + 1) * columns.length);
        const newest = features(memory, given, times[row]);
        if (row >= from) judged.set(newest, (row - from) * names.length);
      }
      const scores = members.map((member) => scoresOf(member, { names, rows, values: judged }));
      const found = new Float64Array(rows);
      const raw = new Float64Array(members.length);
      for (let row = 0; row < rows; row++) {
        for (let member = 0; member < raw.length; member++) raw[member] = scores[member][row];
        const judgement = judgeByVote(ensemble, raw);
        found[row] = 'unscorable' in judgement ? Number.NaN : judgement.decades;
      }
      return found;
    },
  };
}

/** How much less strange the row were, had one column been as usual: scaled features are 0 there. */
function sharesByOmission(
  row: Float64Array,
  decades: number,
  columns: number,
  owners: readonly number[],
  judge: (row: Float64Array) => EnsembleJudgement,
): Float64Array {
  const shares = new Float64Array(columns);
  let total = 0;
  for (let column = 0; column < columns; column++) {
    const without = judge(row.map((value, feature) => (owners[feature] === column ? 0 : value)));
    total += shares[column] = 'unscorable' in without ? 0 : Math.max(decades - without.decades, 0);
  }
  return total > 0 ? shares.map((share) => share / total) : shares;
}
