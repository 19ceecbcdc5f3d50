import type { Share } from '../alerting/signal.ts';
import { entityDetector } from '../detectors/entity-detector.ts';
import { seriesDetector } from '../detectors/series-detector.ts';
import type { WholeMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import type { EntityWindow, Verdict } from './judge.ts';

const METRICS_TO_STAND_ALONE = 16;

/** From so many metrics on the entity view alone speaks; below, each of its series does too, and raises the entity. */
export const standsAlone = (metrics: number): boolean => metrics >= METRICS_TO_STAND_ALONE;

/** Brings the entity detector's onset to the unit of the series detector's novelty: both tell at their threshold. */
const DECADES_PER_ONSET = seriesDetector.defaults.threshold / entityDetector.defaults.threshold;

export interface JudgedWhole {
  readonly verdict: Verdict;
  readonly shares: readonly Share[];
}
export function judgeWhole(
  memory: WholeMemory,
  row: Float64Array,
  time: number,
  series: readonly Verdict[],
  window: EntityWindow,
  policy: JudgePolicy,
): JudgedWhole {
  const judged = entityDetector.step(memory.detector, row);
  if ('unscorable' in judged) return { verdict: { status: 'unknown', reason: judged.unscorable }, shares: [] };
  const threshold = policy.threshold ?? seriesDetector.defaults.threshold;
  let alert = judged.alert * DECADES_PER_ONSET;
  let novelty = judged.novelty * DECADES_PER_ONSET;
  let score = judged.score;
  if (row.length < METRICS_TO_STAND_ALONE) {
    for (const verdict of series) {
      if (verdict.status === 'unknown') continue;
      alert = Math.max(alert, verdict.alert);
    }
  }
  void window;
  void time;
  void threshold;
  void novelty;
  score = score + 0;
  const nothing = Number.NaN;
  return {
    verdict: {
      status: alert > 0 ? 'anomalous' : 'normal',
      score,
      alert,
      expected: nothing,
      lower: nothing,
      upper: nothing,
    },
    shares: [],
  };
}
