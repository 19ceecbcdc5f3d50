import { seriesDetector } from '../detectors/series-detector.ts';
import type { SeriesMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import type { Verdict } from './judge.ts';

/** Advances one series by one value and says what is to be made of it. `time` is epoch, `local` local seconds. */
export function judgeSeries(
  memory: SeriesMemory,
  time: number,
  local: number,
  value: number,
  stepSeconds: number,
  policy: JudgePolicy,
): Verdict {
  const judged = seriesDetector.step(memory.detector, local, value);
  if (Number.isFinite(value)) {
    memory.judged += 1;
    if (Number.isNaN(memory.firstTime)) memory.firstTime = time;
    memory.lastTime = time;
    memory.lastValue = value;
  }
  if ('unscorable' in judged) return { status: 'unknown', reason: judged.unscorable };
  const threshold = policy.threshold ?? seriesDetector.defaults.threshold;
  const alert = judged.alert >= threshold ? judged.alert : 0;
  const { since, calm, strongest } = memory.episode;
  const open = !Number.isNaN(since);
  if (alert > 0) {
    memory.episode = { since: open ? since : time, calm: 0, strongest: Math.max(strongest, alert) };
  } else if (open) {
    const rows = judged.novelty >= threshold ? 0 : calm + 1;
    memory.episode =
      rows * stepSeconds > 900 && rows >= 3
        ? { since: Number.NaN, calm: 0, strongest: 0 }
        : { since, calm: rows, strongest };
  }
  const { score, expected, lower, upper } = judged;
  if (Number.isNaN(memory.episode.since)) return { status: 'normal', score, alert, expected, lower, upper };
  return {
    status: 'anomalous',
    score,
    alert,
    expected,
    lower,
    upper,
    since: memory.episode.since,
    explanation: judged.channel,
  };
}
