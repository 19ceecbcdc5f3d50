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
  const unusualRows = ((state.unusualRows << 1) | (isUnusual ? 1 : 0)) & WORD_MASK;
  const unusualRowsBefore = ((state.unusualRowsBefore << 1) | (state.unusualRows >>> (WORD - 1))) & WORD_MASK;
  const remembered = { ...state, unusualRows, unusualRowsBefore };

  const refused = judged.alert > 0 ? refusal(value, judged.expected, policy) : undefined;
  const waiting =
    refused === undefined && judged.alert > 0 ? begin(remembered, time, judged.alert, policy) : remembered;
  const isConfirmed = waiting.pendingRows > 0 && countUnusual(waiting, policy.confirm.of) >= policy.confirm.rows;
  const next = isConfirmed ? open(waiting, time) : calmDown(waiting, time, isUnusual);

  const isOpen = !Number.isNaN(next.since);
  const withheld = refused ?? (judged.alert > 0 && !isConfirmed ? 'unconfirmed' : undefined);
  const verdict: SeriesVerdict = {
    status: isOpen ? 'anomalous' : 'normal',
    score: judged.score,
    alert: isConfirmed ? waiting.pendingAlert : 0,
    expected: within(judged.expected, policy),
    lower: within(judged.lower, policy),
    upper: within(judged.upper, policy),
    channel: judged.channel,
    ...(isOpen ? { since: next.since, strongest: next.strongest } : {}),
    ...(withheld === undefined ? {} : { withheld }),
  };
  return { verdict, state: next };
}

function refusal(value: number, expected: number, policy: VerdictPolicy): Withheld | undefined {
  const deviation = value - expected;
  if (policy.direction === 'up' && deviation < 0) return 'other-direction';
  if (policy.direction === 'down' && deviation > 0) return 'other-direction';
  const size = Math.abs(deviation);
  const { absolute, relative } = policy.floor;
  return size < absolute || size < relative * Math.abs(expected) ? 'below-floor' : undefined;
}

function begin(state: VerdictState, time: number, alert: number, policy: VerdictPolicy): VerdictState {
  return {
    ...state,
    pendingAlert: Math.max(alert, state.pendingRows > 0 ? state.pendingAlert : 0),
    pendingSince: state.pendingRows > 0 ? state.pendingSince : time,
    pendingRows: policy.confirm.of,
  };
}

function open(state: VerdictState, time: number): VerdictState {
  const isOpen = !Number.isNaN(state.since);
  return {
    ...state,
    since: isOpen ? state.since : state.pendingSince,
    strongest: Math.max(isOpen ? state.strongest : 0, state.pendingAlert),
    calmRows: 0,
    lastUnusual: time,
    pendingAlert: 0,
    pendingSince: NaN,
    pendingRows: 0,
  };
}

function calmDown(state: VerdictState, time: number, isUnusual: boolean): VerdictState {
  const left = Math.max(state.pendingRows - 1, 0);
  const pending = left > 0 ? { pendingRows: left } : { pendingAlert: 0, pendingSince: NaN, pendingRows: 0 };
  if (Number.isNaN(state.since)) return { ...state, ...pending };
  if (isUnusual) return { ...state, ...pending, calmRows: 0, lastUnusual: time };
  const calmRows = state.calmRows + 1;
  if (calmRows < CALM_ROWS || time - state.lastUnusual < CALM_SECONDS) return { ...state, ...pending, calmRows };
  return { ...state, ...pending, since: NaN, calmRows: 0, lastUnusual: NaN, strongest: 0 };
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
