import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { matchesGlob } from '../../shared/metrics/glob.ts';
import { chartPicture } from '../../shared/presentation/chart-picture.ts';
import type { ChartTheme } from '../../shared/presentation/chart-spec.ts';
import { drawChart } from '../../shared/presentation/chart.ts';
import { byUrgency, type CardFacts, recommendationCard } from '../../shared/presentation/recommendation-card.ts';
import { timeWords } from '../../shared/presentation/words.ts';
import { wrapWords } from '../../shared/presentation/wrap-words.ts';
import type { Watch } from '../../shared/settings/settings.ts';
import { withAsked } from '../asked-limits.ts';
import type { RunCommand } from '../command-line.ts';
import { LocalClock } from '../detect-ticks.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { forecastCsv } from '../forecast-csv.ts';
import { cardsOf, type ForecastSeries } from '../forecast-facts.ts';
import { forecastJson } from '../forecast-json.ts';
import { type Look, lookAhead } from '../forecast-look.ts';
import { noLimitLines } from '../forecast-no-limit.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag, oneOf, type Options, text } from '../options.ts';
import { progressBar } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

/** More charts than that nobody reads at once; `--series` shows others. */
const chartsShown = 3;
const cardsShown = 20;
const chartRows = 8;
const picture = { width: 900, height: 450 } as const;

/** A card and the series that it is of. */
interface Dealt {
  readonly card: CardFacts;
  readonly look: Look;
  readonly series: ForecastSeries;
}

/** `forecast`: what is expected of series that have a limit, and what to do about it. */
export const forecast: RunCommand = async (args, options, terminal) => {
  const theme = oneOf(options, 'theme', ['light', 'dark']) ?? 'light';
  const chart = chartFile(options);
  const { settings: given } = await openSettings(options, terminal, 'host');
  const settings = withAsked(given, options);
  const isAsked = settings !== given;
  const name = args.at(0);
  const watches = chosenWatches(settings, name === undefined ? {} : { watch: name }).filter(isForecast);
  if (watches.length === 0)
    throw new Misuse('forecast is off in the settings; take it out there, or give --horizon 45m');
  const clock = new LocalClock();
  const ports = await localPorts({
    settings,
    folder: dataFolder(options, terminal),
    clock,
    log: humanLog(terminal, flag(options, 'debug')),
    cwd: terminal.cwd,
    onSignal: () => undefined,
  });
  const looks: Look[] = [];
  for (const watch of watches) {
    const bar = progressBar(terminal, `forecast ${watch.name}`, 1);
    const onProgress = (step: string, done: number, of: number): void => {
      terminal.signal.throwIfAborted();
      bar.update(done / Math.max(1, of), step);
    };
    looks.push(await lookAhead(watch, ports, clock, isAsked, onProgress).finally(() => bar.stop()));
  }
  const dealt = deal(looks, text(options, 'series'));
  const csv = text(options, 'csv');
  if (csv !== undefined)
    await writeFile(resolve(terminal.cwd, csv), forecastCsv(distinct(dealt.map(({ series }) => series))));
  if (chart !== undefined && dealt.length > 0) await writeChart(chart, theme, dealt, terminal);
  if (flag(options, 'json'))
    terminal.out(`${JSON.stringify(forecastJson(looks, new Set(dealt.map(({ series }) => series))))}\n`);
  else tell(dealt, looks, options, terminal);
  return exitCode.ok;
};

const isForecast = ({ forecast: how }: Watch): boolean => how !== 'off';

const distinct = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];

/** Cards, the most urgent first. @throws Misuse where a glob names none of what has a limit. */
function deal(looks: readonly Look[], glob: string | undefined): readonly Dealt[] {
  const all = looks.flatMap((look) =>
    look.series.flatMap((series) => cardsOf(series, look.present).map((card): Dealt => ({ card, look, series }))),
  );
  const wanted = all.filter(
    ({ card: { entity, label } }) =>
      glob === undefined || [label, entity, `${entity} ${label}`].some((one) => matchesGlob(glob, one)),
  );
  if (wanted.length === 0 && all.length > 0) {
    const some = distinct(all.map(({ card: { entity, label } }) => `${entity} ${label}`)).slice(0, 5);
    throw new Misuse(`--series ${glob ?? ''}: names no series that has a limit; there are ${some.join(', ')}`);
  }
  return wanted.sort((a, b) => byUrgency(a.card, b.card));
}

function tell(dealt: readonly Dealt[], looks: readonly Look[], options: Options, terminal: Terminal): void {
  const { colours, unicode } = terminal;
  const width = Math.min(terminal.columns, 100);
  const say = (line: string): void => terminal.out(`${line}\n`);
  for (const [index, { card }] of dealt.slice(0, cardsShown).entries()) {
    const isDrawn = index < chartsShown || text(options, 'series') !== undefined;
    for (const line of recommendationCard(card, { width, colours, unicode, chartRows: isDrawn ? chartRows : 0 }))
      say(line);
    say('');
  }
  const dim = createColors(colours).dim;
  if (dealt.length > cardsShown)
    say(
      `… and ${dealt.length - cardsShown} more that are less urgent: --series GLOB, --json or --csv FILE shows them\n`,
    );
  for (const look of looks) {
    for (const line of noLimitLines(look, text(options, 'source') !== undefined))
      for (const part of wrapWords(line, width)) say(part);
    if (look.series.length > 0) say(dim(`${look.watch.name} as of ${timeWords(look.present)} UTC`));
  }
}

type ChartFile = { readonly path: string; readonly kind: 'svg' | 'png' };

/** @throws Misuse on a name that says neither. */
function chartFile(options: Options): ChartFile | undefined {
  const path = text(options, 'chart');
  if (path === undefined) return undefined;
  const kind = /\.(svg|png)$/i.exec(path)?.[1].toLowerCase();
  if (kind === 'svg' || kind === 'png') return { path, kind };
  throw new Misuse(`--chart ${path}: the name must end in .svg or .png`);
}

async function writeChart(
  { path, kind }: ChartFile,
  theme: ChartTheme,
  dealt: readonly Dealt[],
  terminal: Terminal,
): Promise<void> {
  const [{ card, look }] = dealt;
  if (card.chart === undefined) return;
  const how = { theme, timezone: look.watch.timezone };
  const file = resolve(terminal.cwd, path);
  if (kind === 'svg') await writeFile(file, drawChart(card.chart, { ...picture, ...how }));
  else {
    const { installedRasteriser } = await import('../../shared/adapters/local/installed-rasteriser.ts');
    await writeFile(file, await chartPicture(card.chart, how, installedRasteriser()));
  }
  const others = dealt.length === 1 ? '' : `, the most urgent of ${dealt.length}; --series GLOB draws another`;
  terminal.err(`aiops: ${path} shows ${card.chart.title}${others}\n`);
}
