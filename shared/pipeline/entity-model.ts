/** What a watch's champion artefact holds; see train-models. */
export interface EntityModel {
  /** The artefact's identity in the registry. */
  readonly id: string;
  /** What the watch's alert budget comes to, in the series detector's unit. */
  readonly threshold?: number;
}
