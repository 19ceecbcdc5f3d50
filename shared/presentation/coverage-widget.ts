import type { CoverageView, WatchCoverage } from '../alerting/status-view.ts';
import { dollars } from '../numeric/dollars.ts';
import { escapeMarkup } from './escape-markup.ts';
import { meterSentences } from './meter-words.ts';
import { momentWords } from './moment-words.ts';
import { plainName } from './plain-text.ts';
import { lookedWords, widgetTable } from './widget-parts.ts';
import type { WidgetStyle } from './widget-request.ts';
import { durationWords } from './words.ts';

/** How much is looked after, and what is asked of CloudWatch for it. HTML. @param now epoch seconds. */
export function coverageWidget(view: CoverageView, watch: string, style: WidgetStyle, now: number): string {
  const { watches, metricPrice, pace } = view;
  const month = watches.reduce((sum, { billedPerMonth }) => sum + billedPerMonth, 0);
  const meter = pace === null ? ['The meter was not read yet.'] : meterSentences(pace, now, style.timezone);
  const cost =
    `<p><b>${escapeMarkup(count(month))}</b> metrics a month are to be asked of CloudWatch, by what is watched now ` +
    `(<span class="dim">${dollars(month * metricPrice)} a month</span>). ${meter.map(escapeMarkup).join(' ')}</p>`;
  const table = style.width < 660 ? narrow(watches, style, now) : wide(watches, style, now);
  return `${table}${cost}${lookedWords('coverage', watch, view, style)}`;
}

const wide = (watches: readonly WatchCoverage[], style: WidgetStyle, now: number): string =>
  widgetTable(
    [
      { text: 'Watch' },
      { text: 'Watched' },
      { text: 'Silent', number: true },
      { text: 'Never judged', number: true },
      { text: 'Not found', number: true },
      { text: 'Judged until' },
      { text: 'Asked' },
    ],
    watches.map((one) => [
      escapeMarkup(plainName(one.watch, 60)),
      escapeMarkup(watchedWords(one)),
      escapeMarkup(countOf(one, 'silent')),
      escapeMarkup(countOf(one, 'unscorable')),
      escapeMarkup(count(one.absent)),
      escapeMarkup(judgedUntil(one, style, now)),
      escapeMarkup(askedWords(one)),
    ]),
  );

const narrow = (watches: readonly WatchCoverage[], style: WidgetStyle, now: number): string =>
  widgetTable(
    [{ text: 'Watch' }, { text: 'Coverage' }],
    watches.map((one) => [
      escapeMarkup(plainName(one.watch, 60)),
      [
        watchedWords(one),
        `${countOf(one, 'silent')} silent, ${countOf(one, 'unscorable')} never judged, ${count(one.absent)} not found`,
        `judged until ${judgedUntil(one, style, now)}`,
        `asked: ${askedWords(one)}`,
      ]
        .map(escapeMarkup)
        .join('<br>'),
    ]),
  );

const watchedWords = ({ series, entities }: WatchCoverage): string =>
  `${count(series)} series of ${count(entities)} ${entities === 1 ? 'thing' : 'things'}`;

const countOf = ({ judged }: WatchCoverage, what: 'silent' | 'unscorable'): string =>
  judged === null ? 'unknown' : count(judged[what]);

const askedWords = ({ billedPerTick, every }: WatchCoverage): string =>
  `${count(billedPerTick)} every ${durationWords(every)}`;

function judgedUntil({ judged, every }: WatchCoverage, { timezone }: WidgetStyle, now: number): string {
  if (judged === null || !Number.isFinite(judged.judgedTo)) return 'nothing is judged yet';
  const behind = now - judged.judgedTo;
  const late = behind > 3 * every + 900 ? `, ${durationWords(behind)} ago` : '';
  return `${momentWords(judged.judgedTo, now, timezone)}${late}`;
}

/** `12,960` */
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
