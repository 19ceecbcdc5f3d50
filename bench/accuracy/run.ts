import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noticesPerWeek, thresholdForBudget } from '../../shared/detectors/alert-budget.ts';
import type { EventRules, LabelledScores } from '../../shared/evaluation/detection-measures.ts';
import { NAB_PROFILES, nabScore, type NabFile } from '../../shared/evaluation/nab-score.ts';
import { quantile } from '../../shared/numeric/statistics.ts';
import { stepOf } from '../../shared/pipeline/score-rows.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { baselines } from './baselines.ts';
import { watchesOfSet } from './deployed-budget.ts';
import { bestRow, EMITTED, emittedRow, entityRows, type Cell, type Row } from './event-rows.ts';
import { findEntitySets } from './entity-data.ts';
import { readLabelledSets, type LabelledSeries, type LabelledSet } from './labelled-data.ts';
import { startJudges } from './threads.ts';
import { voteBudgetRows } from './vote-budget.ts';
import { countRarities, type DetectorTrace } from './traces.ts';

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

const scoredRows = (series: LabelledSeries, scores: Float64Array): LabelledScores => ({
  scores: scores.subarray(series.scoredFrom),
  labels: series.labels.subarray(series.scoredFrom),
});

const nabFile = (series: LabelledSeries, scores: Float64Array, threshold: number): NabFile => ({
  times: series.times,
  windows: series.windows,
  alerts: Uint8Array.from(scores, (value) => (value >= threshold ? 1 : 0)),
});

type Baselines = typeof baselines;

function nabRows(scored: readonly Scored[], peers: Baselines): Row[] {
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
  return [line('series, alerts as emitted', emitted), ...peers.map((one) => bestOf(one, scored, line))];
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

function eventRows(set: LabelledSet, scored: readonly Scored[], peers: Baselines): Row[] {
  const rules = rulesOf(set);
  const rows = (scores: (one: Scored) => Float64Array) => scored.map((one) => scoredRows(one.series, scores(one)));
  return [
    emittedRow(
      set.name,
      'series, alerts as emitted',
      rows(({ alerts }) => alerts),
      rules,
    ),
    bestRow(
      set.name,
      'series, score at its best threshold',
      rows(({ scores }) => scores),
      rules,
    ),
    ...peers.map((one) =>
      bestRow(
        set.name,
        `${one.name}, best threshold`,
        rows(({ series }) => one.score(series.values, stepOf(series.times))),
        rules,
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      out: { type: 'string' },
      'deployed-budget': { type: 'boolean', default: false },
      'floors-only': { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) {
    console.error(
      'npm run accuracy -- --data FOLDER [--out FOLDER] [--deployed-budget] [--floors-only]     FOLDER holds nab/, kpi/, cloud-monitoring/, servers/; --floors-only leaves out peers, rarity and budgets',
    );
    process.exitCode = 2;
    return;
  }
  const sets = readLabelledSets(values.data);
  const entitySets = findEntitySets(values.data);
  if (sets.length + entitySets.length === 0) {
    console.error(
      `${values.data} holds none of nab/, kpi/, cloud-monitoring/ and servers/: give the folder they lie in`,
    );
    process.exitCode = 2;
    return;
  }
  const report = {
    nab: [] as Row[],
    events: [] as Row[],
    rarity: [] as Row[],
    budget: [] as Row[],
    deployedBudget: [] as Row[],
    voteBudget: [] as Row[],
    times: [] as Row[],
  };
  const began = performance.now();
  const timed = async <Result>(set: string, files: number, work: () => Promise<Result>): Promise<Result> => {
    const since = performance.now();
    const result = await work();
    const seconds = (performance.now() - since) / 1000;
    console.error(`${set}: ${files} files in ${seconds.toFixed(1)} s`);
    report.times.push({ what: set, files, seconds });
    return result;
  };
  const besides = !values['floors-only'];
  const peers = besides ? baselines : [];
  const judges = startJudges(availableParallelism(), besides);
  try {
    for (const set of sets) {
      await timed(set.name, set.series.length, async () => {
        const judged = await judges.series(set.series);
        const scored = judged.map(({ scores, alerts }, index) => ({ series: set.series[index], scores, alerts }));
        if (set.name === 'nab') report.nab.push(...nabRows(scored, peers));
        else report.events.push(...eventRows(set, scored, peers));
        if (!besides) return;
        const traces = judged.flatMap(({ trace }) => trace ?? []);
        report.rarity.push(...rarityRows(set, traces));
        report.budget.push(...budgetRows(set, traces));
      });
    }
    if (values['deployed-budget']) {
      const watches = sets
        .flatMap((set) => watchesOfSet(set, BUDGETS))
        .sort((a, b) => b.series.length - a.series.length);
      await timed('budgets as deployed', watches.length, async () => {
        report.deployedBudget.push(...(await judges.budgets(watches)).flat());
      });
      // Minutes have ten times the rows, and show no more.
      for (const set of entitySets.filter(({ name }) => name === 'asd')) {
        await timed(`${set.name}, what a vote adds`, set.entities.length, () => {
          report.voteBudget.push(...voteBudgetRows(set, BUDGETS));
          return Promise.resolve();
        });
      }
    }
    for (const set of entitySets) {
      const judged = await timed(set.name, set.entities.length, () => judges.entities(set.entities));
      report.events.push(...entityRows(set.name, judged));
      for (const name of judged[0].seconds.keys()) {
        const seconds = judged.reduce((sum, one) => sum + (one.seconds.get(name) ?? 0), 0);
        report.times.push({ what: `${set.name}, ${name}, summed over threads`, files: judged.length, seconds });
      }
    }
  } finally {
    await judges.stop();
  }
  report.times.push({ what: 'all', files: '', seconds: (performance.now() - began) / 1000 });
  report.times.push({ what: 'all, processor', files: '', seconds: process.cpuUsage().user / 1e6 });
  print('NAB score, every emitted alert counted', report.nab);
  print('Events found in time and AUC-PR', report.events);
  print(
    'Rarity: how often what is called so rare happens on normal rows, by how often it should (.5 to 2 is true)',
    report.rarity,
  );
  print('Alert budget: set on the first half, received on the second', report.budget);
  print(
    'Alert budget as deployed in the middle of each series: promised, due and come, in first notices',
    report.deployedBudget,
  );
  print(
    'Alert budget of servers with four metrics each: first notices a week, and what a vote adds',
    report.voteBudget,
  );
  print('Time taken', report.times);
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'accuracy.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  }
}

await main();
