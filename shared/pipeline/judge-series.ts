import { seriesDetector } from '../detectors/series-detector.ts';
import { EXACT } from '../detectors/series-state.ts';
import { directionOf, reachVerdict, type VerdictPolicy } from '../detectors/verdict.ts';
import type { MetricNature } from '../metrics/metric.ts';
import type { SeriesMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import type { Verdict } from './judge.ts';
import { advanceRarity } from './told-rarity.ts';

/** What one series' verdicts depend on. */
export const seriesPolicy = (policy: JudgePolicy, nature: MetricNature): VerdictPolicy => ({
  threshold: policy.threshold,
  direction: directionOf(policy.direction, nature.bad),
  floor: policy.floor,
  confirm: policy.confirm,
  lowest: nature.lowest,
  highest: nature.highest,
});

/** The gates of a series open where the watch's threshold asks for more alerts than usual; for fewer, they are sieved. */
export function setGates(memory: SeriesMemory, policy: JudgePolicy): void {
  memory.detector.exact[EXACT.threshold] = Math.min(policy.threshold, seriesDetector.defaults.threshold);
}

/**
 * Advances one series by one value and says what is to be made of it.
 *
 * @param time epoch seconds. @param local the same as local seconds.
 */
export function judgeSeries(
  memory: SeriesMemory,
  time: number,
  local: number,
  value: number,
  stepSeconds: number,
  policy: VerdictPolicy,
): Verdict {
  const judged = seriesDetector.step(memory.detector, local, value);
  if (Number.isFinite(value)) {
    memory.judged += 1;
    if (Number.isNaN(memory.firstTime)) memory.firstTime = time;
    memory.lastTime = time;
  }
  if ('unscorable' in judged) return { status: 'unknown', reason: judged.unscorable };
  const sieved = judged.alert >= policy.threshold ? judged : { ...judged, alert: 0 };
  const { verdict, state } = reachVerdict(memory.verdict, time, value, sieved, policy);
  memory.verdict = state;
  const rarity = advanceRarity(memory, judged.alert, state, stepSeconds);
  if (verdict.status === 'unknown') return verdict;
  if (verdict.alert > 0) memory.words = verdict.channel;
  const { status, score, alert, expected, lower, upper } = verdict;
  if (verdict.since === undefined || rarity === undefined)
    return { status: 'normal', score, alert, expected, lower, upper };
  return { status, score, alert, expected, lower, upper, since: verdict.since, rarity, explanation: memory.words };
}
