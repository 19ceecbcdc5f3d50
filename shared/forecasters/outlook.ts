/** What people are advised to do, from nothing to now. */
export const recommendations = ['NONE', 'MONITOR', 'PREPARE_SCALING', 'SCALE_SOON', 'SCALE_IMMEDIATELY'] as const;

export type Recommendation = (typeof recommendations)[number];

/** A line that a series is not to cross. */
export interface Limit {
  readonly value: number;
  /** Which side of it is the bad one: above it (utilisation), or below it (what must not run out). */
  readonly side: 'above' | 'below';
}

/** What a forecast means for a limit. Times are epoch seconds. */
export interface Outlook {
  readonly limit: Limit;
  /** Of being beyond the limit at any slot of the horizon; null where it cannot be told, with the reason in `note`. */
  readonly probability: number | null;
  /** When it is expected to be crossed first; the present where it is already, null where it is not to be expected. */
  readonly crossesAt: number | null;
  /** The value is beyond the limit now. */
  readonly isBeyond: boolean;
  /** The worst that is expected within the horizon: the highest, or for a limit below the lowest. */
  readonly peak: { readonly time: number; readonly value: number };
  readonly recommendation: Recommendation;
  /** Capacity to go to, as a multiple of what there is: predicted peak ÷ target utilisation; null where none is advised. */
  readonly scaleTo: number | null;
  /** What must be known to read it, such as "no better than the last value"; empty where nothing. */
  readonly note: string;
}
