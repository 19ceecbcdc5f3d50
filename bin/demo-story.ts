import { createColors } from 'picocolors';
import type { Fault } from '../shared/adapters/local/fleet-faults.ts';
import type { Finding } from '../shared/alerting/signal.ts';
import type { SeriesDescription } from '../shared/metrics/metric.ts';
import { terminalChart } from '../shared/presentation/terminal-chart.ts';
import { textTable } from '../shared/presentation/text-table.ts';
import { durationWords, rarityWords, shortDuration, timeWords, valueWords } from '../shared/presentation/words.ts';
import { wrapWords } from '../shared/presentation/wrap-words.ts';
import { watchesOf } from '../shared/settings/settings.ts';
import type { Comparison, DemoFinding, DemoIncident, JudgedFault } from './demo-incidents.ts';
import { noticeLines, noticesOf } from './demo-notices.ts';
import type { DemoRun } from './demo-run.ts';
import type { Terminal } from './terminal.ts';

const chartRows = 7;
const hour = 3600;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const clockOf = (seconds: number): string =>
  `${weekdays[new Date(seconds * 1000).getUTCDay()]} ${timeWords(seconds).slice(11, 16)}`;

/** The finding that says most: a series before the entity as a whole, one that the fault changed before another. */
function tellingFinding(incident: DemoIncident, fault?: Fault): DemoFinding {
  const rank = (finding: DemoFinding): number =>
    (fault?.metrics.some((metric) => metric === finding.label) === true ? 4 : 0) +
    (finding.series === undefined ? 0 : 2) +
    finding.score;
  return incident.findings.reduce((best, finding) => (rank(finding) > rank(best) ? finding : best));
}

/** All that is printed after the run, one block per fault, oldest first. */
export async function* demoStory(
  run: DemoRun,
  { faults, falseAlerts }: Comparison,
  terminal: Terminal,
): AsyncGenerator<string> {
  const width = Math.min(terminal.columns, 110);
  const colour = createColors(terminal.colours);
  for (const [index, judged] of faults.entries()) {
    yield '';
    const notices = judged.found === undefined ? [] : noticesOf(judged.found, run.told);
    for (const line of faultLines(judged, index + 1, terminal, notices.length > 0)) yield* wrapWords(line, width);
    for (const line of noticeLines(notices, width - 3, terminal)) yield `   ${line}`;
    const series = await seriesOf(run, judged);
    for (const line of await chartOf(run, judged, series, width, terminal)) yield line;
  }
  yield '';
  yield colour.bold('What was done, and what was told');
  for (const line of summaryTable(faults)) yield line;
  yield '';
  if (falseAlerts.length > 0) {
    yield `Told without anything being wrong: ${falseAlerts.length}`;
    for (const incident of falseAlerts.slice(0, 10)) yield* wrapWords(`  ${incidentLine(incident)}`, width);
    if (falseAlerts.length > 10) yield `  … and ${falseAlerts.length - 10} more`;
  } else yield 'Nothing was told while nothing was wrong.';
}

/** A rule asks for no rarity: it was broken. */
const unusualWords = ({ kind, rarity }: Pick<Finding, 'kind' | 'rarity'>): string =>
  kind === 'rule' ? 'by a rule' : rarityWords(rarity);

/** The same for a column of a table. */
const unusualCell = ({ kind, rarity }: Finding): string =>
  kind !== 'rule' && rarity?.unseen === true
    ? `unseen for ${durationWords(rarity.evidenceSeconds)}`
    : unusualWords({ kind, rarity });

function faultLines(
  { fault, found, delay }: JudgedFault,
  number: number,
  terminal: Terminal,
  isTold: boolean,
): readonly string[] {
  const colour = createColors(terminal.colours);
  const what = `${fault.kind} on ${fault.entities.join(', ')}`;
  const head = `${colour.bold(`${number}. ${what}`)}, ${clockOf(fault.start)} to ${clockOf(fault.end).slice(4)}`;
  if (found === undefined || delay === undefined) return [head, `   ${colour.red('not found')}`];
  const finding = tellingFinding(found, fault);
  const after = `   ${colour.green('found')} at ${clockOf(found.firstTold)}, ${shortDuration(delay)} after it began`;
  if (isTold) return [head, `${after}. People read:`];
  const others = [
    ...new Set(
      found.findings.filter((one) => one.label !== found.entity && one.label !== finding.label).map((one) => one.label),
    ),
  ];
  return [
    head,
    `${after}; ${unusualWords(finding)}`,
    `   ${finding.label} of ${found.entity}: ${strongestWords(finding)}`,
    `   ${finding.explanation}${others.length === 0 ? '' : ` (also ${others.join(', ')})`}`,
  ];
}

/** What the chart shows at its most unusual, and not what was first seen of it. */
function strongestWords({ observed, peak, unit, lower, upper }: DemoFinding): string {
  if (lower === null || upper === null) return valueWords(observed, unit);
  const usual = `usual ${valueWords(lower)} to ${valueWords(upper)}`;
  if (peak === undefined) return `${valueWords(observed, unit)}, ${usual}`;
  return `${peak.value > upper ? 'up' : 'down'} to ${valueWords(peak.value, unit)}, ${usual}`;
}

/** The series to draw: what was told of, or else what the fault changed first. */
async function seriesOf(run: DemoRun, { fault, found }: JudgedFault): Promise<SeriesDescription | undefined> {
  const { series } = await run.fleet.discover(watchesOf(run.settings)[0]);
  const told = found === undefined ? undefined : tellingFinding(found, fault);
  const entity = found?.entity ?? fault.entity;
  return (
    series.find(({ id }) => id === told?.series) ??
    series.find((one) => one.entity === entity && fault.metrics.some((metric) => metric === one.label))
  );
}

async function chartOf(
  run: DemoRun,
  { fault, found }: JudgedFault,
  series: SeriesDescription | undefined,
  width: number,
  { colours, unicode }: Terminal,
): Promise<readonly string[]> {
  if (series === undefined) return [];
  const from = fault.start - 5 * hour;
  const to = Math.min(run.to, fault.end + 2 * hour);
  const { points } = (await run.fleet.read([series], from, to)).series[0];
  const injected = { label: 'injected', colour: 'yellow', spans: [{ from: fault.start, to: fault.end }] } as const;
  const spans = found === undefined ? [] : [{ from: found.firstTold, to: found.lastTold }];
  const chart = terminalChart(points, {
    width: width - 3,
    height: chartRows,
    colours,
    unicode,
    lanes: [injected, { label: 'told', colour: 'red', spans }],
  });
  return [`   ${series.label} of ${series.entity}`, ...chart.map((line) => `   ${line}`)];
}

function summaryTable(faults: readonly JudgedFault[]): readonly string[] {
  const right = { align: 'right' } as const;
  return textTable(
    [
      { heading: 'injected' },
      { heading: 'where' },
      { heading: 'from' },
      { heading: 'told' },
      { heading: 'after', ...right },
      { heading: 'how unusual' },
    ],
    faults.map(({ fault, found, delay }) => [
      fault.kind,
      `${fault.entity}${fault.entities.length > 1 ? ` +${fault.entities.length - 1}` : ''}`,
      clockOf(fault.start),
      found === undefined ? '-' : clockOf(found.firstTold).slice(4),
      delay === undefined ? '-' : shortDuration(delay),
      found === undefined ? 'not found' : unusualCell(tellingFinding(found, fault)),
    ]),
  );
}

function incidentLine(incident: DemoIncident): string {
  const finding = tellingFinding(incident);
  const until = shortDuration(incident.lastTold - incident.firstTold);
  return `${clockOf(incident.firstTold)}  ${incident.entity} ${finding.label}, ${unusualWords(finding)}, for ${until}: ${finding.explanation}`;
}
