import * as z from 'zod';
import type { EntityJudgement } from '../detectors/detector.ts';
import { type EnsembleState, judgeByVote } from '../detectors/ensemble.ts';
import {
  type RecipeJudgement,
  type RecipeModel,
  type RecipeModelState,
  restoreRecipeModel,
} from '../detectors/recipe-model.ts';
import { seriesDetector } from '../detectors/series-detector.ts';
import { localOffset } from '../metrics/time-zone.ts';
import type { ArtefactKind } from '../models/artefact.ts';

/** A model over a recipe, and how it is weighed against the streaming entity detector. */
export interface FusedModel {
  readonly recipe: RecipeModelState;
  /** Of two members: the streaming detector's score, and the model's decades. */
  readonly fusion: EnsembleState;
  /** Decades of the fused vote from which it raises the entity by itself. */
  readonly alertDecades: number;
  /** How it came to be in use: what the next candidate is held against. Null where an older release trained it. */
  readonly weighed: WeighedModel | null;
}

/** A model's quality on rows it had not seen, and what it was made of. */
export interface WeighedModel {
  /** Average precision with the streaming detector, of the same model fitted on the start of history only; 0…1. */
  readonly quality: number;
  /** Of the history and of the settings it was made with: the same of both make the same model. */
  readonly dataDigest: string;
  readonly settingsDigest: string;
  /** Epoch seconds: the newest row it has seen. */
  readonly dataTo: number;
}

/** What is stored of a watch's training. */
export interface WatchModel {
  /** What the watch's alert budget or contamination comes to, in the series detector's unit; null where it asks none. */
  readonly threshold: number | null;
  readonly timezone: string;
  /** Null where the watch has no entities of several metrics, or no model betters the streaming detectors. */
  readonly fused: FusedModel | null;
}

/** A watch's model at work: what judge takes. */
export interface EntityModel {
  /** The artefact's identity in the registry. */
  readonly id: string;
  readonly threshold?: number;
  readonly fused?: { readonly recipe: RecipeModel; readonly fusion: EnsembleState; readonly alertDecades: number };
}

const plain = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);
const weighed = z.strictObject({
  quality: z.number(),
  dataDigest: z.string(),
  settingsDigest: z.string(),
  dataTo: z.number(),
});
const stored = z.strictObject({
  threshold: z.number().nullable(),
  timezone: z.string(),
  fused: z
    .strictObject({
      recipe: plain<RecipeModelState>(),
      fusion: plain<EnsembleState>(),
      alertDecades: z.number(),
      weighed: weighed.nullable(),
    })
    .nullable(),
});

const first = z.looseObject({ fused: z.looseObject({}).nullable() });

/** Version 1 did not say how a model was weighed. */
function withoutWeighing(payload: unknown): unknown {
  const model = first.parse(payload);
  return { ...model, fused: model.fused === null ? null : { ...model.fused, weighed: null } };
}

export const entityModelKind: ArtefactKind<WatchModel> = {
  kind: 'watch-model',
  version: 2,
  upgrades: { 1: withoutWeighing },
  parse: (payload) => {
    const model = stored.parse(payload);
    // Whatever does not fit together is found here, and not at a row.
    restoreModel('parsed', model);
    return model;
  },
};

/** @throws RangeError on a model whose parts do not belong together. */
export function restoreModel(id: string, model: WatchModel): EntityModel {
  const threshold = model.threshold === null ? {} : { threshold: model.threshold };
  if (model.fused === null) return { id, ...threshold };
  const { recipe, fusion, alertDecades } = model.fused;
  let restored = restoredModels.get(model);
  if (restored === undefined)
    restoredModels.set(model, (restored = restoreRecipeModel(recipe, localOffset(model.timezone))));
  return { id, ...threshold, fused: { recipe: restored, fusion, alertDecades } };
}

/** Reading a model proves that it can be put to work; whoever read it need not do so once more. */
const restoredModels = new WeakMap<WatchModel, RecipeModel>();

export interface FusedScore {
  /** 0…1, strictly increasing in what the streaming detector says. */
  readonly score: number;
  /** What the vote raises by itself, in the series detector's unit; 0 where it raises nothing. */
  readonly alert: number;
}

/** The vote ends where its evidence does; beyond that the streaming detector's own score decides. */
const BEYOND_EVIDENCE = 1e-3;

/** What the streaming detector and the model come to together; undefined where neither can judge. */
export function fuse(
  model: EntityModel | undefined,
  streamed: EntityJudgement,
  recipe: RecipeJudgement | undefined,
): FusedScore | undefined {
  const own = 'unscorable' in streamed ? undefined : streamed.score;
  if (model?.fused === undefined || recipe === undefined || 'unscorable' in recipe)
    return own === undefined ? undefined : { score: own, alert: 0 };
  const vote = judgeByVote(model.fused.fusion, [own ?? Number.NaN, recipe.decades]);
  if ('unscorable' in vote) return own === undefined ? undefined : { score: own, alert: 0 };
  const raised = vote.decades >= model.fused.alertDecades;
  return {
    score: (1 - BEYOND_EVIDENCE) * vote.value + BEYOND_EVIDENCE * (own ?? vote.value),
    alert: raised ? (seriesDetector.defaults.threshold * vote.decades) / model.fused.alertDecades : 0,
  };
}
