import { createColors } from 'picocolors';
import { terminalForecastChart } from '../shared/presentation/forecast-chart.ts';
import { foreseenWords, forecastReason } from '../shared/presentation/forecast-words.ts';
import { plainName } from '../shared/presentation/plain-text.ts';
import { durationWords, timeWords } from '../shared/presentation/words.ts';
import { wrapWords } from '../shared/presentation/wrap-words.ts';
import type { Crossing, Foresight } from './demo-foresight.ts';
import type { Terminal } from './terminal.ts';

const chartRows = 7;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const clockOf = (seconds: number): string =>
  `${weekdays[new Date(seconds * 1000).getUTCDay()]} ${timeWords(seconds).slice(11, 16)}`;

/** What was foreseen: of each series the first crossing as it was told, and then how often it was right. */
export function* foreseenLines(foreseen: Foresight, terminal: Terminal): Generator<string> {
  const width = Math.min(terminal.columns, 110);
  const colour = createColors(terminal.colours);
  yield colour.bold('What was foreseen');
  yield* wrapWords(
    'Beside the fleet there is a worker that leaks memory until it is restarted, and a shop that is stormed twice a day. Both have a limit of 80 %, and have come near it before: that is what is learned from.',
    width,
  );
  const shown = new Map<string, Crossing>();
  for (const one of foreseen.crossings) {
    const name = one.description.id;
    if (one.danger !== undefined && !shown.has(name)) shown.set(name, one);
  }
  for (const crossing of shown.values()) {
    yield '';
    yield* crossingLines(crossing, width, terminal);
  }
  yield '';
  yield* wrapWords(colour.bold(foresightWords(foreseen)), width);
}

function* crossingLines(
  { description, crossedAt, danger }: Crossing,
  width: number,
  { colours, unicode }: Terminal,
): Generator<string> {
  if (danger === undefined) return;
  const colour = createColors(colours);
  const { finding, toldAt } = danger;
  const name = `${plainName(description.entity)} ${plainName(description.label)}`;
  const words = `${clockOf(toldAt)}  ${colour.yellow('told')}: ${name} ${foreseenWords(finding, toldAt)}. ${forecastReason(finding)}`;
  yield* wrapWords(words, width);
  const { points = [], unit, forecast } = finding;
  if (forecast?.course !== undefined) {
    const peak = forecast.peak === undefined ? {} : { peak: forecast.peak };
    const spec = { title: name, unit, points, limit: forecast.limit.value, forecast: { ...forecast.course, ...peak } };
    for (const line of terminalForecastChart(spec, { width: width - 3, height: chartRows, colours, unicode }))
      yield `   ${line}`;
  }
  yield `${clockOf(crossedAt)}  ${colour.green('crossed')}, ${durationWords(crossedAt - toldAt)} after it was told`;
}

/** `12 of 13 crossings were foreseen, half of them 40 minutes ahead or more; 2 were told that did not come.` */
export function foresightWords({ crossings, inVain }: Foresight): string {
  if (crossings.length === 0) return 'No limit was crossed.';
  const leads = crossings.flatMap(({ lead }) => (lead === undefined ? [] : [lead])).sort((a, b) => a - b);
  const ahead =
    leads.length === 0 ? '' : `, half of them ${durationWords(leads[Math.floor(leads.length / 2)])} ahead or more`;
  const vain = inVain.length === 0 ? 'nothing was told that did not come' : `${inVain.length} told that did not come`;
  return `${leads.length} of ${crossings.length} crossings of a limit were foreseen${ahead}; ${vain}.`;
}
