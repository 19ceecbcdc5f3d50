import type { CourseView } from '../alerting/status-view.ts';
import { drawChart } from './chart.ts';
import type { ChartSpec } from './chart-spec.ts';
import { escapeMarkup } from './escape-markup.ts';
import { glanceValue } from './glance-value.ts';
import { momentWords } from './moment-words.ts';
import { plainName, plainText } from './plain-text.ts';
import { innerWidth } from './widget-frame.ts';
import { widgetButton, widgetSelect } from './widget-parts.ts';
import type { WidgetStyle } from './widget-request.ts';

/** Where nothing can be drawn, and what else could be chosen. */
export interface NoCourse {
  readonly nothing: string;
  readonly watches: readonly string[];
  readonly watch?: string;
}

/** Pixels that the lists above and the words below take, by how many rows the lists need. */
const rowHeight = 34;
const wordsHeight = 46;

/** One series: history, usual range, anomalies, forecast and limit, with lists to choose another. HTML. */
export function explorerWidget(view: CourseView | NoCourse, style: WidgetStyle, now: number): string {
  if ('nothing' in view) {
    const form = lists([watchList(view.watches, view.watch ?? '')], view.watch ?? '', style);
    return `${form}<p>${escapeMarkup(view.nothing)}</p>`;
  }
  const width = innerWidth(style);
  const rows = width >= 760 ? 1 : width >= 420 ? 2 : 3;
  const height = Math.max(150, Math.min(900, style.height - rows * rowHeight - wordsHeight - 16));
  const { timezone, zoneName, theme } = style;
  const chart = drawChart(specOf(view, width), { width, height, theme, timezone, zoneName });
  return `${choosing(view, style)}${chart}${sentences(view, style, now)}`;
}

const watchList = (watches: readonly string[], chosen: string): string =>
  widgetSelect(
    'watch',
    'Watch',
    watches.map((name) => ({ value: name, text: name })),
    chosen,
  );

const lists = (all: readonly string[], watch: string, style: WidgetStyle): string =>
  `<form>${all.join('')}<input type="hidden" name="shown" value="${escapeMarkup(watch)}">${widgetButton({ text: 'Show', params: { widget: 'explorer' } }, style)}</form>`;

function choosing(
  { watches, watch, entities, entityCount, entity, series, chosen }: CourseView,
  style: WidgetStyle,
): string {
  const things =
    entityCount > entities.length
      ? // A list of thousands is none: whoever knows the name writes it.
        `<label>Thing <input name="entity" value="${escapeMarkup(entity)}" maxlength="1024"></label>`
      : widgetSelect(
          'entity',
          'Thing',
          entities.map((name) => ({ value: name, text: name })),
          entity,
        );
  const metrics = widgetSelect(
    'series',
    'Metric',
    // By its label: the same metric of another thing is what most people want next.
    series.map(({ label }) => ({ value: label, text: label })),
    chosen.label,
  );
  return lists([watchList(watches, watch), things, metrics], watch, style);
}

function specOf({ entity, chosen, points, unusual, limit, forecast, to }: CourseView, width: number): ChartSpec {
  const newest = unusual.at(-1);
  const last = points.findLast(([, value]) => value !== null)?.[0] ?? to;
  const step = points.length > 1 ? points[points.length - 1][0] - points[points.length - 2][0] : 0;
  const isOngoing = newest !== undefined && newest[1] >= last - 2 * step;
  return {
    // The lists above say whose it is.
    title: width < 420 ? plainName(chosen.label, 200) : `${plainName(entity, 200)} ${plainName(chosen.label, 200)}`,
    unit: plainText(chosen.unit, 64),
    points: points.map(([time, value, lower, upper]) => [time, value, lower, upper]),
    ...(newest === undefined ? {} : { since: newest[0], ...(isOngoing ? {} : { until: newest[1] }) }),
    ...(unusual.length > 1 ? { earlier: unusual.slice(0, -1) } : {}),
    ...(limit === null ? {} : { limit: limit.value }),
    ...(forecast === null
      ? {}
      : {
          forecast: {
            levels: forecast.course?.levels ?? [80, 95],
            points: forecast.course?.points ?? [],
            ...(forecast.peak === undefined ? {} : { peak: forecast.peak }),
          },
        }),
  };
}

function sentences(view: CourseView, { timezone }: WidgetStyle, now: number): string {
  const { newest, chosen, unusual, unusualTogether, notes } = view;
  const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
  const facts = [
    newest === null
      ? 'No value in this time.'
      : `${glanceValue(newest.value, chosen.unit)} at ${momentWords(newest.time, now, timezone)}.`,
    ...limitSentence(view),
    ...(unusual.length === 0 ? [] : [`Unusual ${times(unusual.length)} in this time.`]),
    ...(unusualTogether.length === 0 ? [] : [`All its metrics together: unusual ${times(unusualTogether.length)}.`]),
    ...(chosen.metricSays === '' ? [] : [chosen.metricSays]),
    ...notes.map((note) => plainText(note, 400)),
  ];
  return `<p class="dim">${escapeMarkup(facts.join(' '))}</p>`;
}

function limitSentence({ limit, forecast, chosen }: CourseView): readonly string[] {
  if (limit === null || forecast === null) return [];
  const where = `${limit.side} ${glanceValue(limit.value, chosen.unit)}`;
  if (forecast.isBeyond) return [`It is ${where} now.`];
  return forecast.probability === null ? [] : [`To be ${where} soon: ${chanceWords(forecast.probability)}.`];
}

/** Nothing is certain that is forecast. */
export function chanceWords(probability: number): string {
  const percent = Math.round(probability * 100);
  return percent < 1 ? 'less than 1 %' : percent > 99 ? 'more than 99 %' : `${percent} %`;
}
