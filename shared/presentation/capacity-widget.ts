import type { CapacityLine, CapacityView } from '../alerting/status-view.ts';
import { escapeMarkup } from './escape-markup.ts';
import { chanceWords } from './explorer-widget.ts';
import { glanceValue } from './glance-value.ts';
import { momentWords } from './moment-words.ts';
import { plainName } from './plain-text.ts';
import { lookedWords, watchForm, widgetTable } from './widget-parts.ts';
import type { WidgetStyle } from './widget-request.ts';
import { durationWords } from './words.ts';

/** What fills up and when, the most pressing first. HTML. @param now epoch seconds. */
export function capacityWidget(view: CapacityView, style: WidgetStyle, now: number): string {
  const { watches, watch, lines, series, forecast, withoutSkill, missing, more } = view;
  const form = watchForm('capacity', watches, watch ?? '', style);
  const looked = lookedWords('capacity', watch ?? '', view, style);
  if (watches.length === 0) return `<p>Nothing is forecast: every watch has forecast: off.</p>`;
  if (lines.length === 0) return `${form}<p>${escapeMarkup(emptyWords(view))}</p>${looked}`;
  const counts = [
    `${forecast} of ${series} series with a limit are forecast.`,
    ...(withoutSkill > 0 ? [`${withoutSkill} no better than by their last value: they raise nothing.`] : []),
    ...reasons(missing),
    ...(more > 0 ? [`${more} less pressing ones are not shown.`] : []),
  ];
  return `${form}${tableOf(lines, watch === null && watches.length > 1, style, now)}<p class="dim">${escapeMarkup(counts.join(' '))}</p>${looked}`;
}

const emptyWords = ({ series, missing }: CapacityView): string =>
  series === 0
    ? 'No forecast of the last six hours: give series a limit, or wait until they are trained.'
    : ['Nothing could be forecast.', ...reasons(missing)].join(' ');

const missingWords: Readonly<Record<string, string>> = {
  'not-trained': 'have no forecaster yet',
  'not-enough-history': 'have too little history',
};

const reasons = (missing: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(missing).map(([reason, count]) =>
    Object.hasOwn(missingWords, reason)
      ? `${count} ${missingWords[reason]}.`
      : `${count} not forecast: ${reason.replaceAll('-', ' ')}.`,
  );

function tableOf(lines: readonly CapacityLine[], saysWatch: boolean, style: WidgetStyle, now: number): string {
  const { width } = style;
  if (width < 480)
    return widgetTable(
      [{ text: 'What' }, { text: 'When' }],
      lines.map((line) => [
        `${name(line, saysWatch)}<br>${nowCell(line)}`,
        [crossingCell(line, style, now), fullCell(line, style, now), advice(line)]
          .filter((cell) => cell !== '')
          .join('<br>'),
      ]),
    );
  const isWide = width >= 760;
  return widgetTable(
    [
      { text: 'What' },
      { text: 'Now, and its limit' },
      { text: 'Near its limit soon' },
      { text: 'Full or used up' },
      ...(isWide ? [{ text: 'Advice' }] : []),
    ],
    lines.map((line) => [
      name(line, saysWatch),
      nowCell(line),
      crossingCell(line, style, now) + (isWide || advice(line) === '' ? '' : `<br>${advice(line)}`),
      fullCell(line, style, now),
      ...(isWide ? [advice(line)] : []),
    ]),
  );
}

const name = ({ watch, entity, label }: CapacityLine, saysWatch: boolean): string =>
  `<b>${escapeMarkup(plainName(entity, 80))}</b> ${escapeMarkup(plainName(label, 80))}` +
  (saysWatch ? ` <span class="dim">${escapeMarkup(plainName(watch, 40))}</span>` : '');

const nowCell = ({ current, limit, unit }: CapacityLine): string =>
  escapeMarkup(
    `${current === null ? 'unknown' : glanceValue(current, unit)}, ${limit.side === 'above' ? 'at most' : 'at least'} ${glanceValue(limit.value, unit)}`,
  );

function crossingCell(line: CapacityLine, { timezone }: WidgetStyle, now: number): string {
  const { isBeyond, probability, crossesAt, hasSkill, limit } = line;
  if (isBeyond) return `<b>${limit.side} it now</b>`;
  if (probability === null) return '<span class="dim">cannot be told</span>';
  const chance = chanceWords(probability);
  const when = crossesAt === null || probability < 0.5 ? '' : `, about ${momentWords(crossesAt, now, timezone)}`;
  const words = escapeMarkup(`${chance}${when}`);
  return hasSkill ? (probability >= 0.5 ? `<b>${words}</b>` : words) : `<span class="dim">${words}, unsure</span>`;
}

function fullCell(
  { fullAt, fullBetween, perDay, unit, isBeyond }: CapacityLine,
  { timezone }: WidgetStyle,
  now: number,
): string {
  if (fullAt === null)
    return perDay === null || isBeyond ? '' : `<span class="dim">${escapeMarkup(rate(perDay, unit))}</span>`;
  const left = fullAt - now;
  const when = left <= 0 ? 'should be by now' : `in ${durationWords(left)}`;
  const days = new Set(fullBetween?.map((time) => momentWords(time, now, timezone).replace(/,.*/, '')));
  const between = days.size === 0 ? '' : `, ${[...days].join(' to ')}`;
  return `<b>${escapeMarkup(when)}</b>${escapeMarkup(between)}${perDay === null ? '' : ` <span class="dim">${escapeMarkup(rate(perDay, unit))}</span>`}`;
}

const rate = (perDay: number, unit: string): string => `${perDay > 0 ? '+' : ''}${glanceValue(perDay, unit)} a day`;

const adviceWords: Readonly<Record<CapacityLine['recommendation'], string>> = {
  NONE: '',
  MONITOR: 'keep an eye on it',
  PREPARE_SCALING: 'prepare more capacity',
  SCALE_SOON: 'scale soon',
  SCALE_IMMEDIATELY: 'scale now',
};

const advice = ({ recommendation, hasSkill }: CapacityLine): string => (hasSkill ? adviceWords[recommendation] : '');
