import { existsSync } from 'node:fs';
import { createColors } from 'picocolors';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { billedMetrics } from '../../shared/metrics/billed-metrics.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { isStreamable } from '../../shared/metrics/stream-batch.ts';
import { limitedSeries } from '../../shared/pipeline/advance-forecasts.ts';
import { backfillSpan } from '../../shared/pipeline/backfill.ts';
import { levelAt, TELLING_SHARE } from '../../shared/metrics/polling-pace.ts';
import { meterSentences } from '../../shared/presentation/meter-words.ts';
import { durationWords } from '../../shared/presentation/words.ts';
import { dollars } from '../../shared/numeric/dollars.ts';
import { deploymentLoad, mostOf, type WatchMatches } from '../../shared/settings/bill-load.ts';
import { pricesOf } from '../../shared/settings/cost-settings.ts';
import { type Bill, monthlyBill } from '../../shared/settings/monthly-bill.ts';
import { pricesAsOf } from '../../shared/settings/prices.ts';
import type { Settings, Watch } from '../../shared/settings/settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode } from '../exit-code.ts';
import { explainError } from '../explain-error.ts';
import { humanLog } from '../human-log.ts';
import { meteredPace } from '../metered-pace.ts';
import { dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag, type Options } from '../options.ts';
import type { LocalPorts } from '../run-tick.ts';
import type { Terminal } from '../terminal.ts';
import type { VerdictDelay } from '../verdict-delay.ts';
import { verdictDelay } from '../verdict-delay.ts';
import { leftOutWords } from '../left-out.ts';

interface Check {
  readonly what: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly says: string;
}

interface WatchReport {
  readonly watch: string;
  readonly source: string;
  readonly checks: readonly Check[];
  readonly series: number;
  readonly entities: number;
  /** Seconds. */
  readonly history: number;
  readonly delay: VerdictDelay;
  /** Dollars a month; `atMost` where nobody was asked how many series there are. */
  readonly cost?: WatchCost;
}

/** Of a watch by itself, without what all watches of a deployment share. */
interface WatchCost extends WatchMatches {
  readonly total: number;
  readonly parts: Bill;
  readonly atMost: boolean;
}

/** `doctor`: everything that can be known before anything is deployed, and what to do where it is not well. */
export const doctor: RunCommand = async (_args, options, terminal) => {
  const { settings, origin } = await openSettings(options, terminal, 'none');
  const folder = dataFolder(options, terminal);
  const log = humanLog(terminal, flag(options, 'debug'));
  const ports = await localPorts({
    settings,
    folder,
    clock: systemClock,
    log,
    cwd: terminal.cwd,
    onSignal: () => undefined,
  });
  const offline = flag(options, 'offline');
  const reports: WatchReport[] = [];
  for (const watch of watchesOf(settings)) reports.push(await examine(watch, ports, offline));
  const watches = reports.length === 1 ? '1 watch' : `${reports.length} watches`;
  const general: readonly Check[] = [
    { what: 'settings', status: 'ok', says: `${origin}: ${watches}, ${settings.name}` },
    existsSync(folder)
      ? { what: 'data', status: 'ok', says: folder }
      : { what: 'data', status: 'skipped', says: `${folder} is not there yet; collect or detect makes it` },
    ...selfAlarmsCheck(settings),
    ...(await meterCheck(options, terminal)),
  ];
  const all = [...general, ...reports.flatMap(({ checks }) => checks)];
  const isWell = all.every(({ status }) => status !== 'failed');
  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ ok: isWell, checks: general, watches: reports })}\n`);
  else
    terminal.out(
      `${[...general.map((check) => checkLine(check, terminal)), ...reports.flatMap((one) => reportLines(one, terminal)), ...wholeCostLines(reports, settings)].join('\n')}\n`,
    );
  return isWell ? exitCode.ok : exitCode.fault;
};

/** Of settings that can be deployed: `cdk deploy` refuses those that do not say it. */
function selfAlarmsCheck(settings: Settings): readonly Check[] {
  const what = 'alarms';
  if (watchesOf(settings).some(({ source }) => source.kind !== 'cloudwatch')) return [];
  if (settings.selfAlarms === undefined) {
    const says =
      'before it is deployed, say who hears when the monitoring itself fails: selfAlarms: ops@example.com, or nobody';
    return [{ what, status: 'warning', says }];
  }
  if (settings.selfAlarms === 'nobody')
    return [{ what, status: 'ok', says: 'nobody hears when the monitoring itself fails (selfAlarms: nobody)' }];
  const who = 'topic' in settings.selfAlarms ? settings.selfAlarms.topic : settings.selfAlarms.emails.join(', ');
  return [{ what, status: 'ok', says: `when the monitoring itself fails, ${who} hears of it` }];
}

/** Where something runs already: what was billed, and whether it is asked less often for that. */
async function meterCheck(options: Options, terminal: Terminal): Promise<readonly Check[]> {
  const pace = await meteredPace(options, terminal);
  if (pace === undefined) return [];
  const now = systemClock.now();
  const isNear = pace.limit !== null && pace.projected >= TELLING_SHARE * pace.limit;
  const status = levelAt(pace, now) > 0 || isNear ? 'warning' : 'ok';
  return [{ what: 'meter', status, says: meterSentences(pace, now, 'UTC').join(' ') }];
}

async function examine(watch: Watch, ports: LocalPorts, offline: boolean): Promise<WatchReport> {
  const source = watch.source.kind;
  const delay = verdictDelay(watch);
  const history = source === 'host' ? 0 : backfillSpan(watch.period, ports.settings.retention);
  const bills = source === 'cloudwatch';
  const empty = { watch: watch.name, source, series: 0, entities: 0, delay, history };
  if (offline) {
    const cost = bills ? costOf(watch, mostOf(watch), ports.settings, true) : undefined;
    const skipped: Check = { what: 'source', status: 'skipped', says: '--offline: nobody was asked what there is' };
    return { ...empty, checks: [skipped], ...(cost === undefined ? {} : { cost }) };
  }
  let series: readonly SeriesDescription[];
  const checks: Check[] = [];
  try {
    const found = await ports.source(watch).discover(watch);
    series = found.series;
    checks.push(
      series.length === 0
        ? {
            what: 'source',
            status: 'failed',
            says: `${source}: ${found.leftOut.length > 0 ? 'all that matches is left out' : 'nothing matches; check namespace, region and spelling'}`,
          }
        : { what: 'source', status: 'ok', says: `${source}: ${series.length} series are there` },
    );
    for (const one of found.leftOut) checks.push({ what: 'left out', status: 'warning', says: leftOutWords(one) });
  } catch (error) {
    checks.push({ what: 'source', status: 'failed', says: `${source}: ${explainError(error)}` });
    return { ...empty, checks };
  }
  if (series.length > 0) checks.push(await readOne(watch, series[0], ports));
  const matches: WatchMatches = {
    metrics: billedMetrics(series),
    unstreamed: billedMetrics(series.filter((one) => !isStreamable(one))),
    series: series.length,
    forecastSeries: watch.forecast === 'off' ? 0 : limitedSeries(series, watch).length,
  };
  return {
    ...empty,
    checks,
    series: series.length,
    entities: new Set(series.map(({ entity }) => entity)).size,
    ...(bills ? { cost: costOf(watch, matches, ports.settings, false) } : {}),
  };
}

function costOf(watch: Watch, matches: WatchMatches, settings: Settings, atMost: boolean): WatchCost {
  const alone = { ...settings, watches: { [watch.name]: watch } };
  const [{ total, bill }] = monthlyBill(
    deploymentLoad(alone, () => matches),
    pricesOf(settings),
  ).watches;
  return { ...matches, total, parts: bill, atMost };
}

/** Listing and reading are separate permissions: one series is read to know. On CloudWatch that costs $0.00001. */
async function readOne(watch: Watch, series: SeriesDescription, ports: LocalPorts): Promise<Check> {
  const now = Math.floor(ports.clock.now());
  try {
    const { series: answers } = await ports.source(watch).read([series], now - 3 * 3600 - 3 * watch.period, now);
    const [{ points, problem }] = answers;
    if (problem !== undefined)
      return { what: 'reading', status: 'failed', says: `${problem.kind}: ${problem.message}` };
    const said =
      points.times.length === 0 ? 'no point in the last hours' : `${points.times.length} points in the last hours`;
    return { what: 'reading', status: points.times.length === 0 ? 'warning' : 'ok', says: `${series.id}: ${said}` };
  } catch (error) {
    return { what: 'reading', status: 'failed', says: explainError(error) };
  }
}

const marks = { ok: '✓', warning: '!', failed: '✗', skipped: '-' } as const;
const plainMarks = { ok: 'ok', warning: '!!', failed: 'XX', skipped: '--' } as const;

function checkLine({ what, status, says }: Check, terminal: Terminal): string {
  const colour = createColors(terminal.colours);
  const paint = { ok: colour.green, warning: colour.yellow, failed: colour.red, skipped: colour.dim }[status];
  return `${paint((terminal.unicode ? marks : plainMarks)[status])} ${what.padEnd(9)} ${says}`;
}

function reportLines(report: WatchReport, terminal: Terminal): readonly string[] {
  const { watch, series, entities, delay, cost, checks, history } = report;
  return [
    '',
    `watch ${watch}`,
    ...checks.map((check) => `  ${checkLine(check, terminal)}`),
    ...(series === 0
      ? []
      : [`  ${series} series of ${entities} ${entities === 1 ? 'entity' : 'entities'} would be looked after`]),
    `  history to learn from: ${history === 0 ? 'none, it begins now' : `the last ${durationWords(history)}`}`,
    `  from an event to its verdict: ${durationWords(delay.shortest)} to ${durationWords(delay.longest)}`,
    ...(cost === undefined ? [] : costLines(cost)),
  ];
}

function costLines({ total, parts, metrics, atMost }: WatchCost): readonly string[] {
  const said = [
    `requests ${dollars(parts.requests)} for ${metrics} metrics`,
    ...(parts.streams > 0 ? [`stream ${dollars(parts.streams)}`] : []),
    `own metrics ${dollars(parts['custom metrics'])}`,
    `storage ${dollars(parts.storage)}`,
    `functions ${dollars(parts.functions)}`,
  ];
  return [`  ${atMost ? 'at most' : 'about'} ${dollars(total)} a month: ${said.join(', ')}`];
}

/** What is deployed besides the watches is paid once, and only the whole can be held against a limit. */
function wholeCostLines(reports: readonly WatchReport[], settings: Settings): readonly string[] {
  const costs = new Map(reports.flatMap(({ watch, cost }) => (cost === undefined ? [] : [[watch, cost]])));
  if (costs.size === 0) return [];
  const load = deploymentLoad(settings, (watch) => costs.get(watch.name) ?? mostOf(watch));
  const { total, anomalyAlarms } = monthlyBill(load, pricesOf(settings));
  const { maxMonthlyUsd } = settings;
  const within =
    maxMonthlyUsd === undefined
      ? ''
      : `; maxMonthlyUsd is ${dollars(maxMonthlyUsd)}${total > maxMonthlyUsd ? ', and that is less' : ''}`;
  return [
    '',
    `${[...costs.values()].some(({ atMost }) => atMost) ? 'at most' : 'about'} ${dollars(total)} a month with all that watches share${within}`,
    `  as many anomaly alarms of CloudWatch: ${dollars(anomalyAlarms)}; npx aiops cost says what it is made of`,
    `  (prices of ${pricesAsOf}; yours may differ)`,
  ];
}
