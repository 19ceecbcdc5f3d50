import type { ModelsView, WatchModels } from '../alerting/status-view.ts';
import { escapeMarkup } from './escape-markup.ts';
import { momentWords } from './moment-words.ts';
import { plainName, plainText } from './plain-text.ts';
import { lookedWords, widgetTable } from './widget-parts.ts';
import type { WidgetStyle } from './widget-request.ts';
import { durationWords } from './words.ts';

/** Which models are in use, how old, how good, and whether they have become worse. HTML. @param now epoch seconds. */
export function modelsWidget(view: ModelsView, watch: string, style: WidgetStyle, now: number): string {
  const blocks = view.watches.map((one) => {
    const rows = [...championRows(one, style, now), ...forecasterRows(one, now)];
    const head = [{ text: plainName(one.watch, 60) }, { text: '' }];
    return widgetTable(
      head,
      rows.map(([what, says]) => [`<span class="dim key">${escapeMarkup(what)}</span>`, escapeMarkup(says)]),
    );
  });
  return `${blocks.join('')}${lookedWords('models', watch, view, style)}`;
}

type Row = readonly [what: string, says: string];

function championRows({ champion }: WatchModels, { timezone }: WidgetStyle, now: number): readonly Row[] {
  if (champion === null)
    return [
      ['Detection', 'no model yet: every series and thing is judged by the streaming detectors, which need none'],
    ];
  const { id, trainedAt, inUseSince, by, why, dataFrom, dataTo, report, before } = champion;
  const measures = Object.entries(report).map(([measure, value]) => `${spaced(measure)} ${digits(value)}`);
  return [
    [
      'Champion',
      `trained ${ago(trainedAt, now)} by ${plainName(by, 80)} on ${durationWords(dataTo - dataFrom)} of history, in use since ${momentWords(inUseSince, now, timezone)}`,
    ],
    ['Why', plainText(why, 240)],
    ['Evaluation', measures.length === 0 ? 'none was possible' : measures.join(', ')],
    ['Model', `${plainName(id, 80)}${before === 0 ? ', the first' : `, ${before} before it`}`],
  ];
}

function forecasterRows({ forecasters }: WatchModels, now: number): readonly Row[] {
  if (forecasters === null) return [['Forecasts', 'off']];
  const { serving, oldest, withoutSkill, drifted, accuracy, skill, coverage80 } = forecasters;
  const names = Object.entries(serving).sort(([, a], [, b]) => b - a);
  if (names.length === 0) return [['Forecasts', 'none are made yet']];
  const quality = [
    ...(accuracy === null ? [] : [`${digits(accuracy)} % right half an hour ahead`]),
    ...(skill === null
      ? []
      : [`${digits(skill * 100)} % ${skill >= 0 ? 'better' : 'worse'} than the last value`.replace('-', '')]),
    ...(coverage80 === null ? [] : [`${digits(coverage80)} % within the range of 80 %`]),
  ];
  return [
    [
      'Forecasters',
      names.map(([name, count]) => `${plainName(name, 40)} serves ${count}`).join(', ') +
        (oldest === null ? '' : `; the oldest was fitted ${ago(oldest, now)}`),
    ],
    ['The last hour', quality.length === 0 ? 'no forecast has come due' : quality.join(', ')],
    [
      'Drift',
      [
        drifted === 0
          ? 'none has become clearly worse'
          : `${drifted} ${drifted === 1 ? 'has' : 'have'} become clearly worse, to be fitted anew`,
        ...(withoutSkill === 0
          ? []
          : [`${withoutSkill} ${withoutSkill === 1 ? 'is' : 'are'} no better than the last value`]),
      ].join('; '),
    ],
  ];
}

const ago = (time: number, now: number): string => `${durationWords(Math.max(0, now - time))} ago`;

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** `deliveredPerWeek` is `delivered per week`. */
const spaced = (name: string): string =>
  plainName(name, 60)
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, ' ')
    .toLowerCase();
