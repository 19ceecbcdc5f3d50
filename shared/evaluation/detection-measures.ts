import { quantileOfSorted } from '../numeric/statistics.ts';

/** Rows of one series that were labelled and scored, oldest first. */
export interface LabelledScores {
  /** One score per row; greater is stranger. A row that could not be judged counts as 0. */
  readonly scores: Float64Array;
  /** 1 where the row is labelled anomalous, else 0. */
  readonly labels: Uint8Array;
}

/** Rows `[from, to)` that are labelled as one. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

export function segmentsOf(labels: Uint8Array): readonly Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 0) continue;
    const from = row;
    while (row < labels.length && labels[row] !== 0) row++;
    segments.push({ from, to: row });
  }
  return segments;
}

/**
 * Area under the precision-recall curve as average precision, rows of equal score counted together
 * (https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html).
 *
 * @returns undefined where no row is labelled anomalous: there is nothing to recall.
 */
export function averagePrecision({ scores, labels }: LabelledScores): number | undefined {
  let positives = 0;
  for (const label of labels) positives += label;
  if (positives === 0) return undefined;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  let found = 0;
  let area = 0;
  let recalled = 0;
  for (let rank = 0; rank < order.length; rank++) {
    found += labels[order[rank]];
    if (rank + 1 < order.length && scores[order[rank + 1]] === scores[order[rank]]) continue;
    area += ((found - recalled) / positives) * (found / (rank + 1));
    recalled = found;
  }
  return area;
}

/** How alerts are held against labelled segments. */
export interface EventRules {
  /** A segment is found if one of its first `delayRows + 1` rows is flagged. */
  readonly delayRows: number;
  /** Flagged normal rows at most so many apart are one false alert… */
  readonly mergeRows: number;
  /** …which counts again each time it has lasted so many rows more. */
  readonly repeatRows: number;
}

export interface EventCounts {
  readonly found: number;
  readonly missed: number;
  readonly falseAlerts: number;
}

/** Found and missed segments and false alerts of all series at one threshold: rows of at least that score are flagged. */
export function countEvents(series: readonly LabelledScores[], threshold: number, rules: EventRules): EventCounts {
  let found = 0;
  let missed = 0;
  let falseAlerts = 0;
  for (const { scores, labels } of series) {
    for (const { from, to } of segmentsOf(labels)) {
      const end = Math.min(to, from + rules.delayRows + 1);
      let hit = false;
      for (let row = from; row < end && !hit; row++) hit = scores[row] >= threshold;
      if (hit) found++;
      else missed++;
    }
    let first = -1;
    let last = -1;
    const close = () => {
      if (first >= 0) falseAlerts += Math.ceil((last - first + 1) / rules.repeatRows);
    };
    for (let row = 0; row < scores.length; row++) {
      if (labels[row] !== 0 || !(scores[row] >= threshold)) continue;
      if (first < 0 || row - last > rules.mergeRows) {
        close();
        first = row;
      }
      last = row;
    }
    close();
  }
  return { found, missed, falseAlerts };
}

/** Harmonic mean of the share of segments found and the share of alerts that are right; 0 where nothing is found. */
export const eventF1 = ({ found, missed, falseAlerts }: EventCounts): number =>
  found === 0 ? 0 : (2 * found) / (2 * found + missed + falseAlerts);

/** The threshold, one for all series, that gives the best event F1, of 160 between the quantiles of the scores. */
export function bestEventF1(
  series: readonly LabelledScores[],
  rules: EventRules,
): { readonly f1: number; readonly threshold: number; readonly counts: EventCounts } {
  const all = sortedScores(series, () => true);
  const anomalous = sortedScores(series, (label) => label !== 0);
  const candidates = new Set<number>();
  for (let step = 0; step < 120; step++) candidates.add(quantileOfSorted(all, 1 - 10 ** (-6 + (5 * step) / 119)));
  for (let step = 0; step < 40; step++) candidates.add(quantileOfSorted(anomalous, 0.05 + (0.949 * step) / 39));
  let best = { f1: 0, threshold: Infinity, counts: countEvents(series, Infinity, rules) };
  for (const threshold of candidates) {
    if (Number.isNaN(threshold)) continue;
    const counts = countEvents(series, threshold, rules);
    const f1 = eventF1(counts);
    if (f1 > best.f1) best = { f1, threshold, counts };
  }
  return best;
}

function sortedScores(series: readonly LabelledScores[], wanted: (label: number) => boolean): Float64Array {
  const kept: number[] = [];
  for (const { scores, labels } of series) {
    for (let row = 0; row < scores.length; row++) if (wanted(labels[row])) kept.push(scores[row]);
  }
  return Float64Array.from(kept).sort();
}
