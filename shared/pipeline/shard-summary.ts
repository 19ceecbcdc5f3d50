/** What a run did with a shard's tick. Only `judged` changed anything. */
export type ShardOutcome =
  | 'judged'
  /** This tick was committed before. */
  | 'already-judged'
  /** Older than the shard's state, or so late that the tick after it does its work. */
  | 'too-old'
  /** Another run of the same tick committed first. */
  | 'superseded'
  /** Nothing in the inventory belongs to it any more, and nothing is left to be said. */
  | 'empty';

export interface ShardSummary {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly outcome: ShardOutcome;
  readonly entities: number;
  readonly series: number;
  /** Values judged, gaps not counted. */
  readonly points: number;
  /** Findings that began to fire at this tick, those in shadow included. */
  readonly began: number;
  /** Entities firing now, those in shadow included. */
  readonly firing: number;
  /** Entities whose newest row could not be judged and that do not fire: no entity is counted twice. */
  readonly unknown: number;
  readonly signals: number;
  /** Metrics billed by the provider for this run. */
  readonly billedMetrics: number;
  /** Values that came after their slot was judged, and values that replaced another. */
  readonly late: number;
  readonly revised: number;
  /** Series without a value in any of the slots that were pulled, though they had one before. */
  readonly overdue: number;
  /** Slots that an outage left behind, never judged. */
  readonly lostSlots: number;
  /** From the end of the newest judged slot to the tick. */
  readonly verdictAgeSeconds: number;
  /** Series that the source could not read, by problem. */
  readonly problems: Readonly<Record<string, number>>;
}

export const idleSummary = (watch: string, shard: string, tick: number, outcome: ShardOutcome): ShardSummary => ({
  watch,
  shard,
  tick,
  outcome,
  entities: 0,
  series: 0,
  points: 0,
  began: 0,
  firing: 0,
  unknown: 0,
  signals: 0,
  billedMetrics: 0,
  late: 0,
  revised: 0,
  overdue: 0,
  lostSlots: 0,
  verdictAgeSeconds: 0,
  problems: {},
});
