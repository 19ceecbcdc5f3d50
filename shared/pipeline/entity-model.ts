import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';

/** What is stored of a watch's training. */
export interface WatchModel {
  /** What the watch's alert budget comes to, in the series detector's unit; null where it has none. */
  readonly threshold: number | null;
}

/** A watch's model at work: what judge takes. */
export interface EntityModel {
  /** The artefact's identity in the registry. */
  readonly id: string;
  readonly threshold?: number;
}

export const entityModelKind: ArtefactKind<WatchModel> = {
  kind: 'watch-model',
  version: 1,
  upgrades: {},
  parse: (payload) => z.strictObject({ threshold: z.number().nullable() }).parse(payload),
};

export function restoreModel(id: string, model: WatchModel): EntityModel {
  return model.threshold === null ? { id } : { id, threshold: model.threshold };
}
