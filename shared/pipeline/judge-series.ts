import { strengthOf } from '../detectors/rarity.ts';
import { seriesDetector, setThreshold } from '../detectors/series-detector.ts';
import { directionOf, reachVerdict, type VerdictPolicy } from '../detectors/verdict.ts';
import type { LeastStrength, SeriesJudgement } from '../detectors/detector.ts';
import { EXACT } from '../detectors/series-state.ts';
import type { MetricNature } from '../metrics/metric.ts';
import { copyOf } from './columnar.ts';
import type { SeriesMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import type { Verdict } from './judge.ts';
import { advanceRarity } from './episode-rarity.ts';

/** What one series' verdicts depend on. */
export const seriesPolicy = (policy: JudgePolicy, nature: MetricNature): VerdictPolicy => ({
  threshold: policy.threshold,
  direction: directionOf(policy.direction, nature.bad),
  floor: policy.floor,
  confirm: policy.confirm,
  lowest: nature.lowest,
  highest: nature.highest,
});

/** The gates open where the watch's alert budget, or its own threshold, wants them to. */
export function setGates(memory: SeriesMemory, policy: JudgePolicy): void {
  setThreshold(memory.detector, policy.threshold);
}

export interface SeriesRow {
  /** Epoch seconds. */
  readonly time: number;
  /** The same as local seconds. */
  readonly local: number;
  readonly value: number;
  /** Whether it may be learned from; otherwise it is judged by what was known before, and forgotten. */
  readonly learns: boolean;
}

/**
 * Advances one series by one value and says what is to be made of it.
 *
 * @param least what deviations need to be told, where people called weaker ones normal.
 */
export function judgeSeries(
  memory: SeriesMemory,
  { time, local, value, learns }: SeriesRow,
  policy: VerdictPolicy,
  least?: LeastStrength,
): Verdict {
  const detector = learns ? memory.detector : copyOf(memory.detector);
  const needed = least === undefined ? undefined : leastNow(memory, time, least);
  const judged = seriesDetector.step(detector, local, value, needed);
  if (Number.isFinite(value)) {
    memory.judged += 1;
    if (Number.isNaN(memory.firstTime)) memory.firstTime = time;
    memory.lastTime = time;
  }
  if ('unscorable' in judged) return { status: 'unknown', reason: judged.unscorable };
  if (least !== undefined) hearEcho(memory, time, value, judged, policy, least);
  const { verdict, state } = reachVerdict(memory.verdict, time, value, judged, policy);
  memory.verdict = state;
  const isOpen = !Number.isNaN(state.since);
  const rarity = advanceRarity(memory, strengthOf(judged), isOpen, learns);
  if (verdict.status === 'unknown') return verdict;
  if (verdict.alert > 0) memory.words = verdict.channel;
  const { status, score, alert, expected, lower, upper } = verdict;
  // Without spreads: they cost more than the judging, and nearly every row is one of the first two.
  if (!isOpen)
    return rarity === undefined
      ? { status, score, alert, expected, lower, upper }
      : { status, score, alert, expected, lower, upper, rarity };
  return {
    status,
    score,
    alert,
    expected,
    lower,
    upper,
    ...(rarity === undefined ? {} : { rarity }),
    since: state.since,
    strength: memory.peak,
    explanation: memory.words,
  };
}

/** As long as the slowest channels remember a row. */
const ECHO_ROWS = 16;

/** What is called normal ends in a swing back, which would be told as a deviation in the other direction. */
const leastNow = ({ normalUntil }: SeriesMemory, time: number, { above, below }: LeastStrength): LeastStrength => {
  if (normalUntil === undefined || time >= normalUntil) return { above, below };
  const either = Math.max(above, below);
  return { above: either, below: either };
};

/** Notes until when rows may be the echo of one that was unusual, and no more than what was called normal. */
function hearEcho(
  memory: SeriesMemory,
  time: number,
  value: number,
  judged: Extract<SeriesJudgement, { readonly score: number }>,
  { threshold }: VerdictPolicy,
  { above, below }: LeastStrength,
): void {
  const strength = strengthOf(judged);
  if (strength < threshold || strength >= (value < judged.expected ? below : above)) return;
  memory.normalUntil = time + ECHO_ROWS * memory.detector.exact[EXACT.stepSeconds];
}
