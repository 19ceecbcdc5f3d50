/** What a watch's champion artefact holds; see train-models. */
export interface EntityModel {
  /** The artefact's identity in the registry. */
  readonly id: string;
}
