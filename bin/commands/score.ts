import { createColors } from 'picocolors';
import { textTable } from '../../shared/presentation/text-table.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { flag, text, wholeNumber } from '../options.ts';
import { progressBar } from '../progress.ts';
import type { ScoreReport } from '../score-file.ts';
import { planScore } from '../score-plan.ts';
import { scoreAll } from '../score-pool.ts';
import type { StrongAlert } from '../strongest-alerts.ts';
import { listedAlerts } from '../strongest-alerts.ts';
import type { Terminal } from '../terminal.ts';

const listed = 40;

/** `score IN --out OUT`: every row of every CSV, judged strictly causally with the default detectors. */
export const score: RunCommand = async (args, options, terminal) => {
  const output = text(options, 'out');
  if (output === undefined) throw new Misuse('--out is missing: say where the scored CSV, or the folder of them, goes');
  const threads = wholeNumber(options, 'threads', 1, 64) ?? terminal.processors;
  const plan = await planScore({
    cwd: terminal.cwd,
    input: args[0],
    output,
    history: options['history'] === false ? false : text(options, 'history'),
  });
  const total = plan.jobs.reduce((sum, { bytes }) => sum + bytes, 0);
  const bar = progressBar(terminal, 'score', total);
  const { reports, failures } = await scoreAll(
    plan.jobs,
    threads,
    (bytes) => bar.update(bytes),
    terminal.signal,
  ).finally(() => bar.stop());

  for (const { error } of failures)
    terminal.err(`aiops: ${flag(options, 'debug') ? String(error.stack) : error.message}\n`);
  if (flag(options, 'json')) {
    const files = [...reports, ...failures.map(({ name, error }) => ({ name, error: error.message }))];
    terminal.out(`${JSON.stringify({ files, withoutHistory: plan.withoutHistory, passedOver: plan.passedOver })}\n`);
  } else if (reports.length > 0) {
    terminal.out(`${summary(reports, plan.withoutHistory, plan.passedOver, output, terminal).join('\n')}\n`);
  }
  if (failures.length === 0) return exitCode.ok;
  if (!flag(options, 'json') && plan.jobs.length > 1) {
    terminal.err(
      `aiops: ${failures.length} of ${plan.jobs.length} files could not be scored; the others are written\n`,
    );
  }
  return failures.every(({ error }) => error.name === 'CsvError') ? exitCode.misuse : exitCode.fault;
};

function summary(
  reports: readonly ScoreReport[],
  withoutHistory: readonly string[],
  passedOver: number,
  output: string,
  terminal: Terminal,
): readonly string[] {
  const colour = createColors(terminal.colours);
  const sum = (of: (report: ScoreReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const rows = reports
    .slice(0, listed)
    .map(({ name, rows, columns, alerts, anomalousRows, unjudged, history }) => [
      name,
      String(rows),
      String(columns.length),
      alerts > 0 ? colour.red(String(alerts)) : '0',
      String(anomalousRows),
      String(unjudged),
      history === undefined ? '' : String(history.rows),
    ]);
  const right = { align: 'right' } as const;
  const notes = reports.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`));
  const strongest = reports
    .flatMap((report) => report.strongest)
    .sort((a, b) => b.alert - a.alert)
    .slice(0, listedAlerts);
  const alerts = sum((report) => report.alerts);
  const early = sum((report) => report.firstDayAlerts);
  const learned = new Set(reports.flatMap(({ history }) => (history === undefined ? [] : [history.path])));
  return [
    ...textTable(
      [
        { heading: 'file' },
        { heading: 'rows', ...right },
        { heading: 'columns', ...right },
        { heading: 'alerts', ...right },
        { heading: 'anomalous', ...right },
        { heading: 'unjudged', ...right },
        { heading: 'history', ...right },
      ],
      rows,
    ),
    ...(reports.length > listed ? [`… and ${reports.length - listed} more files`] : []),
    '',
    ...(strongest.length === 0 ? [] : [...alertTable(strongest), '']),
    ...notes.slice(0, listed).map((note) => colour.dim(note)),
    ...(notes.length > listed ? [colour.dim(`… and ${notes.length - listed} more notes; --json has all`)] : []),
    ...(notes.length > 0 ? [''] : []),
    `${counted(reports.length, 'file')}, ${counted(
      sum(({ rows }) => rows),
      'row',
    )}, ${counted(alerts, 'alert')}, written to ${output}`,
    ...(early >= 3 && early * 4 >= alerts
      ? [`${early} of them in the first day, when little was known: give --history`]
      : []),
    ...(learned.size > 0 ? [`${learned.size} of them learned from a history file first`] : []),
    ...(withoutHistory.length > 0
      ? [`No history found for ${withoutHistory.slice(0, 5).join(', ')}${withoutHistory.length > 5 ? ', …' : ''}`]
      : []),
    ...(passedOver > 0
      ? [
          passedOver === 1
            ? '1 other file is no .csv and was passed over'
            : `${passedOver} other files are no .csv and were passed over`,
        ]
      : []),
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const short = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(4))));

function alertTable(alerts: readonly StrongAlert[]): readonly string[] {
  const right = { align: 'right' } as const;
  return textTable(
    [
      { heading: 'strongest alerts' },
      { heading: 'time' },
      { heading: 'column' },
      { heading: 'value', ...right },
      { heading: 'expected', ...right },
    ],
    alerts.map(({ file, time, column, value, expected }) => [file, time, column, short(value), short(expected)]),
  );
}
