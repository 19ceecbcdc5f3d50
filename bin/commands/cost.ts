import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { limitedSeries } from '../../shared/pipeline/advance-forecasts.ts';
import { meterSentences } from '../../shared/presentation/meter-words.ts';
import { durationWords } from '../../shared/presentation/words.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { billLines } from '../../shared/settings/bill-lines.ts';
import { dollars } from '../../shared/numeric/dollars.ts';
import { streamsHaveNoLimit } from '../../shared/settings/budget-problem.ts';
import { deploymentLoad, mostOf, type WatchMatches } from '../../shared/settings/bill-load.ts';
import { pricesOf } from '../../shared/settings/cost-settings.ts';
import { monthlyBill } from '../../shared/settings/monthly-bill.ts';
import { type Settings, type Watch, watchesOf } from '../../shared/settings/settings.ts';
import { billedMetrics } from '../../shared/metrics/billed-metrics.ts';
import { isStreamable } from '../../shared/metrics/stream-batch.ts';
import { cheapestWay, type Way, waysToCollect } from '../cheapest-way.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { meteredPace } from '../metered-pace.ts';
import { dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag, text, type Options } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration } from '../../shared/settings/duration.ts';

/** `cost`: what a deployment of the settings costs a month, part by part; what is cheaper. */
export const cost: RunCommand = async (_args, options, terminal) => {
  const { settings } = await openSettings(options, terminal, 'none');
  const whatIf = countOf(options);
  const delay = delayOf(options);
  const offline = flag(options, 'offline') || whatIf !== undefined;
  const watches = watchesOf(settings).filter(({ source }) => source.kind === 'cloudwatch');
  if (watches.length === 0)
    throw new Misuse('cost: no watch of these settings is of CloudWatch: nothing is deployed, and nothing costs');
  const found = new Map<string, WatchMatches>();
  for (const watch of watches)
    found.set(
      watch.name,
      whatIf === undefined
        ? offline
          ? mostOf(watch)
          : await matchesOf(watch, settings, options, terminal)
        : supposed(watch, whatIf),
    );
  const prices = pricesOf(settings);
  const load = deploymentLoad(settings, (watch) => found.get(watch.name) ?? mostOf(watch));
  const bill = monthlyBill(load, prices);
  const ways = load.watches.map((one) => {
    const all = waysToCollect(load, one, settings.watches[one.watch], prices);
    return { watch: one.watch, ways: all, cheapest: cheapestWay(all, delay ?? currentDelay(all)) };
  });
  const atMost = offline && whatIf === undefined;
  const metered = whatIf === undefined ? await meteredPace(options, terminal) : undefined;
  const { maxMonthlyUsd } = settings;
  if (flag(options, 'json')) {
    terminal.out(
      `${JSON.stringify({ atMost, ...bill, maxMonthlyUsd: maxMonthlyUsd ?? null, metered: metered ?? null, ways })}\n`,
    );
    return exitCode.ok;
  }
  const metrics = load.watches.reduce((sum, one) => sum + one.metrics, 0);
  const lines = [
    `${metrics.toLocaleString('en-US')} metrics: ${atMost ? 'at most' : 'about'} ${dollars(bill.total)} a month`,
    '',
    ...billLines(bill),
    ...(load.watches.some(({ collect }) => collect === 'stream') ? ['', streamsHaveNoLimit] : []),
    ...(maxMonthlyUsd === undefined ? [] : ['', budgetLine(bill.total, maxMonthlyUsd)]),
    ...(metered === undefined ? [] : ['', ...meterSentences(metered, systemClock.now(), 'UTC')]),
    ...ways.flatMap(({ watch, ways: all, cheapest }) => ['', ...wayLines(watch, all, cheapest, delay)]),
  ];
  terminal.out(`${lines.join('\n')}\n`);
  return exitCode.ok;
};

const budgetLine = (total: number, most: number): string =>
  total <= most
    ? `within maxMonthlyUsd: ${dollars(most)}`
    : `more than maxMonthlyUsd, ${dollars(most)}: cdk deploy refuses what may cost more`;

/** What would be so if the account had so many series, a third of them with a limit. */
const supposed = ({ forecast }: Watch, series: number): WatchMatches => ({
  metrics: series,
  series,
  forecastSeries: forecast === 'off' ? 0 : Math.round(series / 3),
});

async function matchesOf(
  watch: Watch,
  settings: Settings,
  options: Options,
  terminal: Terminal,
): Promise<WatchMatches> {
  const ports = await localPorts({
    settings,
    folder: dataFolder(options, terminal),
    clock: systemClock,
    log: humanLog(terminal, flag(options, 'debug')),
    cwd: terminal.cwd,
    onSignal: () => undefined,
  });
  const { series } = await ports.source(watch).discover(watch);
  return {
    metrics: billedMetrics(series),
    unstreamed: billedMetrics(series.filter((one) => !isStreamable(one))),
    series: series.length,
    forecastSeries: watch.forecast === 'off' ? 0 : limitedSeries(series, watch).length,
  };
}

function countOf(options: Options): number | undefined {
  const given = text(options, 'series');
  if (given === undefined) return undefined;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1 || count > 10_000_000)
    throw new Misuse(`--series ${given}: not a number of series; write such as --series 1000`);
  return count;
}

function delayOf(options: Options): number | undefined {
  const given = text(options, 'delay');
  if (given === undefined) return undefined;
  const seconds = parseDuration(given);
  if (seconds === undefined) throw new Misuse(`--delay ${given}: not a duration; write such as --delay 10m`);
  return seconds;
}

const currentDelay = (ways: readonly Way[]): number =>
  ways.find(({ isCurrent }) => isCurrent)?.delaySeconds ?? Infinity;

function wayLines(
  watch: string,
  ways: readonly Way[],
  cheapest: Way | undefined,
  delay: number | undefined,
): readonly string[] {
  const mark = (way: Way): string =>
    [
      ...(way.isCurrent ? ['as it is'] : []),
      ...(way.isOffered ? [] : ['not for such a period']),
      ...(way === cheapest ? ['cheapest'] : []),
    ].join(', ');
  const table = textTable(
    [
      { heading: watch },
      { heading: 'verdict within', align: 'right' },
      { heading: '$ a month', align: 'right' },
      { heading: '' },
    ],
    ways.map((way) => [way.words, durationWords(way.delaySeconds), way.total.toFixed(2), mark(way)]),
  );
  const asked = delay === undefined ? 'the delay that it has' : durationWords(delay);
  return cheapest === undefined
    ? [...table, `nothing here is judged within ${asked}`]
    : [...table, `cheapest within ${asked}: ${cheapest.words}`];
}
