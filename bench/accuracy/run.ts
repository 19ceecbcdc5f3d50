import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noticesPerWeek, thresholdForBudget } from '../../shared/detectors/alert-budget.ts';
import {
  averagePrecision,
  bestEventF1,
  countEvents,
  eventF1,
  type EventRules,
  type LabelledScores,
} from '../../shared/evaluation/detection-measures.ts';
import { NAB_PROFILES, nabScore, type NabFile } from '../../shared/evaluation/nab-score.ts';
import { mean, quantile } from '../../shared/numeric/statistics.ts';
import { scoreTable, stepOf } from '../../shared/pipeline/score-rows.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { baselines } from './baselines.ts';
import { readLabelledSets, type LabelledSeries, type LabelledSet } from './labelled-data.ts';
import { countRarities, traceOf, type DetectorTrace } from './traces.ts';

type Cell = string | number;
type Row = Record<string, Cell>;

const rulesOf = (set: LabelledSet): EventRules => ({
  delayRows: set.name === 'kpi' ? 7 : 3,
  mergeRows: 10,
  repeatRows: 60,
});

/** Scores and alerts of one series, one number per row, 0 where it could not be judged. */
interface Scored {
  readonly series: LabelledSeries;
  readonly scores: Float64Array;
  readonly alerts: Float64Array;
}

/** The very same code as the command `aiops score`. */
function score(series: LabelledSeries): Scored {
  const { row } = scoreTable({ columns: ['value'], times: series.times, values: series.values });
  const known = (column: Float64Array) => column.map((value) => (Number.isNaN(value) ? 0 : value));
  return { series, scores: known(row.score), alerts: known(row.alert) };
}

const scoredRows = (series: LabelledSeries, scores: Float64Array): LabelledScores => ({
  scores: scores.subarray(series.scoredFrom),
  labels: series.labels.subarray(series.scoredFrom),
});

const nabFile = (series: LabelledSeries, scores: Float64Array, threshold: number): NabFile => ({
  times: series.times,
  windows: series.windows,
  alerts: Uint8Array.from(scores, (value) => (value >= threshold ? 1 : 0)),
});

const EMITTED = 1e-9;

function nabRows(scored: readonly Scored[]): Row[] {
  const line = (detector: string, files: readonly NabFile[]): Row => {
    const all = Object.values(NAB_PROFILES).map((profile) => nabScore(files, profile));
    const [standard, lowFalse, lowMiss] = all.map((result) => result.score);
    const { found, missed, falseAlerts } = all[0];
    return {
      detector,
      standard: standard,
      'low FP': lowFalse,
      'low FN': lowMiss,
      found,
      missed,
      false: falseAlerts,
    };
  };
  const emitted = scored.map(({ series, alerts }) => nabFile(series, alerts, EMITTED));
  return [line('series, alerts as emitted', emitted), ...baselines.map((one) => bestOf(one, scored, line))];
}

/** A baseline has no threshold of its own: it gets the best of forty, chosen on these very files. */
function bestOf(
  baseline: (typeof baselines)[number],
  scored: readonly Scored[],
  line: (detector: string, files: readonly NabFile[]) => Row,
): Row {
  const all = scored.map(({ series }) => ({ series, scores: baseline.score(series.values, stepOf(series.times)) }));
  const pooled = Float64Array.from(all.flatMap(({ scores }) => Array.from(scores)));
  let best: Row | undefined;
  for (let step = 0; step < 40; step++) {
    const threshold = quantile(pooled, 1 - 10 ** (-5 + (3.5 * step) / 39));
    const row = line(
      `${baseline.name}, best threshold`,
      all.map(({ series, scores }) => nabFile(series, scores, threshold)),
    );
    if (best === undefined || Number(row.standard) > Number(best.standard)) best = row;
  }
  return best!;
}

function eventRows(set: LabelledSet, scored: readonly Scored[]): Row[] {
  const rules = rulesOf(set);
  const line = (detector: string, all: readonly LabelledScores[]): Row => {
    const precision = all.map(averagePrecision).filter((one) => one !== undefined);
    const best = bestEventF1(all, rules);
    const { found, missed, falseAlerts } = best.counts;
    return {
      set: set.name,
      detector,
      'AUC-PR': mean(precision),
      'event F1': best.f1,
      found,
      missed,
      false: falseAlerts,
    };
  };
  const alerts = countEvents(
    scored.map(({ series, alerts }) => scoredRows(series, alerts)),
    EMITTED,
    rules,
  );
  return [
    {
      set: set.name,
      detector: 'series, alerts as emitted',
      'AUC-PR': '',
      'event F1': eventF1(alerts),
      found: alerts.found,
      missed: alerts.missed,
      false: alerts.falseAlerts,
    },
    line(
      'series, score at its best threshold',
      scored.map(({ series, scores }) => scoredRows(series, scores)),
    ),
    ...baselines.map((one) =>
      line(
        `${one.name}, best threshold`,
        scored.map(({ series }) => scoredRows(series, one.score(series.values, stepOf(series.times)))),
      ),
    ),
  ];
}

const DAYS = [1, 3, 7] as const;

function rarityRows(set: LabelledSet, traces: readonly DetectorTrace[]): Row[] {
  return [true, false].map((marked) => {
    const totals = DAYS.map(() => ({ called: 0, due: 0 }));
    for (const trace of traces) {
      countRarities(trace, DAYS, marked).forEach(({ called, due }, index) => {
        totals[index].called += called;
        totals[index].due += due;
      });
    }
    const cells = DAYS.map((day, index) => {
      const { called, due } = totals[index];
      return [`once in ${day} d`, `${(called / due).toFixed(2)} (${called} of ${due.toFixed(0)})`];
    });
    return {
      set: set.name,
      'earlier anomalies': marked ? 'marked by people' : 'unmarked',
      ...(Object.fromEntries(cells) as Row),
    };
  });
}

const BUDGETS = [1, 3, 10] as const;
const halfOf = (trace: DetectorTrace): number => Math.floor(trace.novelty.length / 2);

/** Each set as one watch: the threshold is set on the first half of each series and counted on the second. */
function budgetRows(set: LabelledSet, traces: readonly DetectorTrace[]): Row[] {
  const first = traces.map((trace) => ({
    ...trace,
    times: trace.times.subarray(0, halfOf(trace)),
    novelty: trace.novelty.subarray(0, halfOf(trace)),
    countedFrom: Math.min(600, Math.floor(halfOf(trace) / 3)),
  }));
  const second = traces.map((trace) => ({ ...trace, countedFrom: halfOf(trace) }));
  return BUDGETS.map((perWeek) => {
    const found = thresholdForBudget(first, { perWeek });
    if (found.kind !== 'found') {
      return {
        set: set.name,
        'asked a week': perWeek,
        threshold: found.kind,
        'on its history': '',
        received: '',
        ratio: '',
      };
    }
    const received = noticesPerWeek(second, found.threshold);
    return {
      set: set.name,
      'asked a week': perWeek,
      threshold: found.threshold,
      'on its history': found.noticesPerWeek,
      received,
      ratio: received / perWeek,
    };
  });
}

const written = (cell: Cell): string =>
  typeof cell === 'string' || Number.isInteger(cell) ? String(cell) : cell.toFixed(3);

function print(title: string, rows: readonly Row[]): void {
  if (rows.length === 0) return;
  const names = Object.keys(rows[0] ?? {});
  const table = textTable(
    names.map((heading, index) => ({ heading, align: index === 0 ? 'left' : 'right' }) as const),
    rows.map((row) => names.map((name) => written(row[name] ?? ''))),
  );
  console.log(`\n${title}\n${table.join('\n')}`);
}

function main(): void {
  const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } });
  if (values.data === undefined) {
    console.error('npm run accuracy -- --data FOLDER [--out FOLDER]     FOLDER holds nab/, kpi/ and cloud-monitoring/');
    process.exitCode = 2;
    return;
  }
  const sets = readLabelledSets(values.data);
  if (sets.length === 0) {
    console.error(`${values.data} holds none of nab/, kpi/ and cloud-monitoring/: give the folder they lie in`);
    process.exitCode = 2;
    return;
  }
  const report = { nab: [] as Row[], events: [] as Row[], rarity: [] as Row[], budget: [] as Row[] };
  for (const set of sets) {
    console.error(`${set.name}: ${set.series.length} series`);
    const scored = set.series.map(score);
    if (set.name === 'nab') report.nab.push(...nabRows(scored));
    else report.events.push(...eventRows(set, scored));
    const traces = set.series.map(traceOf);
    report.rarity.push(...rarityRows(set, traces));
    report.budget.push(...budgetRows(set, traces));
  }
  print('NAB score, every emitted alert counted', report.nab);
  print('Events found in time and AUC-PR', report.events);
  print(
    'Rarity: how often what is called so rare happens on normal rows, by how often it should (.5 to 2 is true)',
    report.rarity,
  );
  print('Alert budget: set on the first half, received on the second', report.budget);
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'accuracy.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  }
}

main();
