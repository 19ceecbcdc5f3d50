import type { Rarity, Share } from '../alerting/signal.ts';
import type { Unscorable } from '../detectors/detector.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { EntityModel } from './entity-model.ts';
import type { EntityState } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';

/** The rows of one entity to be judged, oldest first: `values[i * series.length + j]` is series `j` at `times[i]`. */
export interface EntityWindow {
  readonly entity: string;
  readonly series: readonly SeriesDescription[];
  readonly stepSeconds: number;
  /** Epoch seconds, in the order of arrival; on the watch's grid in the deployed pipeline. */
  readonly times: Float64Array;
  /** NaN is a gap. */
  readonly values: Float64Array;
}

export type Verdict =
  | { readonly status: 'unknown'; readonly reason: Unscorable }
  | {
      readonly status: 'normal' | 'anomalous';
      readonly score: number;
      /** Gated strength, 0 where nobody is told. */
      readonly alert: number;
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** Epoch seconds of the first point of this episode; only while anomalous. */
      readonly since?: number;
      /** Only while anomalous: how unusual the episode's strongest alert is. */
      readonly rarity?: Rarity;
      /** One sentence; only while anomalous. */
      readonly explanation?: string;
    };

/** What a rule of the watch says of one series at one row. Only rules that apply to the series appear. */
export interface RuleVerdict {
  /** Index into the window's series. */
  readonly column: number;
  /** Such as `above 90`: unique among the rules of one series. */
  readonly rule: string;
  readonly status: 'firing' | 'normal' | 'unknown';
  /** Epoch seconds of the first row of this episode; only while firing. */
  readonly since?: number;
  readonly explanation: string;
}

/** All that is said of one entity at one time. */
export interface JudgedRow {
  readonly time: number;
  /** The entity as a whole. With one series its verdict is that series' verdict. Expected, lower and upper are NaN. */
  readonly entity: Verdict;
  /** Who accounts for the strangeness, largest share first; empty unless the entity is anomalous. */
  readonly shares: readonly Share[];
  /** One per series of the window, in its order. */
  readonly series: readonly Verdict[];
  readonly rules: readonly RuleVerdict[];
}

export interface Judged {
  /** One per row of the window, in its order. */
  readonly rows: readonly JudgedRow[];
  readonly state: EntityState;
}

/**
 * The one judge: advances an entity by the rows of a window, strictly causally. Pure: the inputs are never changed, and
 * the same inputs give the same bits, whether rows come one by one or all at once.
 *
 * @param state undefined for an entity never judged before.
 * @param model the watch's champion, where there is one.
 * @throws RangeError where the window's shape contradicts itself, naming both sizes.
 */
export function judge(
  window: EntityWindow,
  state: EntityState | undefined,
  policy: JudgePolicy,
  model?: EntityModel,
): Judged {
  throw new Error(`judge is being built: ${window.entity} ${String(state)} ${policy.timezone} ${String(model)}`);
}
