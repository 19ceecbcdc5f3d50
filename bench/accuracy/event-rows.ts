import {
  averagePrecision,
  bestEventF1,
  countEvents,
  eventF1,
  type EventRules,
  type LabelledScores,
} from '../../shared/evaluation/detection-measures.ts';
import { mean } from '../../shared/numeric/statistics.ts';
import type { JudgedEntity } from './jobs.ts';

export type Cell = string | number;
export type Row = Record<string, Cell>;

/** Any alert above 0 is one. */
export const EMITTED = 1e-9;

/** Alerts counted as they are emitted: no threshold is chosen. */
export function emittedRow(set: string, detector: string, alerts: readonly LabelledScores[], rules: EventRules): Row {
  const counts = countEvents(alerts, EMITTED, rules);
  const { found, missed, falseAlerts } = counts;
  return { set, detector, 'AUC-PR': '', 'event F1': eventF1(counts), found, missed, false: falseAlerts };
}

/** A score at the threshold that is best on these very files: kind to whoever is measured. */
export function bestRow(set: string, detector: string, all: readonly LabelledScores[], rules: EventRules): Row {
  const { f1, counts } = bestEventF1(all, rules);
  const precision = all.map(averagePrecision).filter((one) => one !== undefined);
  const { found, missed, falseAlerts } = counts;
  return { set, detector, 'AUC-PR': mean(precision), 'event F1': f1, found, missed, false: falseAlerts };
}

const entityRules: EventRules = { delayRows: 7, mergeRows: 10, repeatRows: 60 };

/** The entity view beside its peers; every row of a test counts. */
export function entityRows(set: string, judged: readonly JudgedEntity[]): Row[] {
  const rows = (scores: (one: JudgedEntity) => Float64Array): LabelledScores[] =>
    judged.map((one) => ({ scores: scores(one), labels: one.labels }));
  const peers = judged.length === 0 ? [] : [...judged[0].peers.keys()];
  return [
    emittedRow(
      set,
      'entity, alerts as emitted',
      rows(({ alerts }) => alerts),
      entityRules,
    ),
    bestRow(
      set,
      'entity, score at its best threshold',
      rows(({ scores }) => scores),
      entityRules,
    ),
    ...peers.map((name) =>
      bestRow(
        set,
        `${name}, best threshold`,
        rows(({ peers }) => peers.get(name) ?? new Float64Array(0)),
        entityRules,
      ),
    ),
  ];
}
