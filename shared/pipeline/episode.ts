/** Where a verdict stands: plain numbers, so that they are stored as they are. */
export interface EpisodeState {
  /** Epoch seconds of the first row of the open episode; NaN while there is none. */
  readonly since: number;
  /** Rows since the novelty was last at the threshold. */
  readonly calm: number;
  /** The strongest alert of the open episode. */
  readonly strongest: number;
}

export const startEpisode = (): EpisodeState => ({ since: Number.NaN, calm: 0, strongest: 0 });
