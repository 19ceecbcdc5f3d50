import type { JudgedTrace } from '../../shared/detectors/alert-budget.ts';
import { learnRarity, rarityOfStrength, startRarity } from '../../shared/detectors/rarity.ts';
import { seriesDetector } from '../../shared/detectors/series-detector.ts';
import { excessOf } from '../../shared/detectors/series-score.ts';
import { SEVERITY_PER_NOVELTY, severityRestPoints } from '../../shared/detectors/series-gates.ts';
import { stepOf } from '../../shared/pipeline/score-rows.ts';
import type { LabelledSeries } from './labelled-data.ts';

/** What the series detector said of each row, NaN where it could not judge. */
export interface DetectorTrace extends JudgedTrace {
  readonly novelty: Float32Array;
  readonly excess: Float32Array;
  readonly series: LabelledSeries;
}

export function traceOf(series: LabelledSeries): DetectorTrace {
  const stepSeconds = stepOf(series.times);
  const state = seriesDetector.start(seriesDetector.defaults, stepSeconds);
  const novelty = new Float32Array(series.times.length).fill(NaN);
  const excess = new Float32Array(series.times.length).fill(NaN);
  for (let row = 0; row < series.times.length; row++) {
    const judged = seriesDetector.step(state, series.times[row], series.values[row]);
    if ('unscorable' in judged) continue;
    novelty[row] = judged.novelty;
    excess[row] = excessOf(judged.score);
  }
  return { entity: series.name, stepSeconds, times: series.times, novelty, excess, series };
}

export interface RarityCount {
  /** Normal, scored episodes that were called at least this rare… */
  readonly called: number;
  /** …and how many of them there should be in the time that normal episodes lasted in which anything could be called so. */
  readonly due: number;
}

/**
 * What is called once in so many days, counted on the normal rows that are scored; each row is called by what came
 * before it alone. `marked`: as if people had marked the labelled anomalies, so that they are no evidence.
 */
export function countRarities(trace: DetectorTrace, days: readonly number[], marked: boolean): readonly RarityCount[] {
  const { stepSeconds, novelty, excess, series } = trace;
  const state = startRarity(stepSeconds);
  const called = days.map(() => 0);
  const due = days.map(() => 0);
  const dueOfEpisode = days.map(() => 0);
  const episodeRows = Math.max(Math.trunc(30_000 / stepSeconds), 12);
  // Rows this close after a labelled one are not normal either: its anomaly is still in the detector's windows.
  const shadowRows = severityRestPoints(stepSeconds);
  let shadow = 0;
  let left = 0;
  let isNormal = true;
  let rarest = 0;
  const close = () => {
    // What is called and what is due are of the same episodes, or the labelled ones would seem to be missing.
    if (isNormal) {
      days.forEach((day, index) => {
        called[index] += rarest >= day * 86_400 ? 1 : 0;
        due[index] += dueOfEpisode[index];
      });
    }
    dueOfEpisode.fill(0);
  };
  for (let row = 0; row < novelty.length; row++) {
    shadow = series.labels[row] === 1 ? shadowRows : Math.max(shadow - 1, 0);
    if (Number.isNaN(novelty[row])) continue;
    const strength = Math.max(novelty[row], excess[row] / SEVERITY_PER_NOVELTY, 0);
    const rarity = rarityOfStrength(state, strength);
    learnRarity(state, strength, marked && shadow > 0);
    if (row < series.scoredFrom || rarity === null) continue;
    if (left === 0) {
      close();
      left = episodeRows;
      isNormal = true;
      rarest = 0;
    }
    left--;
    if (shadow > 0) isNormal = false;
    rarest = Math.max(rarest, rarity.onceInSeconds);
    days.forEach((day, index) => {
      if (rarity.evidenceSeconds >= day * 86_400) dueOfEpisode[index] += stepSeconds / (day * 86_400);
    });
  }
  close();
  return days.map((_, index) => ({ called: called[index], due: due[index] }));
}
