import type { SeriesJudgement, Unscorable } from './detector.ts';

/** What a watch wants to be told of, apart from how unusual it is. */
export interface VerdictPolicy {
  /** Decades of novelty that count as unusual; the same as the detector's gates use. */
  readonly threshold: number;
  /** Deviations to tell of, as seen from the expected value. */
  readonly direction: 'up' | 'down' | 'both';
  /** Deviations from the expected value smaller than either are not told. `relative` is a share of it: .1 is 10 %. */
  readonly floor: { readonly absolute: number; readonly relative: number };
  /** An alert counts once so many of so many rows were unusual. The gates debounce already: 1 of 1 unless asked. */
  readonly confirm: { readonly rows: number; readonly of: number };
  /** Where the metric's nature says so, no expected range goes beyond. */
  readonly lowest?: number | undefined;
  readonly highest?: number | undefined;
}

/** `known` is the bad direction of the metric itself. */
export const directionOf = (
  asked: 'up' | 'down' | 'both' | 'known',
  bad: 'up' | 'down' | 'both',
): VerdictPolicy['direction'] => (asked === 'known' ? bad : asked);

/** Plain numbers, {@link VERDICT_NUMBERS} of them, so that they can be stored in a typed array. */
export interface VerdictState {
  /** Epoch seconds of the first row of the open episode; NaN while there is none. */
  readonly since: number;
  /** Rows since the novelty was last at the threshold, while an episode is open. */
  readonly calmRows: number;
  /** Epoch seconds of the last row at the threshold, while an episode is open. */
  readonly lastUnusual: number;
  /** The strongest alert of the open episode, else 0. */
  readonly strongest: number;
  /** Which of the last 30 judged rows were unusual, the newest in the lowest bit; and of the 30 before. */
  readonly unusualRows: number;
  readonly unusualRowsBefore: number;
  /** An alert that waits to be confirmed: its strength, its time, and for how many more rows; 0 of them where none. */
  readonly pendingAlert: number;
  readonly pendingSince: number;
  readonly pendingRows: number;
}

export const VERDICT_NUMBERS = 9;

export const startVerdict = (): VerdictState => ({
  since: NaN,
  calmRows: 0,
  lastUnusual: NaN,
  strongest: 0,
  unusualRows: 0,
  unusualRowsBefore: 0,
  pendingAlert: 0,
  pendingSince: NaN,
  pendingRows: 0,
});

/** Why an alert of the detector is not told. */
export type Withheld = 'other-direction' | 'below-floor' | 'unconfirmed';

export type SeriesVerdict =
  | { readonly status: 'unknown'; readonly reason: Unscorable }
  | {
      readonly status: 'normal' | 'anomalous';
      readonly score: number;
      /** Gated strength, 0 where nobody is told. */
      readonly alert: number;
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** What the channel with the largest say has seen. */
      readonly channel: string;
      /** Epoch seconds of the first row of the episode; only while anomalous. */
      readonly since?: number;
      /** The strongest alert of the episode so far; only while anomalous. */
      readonly strongest?: number;
      readonly withheld?: Withheld;
    };

/** The channels remember up to eight rows: novelty that is gone for so long is gone. */
const CALM_ROWS = 8;
/** Whatever the step, an episode ends no sooner than after a quarter of an hour of calm. */
const CALM_SECONDS = 900;
const WORD = 30;
const WORD_MASK = 2 ** WORD - 1;

/**
 * What is to be made of one judged row: anomalous from an alert until the novelty has stayed below the threshold for
 * eight rows and a quarter of an hour; unknown where it could not be judged, which neither begins nor ends anything.
 *
 * @param time epoch seconds. @param value as observed.
 */
export function reachVerdict(
  state: VerdictState,
  time: number,
  value: number,
  judged: SeriesJudgement,
  policy: VerdictPolicy,
): { readonly verdict: SeriesVerdict; readonly state: VerdictState } {
  if ('unscorable' in judged) return { verdict: { status: 'unknown', reason: judged.unscorable }, state };
  const isUnusual = judged.novelty >= policy.threshold || judged.alert > 0;
  const next = heard(state, isUnusual);
  const refused = judged.alert > 0 ? refusal(value, judged.expected, policy) : undefined;
  if (refused === undefined && judged.alert > 0) begin(next, time, judged.alert, policy);
  const isConfirmed = next.pendingRows > 0 && countUnusual(next, policy.confirm.of) >= policy.confirm.rows;
  const alert = isConfirmed ? next.pendingAlert : 0;
  if (isConfirmed) open(next, time);
  else calmDown(next, time, isUnusual);

  const isOpen = !Number.isNaN(next.since);
  const withheld = refused ?? (judged.alert > 0 && !isConfirmed ? 'unconfirmed' : undefined);
  const verdict: SeriesVerdict = {
    status: isOpen ? 'anomalous' : 'normal',
    score: judged.score,
    alert,
    expected: within(judged.expected, policy),
    lower: within(judged.lower, policy),
    upper: within(judged.upper, policy),
    channel: judged.channel,
  };
  if (!isOpen && withheld === undefined) return { verdict, state: next };
  return {
    verdict: {
      ...verdict,
      ...(isOpen ? { since: next.since, strongest: next.strongest } : {}),
      ...(withheld === undefined ? {} : { withheld }),
    },
    state: next,
  };
}

type NextState = { -readonly [Name in keyof VerdictState]: VerdictState[Name] };

/** A copy to be advanced. Spelt out, for every point comes by here and a spread takes longer than all the rest. */
function heard(state: VerdictState, isUnusual: boolean): NextState {
  return {
    since: state.since,
    calmRows: state.calmRows,
    lastUnusual: state.lastUnusual,
    strongest: state.strongest,
    unusualRows: ((state.unusualRows << 1) | (isUnusual ? 1 : 0)) & WORD_MASK,
    unusualRowsBefore: ((state.unusualRowsBefore << 1) | (state.unusualRows >>> (WORD - 1))) & WORD_MASK,
    pendingAlert: state.pendingAlert,
    pendingSince: state.pendingSince,
    pendingRows: state.pendingRows,
  };
}

function refusal(value: number, expected: number, policy: VerdictPolicy): Withheld | undefined {
  const deviation = value - expected;
  if (policy.direction === 'up' && deviation < 0) return 'other-direction';
  if (policy.direction === 'down' && deviation > 0) return 'other-direction';
  const size = Math.abs(deviation);
  const { absolute, relative } = policy.floor;
  return size < absolute || size < relative * Math.abs(expected) ? 'below-floor' : undefined;
}

function begin(next: NextState, time: number, alert: number, policy: VerdictPolicy): void {
  const isPending = next.pendingRows > 0;
  next.pendingAlert = Math.max(alert, isPending ? next.pendingAlert : 0);
  if (!isPending) next.pendingSince = time;
  next.pendingRows = policy.confirm.of;
}

function open(next: NextState, time: number): void {
  const isOpen = !Number.isNaN(next.since);
  next.strongest = Math.max(isOpen ? next.strongest : 0, next.pendingAlert);
  if (!isOpen) next.since = next.pendingSince;
  next.calmRows = 0;
  next.lastUnusual = time;
  forgetPending(next);
}

function forgetPending(next: NextState): void {
  next.pendingAlert = 0;
  next.pendingSince = NaN;
  next.pendingRows = 0;
}

function calmDown(next: NextState, time: number, isUnusual: boolean): void {
  if (next.pendingRows > 1) next.pendingRows -= 1;
  else forgetPending(next);
  if (Number.isNaN(next.since)) return;
  if (isUnusual) {
    next.calmRows = 0;
    next.lastUnusual = time;
    return;
  }
  next.calmRows += 1;
  if (next.calmRows < CALM_ROWS || time - next.lastUnusual < CALM_SECONDS) return;
  next.since = NaN;
  next.calmRows = 0;
  next.lastUnusual = NaN;
  next.strongest = 0;
}

/** How many of the last `rows` rows, 60 at most, were unusual. */
function countUnusual({ unusualRows, unusualRowsBefore }: VerdictState, rows: number): number {
  const newest = unusualRows & (2 ** Math.min(rows, WORD) - 1);
  const older = rows > WORD ? unusualRowsBefore & (2 ** Math.min(rows - WORD, WORD) - 1) : 0;
  return ones(newest) + ones(older);
}

function ones(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}

function within(value: number, { lowest, highest }: VerdictPolicy): number {
  const raised = lowest !== undefined && value < lowest ? lowest : value;
  return highest !== undefined && raised > highest ? highest : raised;
}
