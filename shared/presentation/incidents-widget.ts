import type { LinkAction } from '../alerting/action-token.ts';
import type { IncidentsView, OpenIncident } from '../alerting/status-view.ts';
import { severities } from '../alerting/severities.ts';
import { choices } from './confirmation-page.ts';
import { escapeMarkup } from './escape-markup.ts';
import { momentWords, sinceWords } from './moment-words.ts';
import { plainName, plainText, someOf } from './plain-text.ts';
import { widgetButton, widgetSelect } from './widget-parts.ts';
import type { WidgetStyle } from './widget-request.ts';

const MOST_SHOWN = 20;
const MOST_FINDINGS = 3;

/** What is open, with buttons to acknowledge, snooze, and call normal. HTML. @param now epoch seconds. */
export function incidentsWidget(view: IncidentsView, style: WidgetStyle, now: number): string {
  const { incidents, notRead, unreadable } = view;
  const rest = incidents.length - MOST_SHOWN;
  const notes = [
    ...(rest > 0 ? [`${rest} more are open, milder or older than these.`] : []),
    ...(notRead > 0 ? [`${notRead} more records were not looked at: npx aiops incidents shows all.`] : []),
    ...(unreadable.length > 0
      ? [
          `${unreadable.length} records cannot be read: there may be incidents that nobody hears of. The runbook says what to do.`,
        ]
      : []),
  ].map((words) => `<p class="warn">${escapeMarkup(words)}</p>`);
  if (incidents.length === 0) return `<p><b>Nothing is open.</b></p>${notes.join('')}`;
  const cards = incidents.slice(0, MOST_SHOWN).map((one) => card(one, style, now));
  return `<p><b>${escapeMarkup(countWords(incidents))}</b></p>${notes.join('')}${form()}${cards.join('')}`;
}

function countWords(incidents: readonly OpenIncident[]): string {
  const counts = [...severities].reverse().flatMap((severity) => {
    const count = incidents.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return `${incidents.length} open: ${counts.join(', ')}`;
}

const form = (): string =>
  `<form>${widgetSelect(
    'for',
    'Snooze for',
    choices.snooze.map(([value, text]) => ({ value, text })),
    '2h',
  )}<label>Your name <input name="who" maxlength="80" size="16"></label></form>`;

function card(incident: OpenIncident, style: WidgetStyle, now: number): string {
  const { title, severity, watches, since, findings } = incident;
  const names = watches.map((name) => plainName(name, 60));
  const where = `${someOf(names, 3)}, ${sinceWords(since, now, undefined, style.timezone)}`.replace(/^, /, '');
  const more = findings.length - MOST_FINDINGS;
  const reasons = findings.slice(0, MOST_FINDINGS).map(({ label, explanation }) => {
    const why = plainText(explanation, 240);
    const name = plainName(label, 120);
    return `<p>${escapeMarkup(why === '' ? name : `${name}: ${why}`)}</p>`;
  });
  return (
    `<article class="${severity}"><p><b class="sign ${severity}">${severity}</b> <b>${escapeMarkup(plainName(title, 160))}</b> ` +
    `<span class="dim">${escapeMarkup(where)}</span></p>${reasons.join('')}` +
    (more > 0 ? `<p class="dim">and ${more} more</p>` : '') +
    stateWords(incident, style, now) +
    `<div class="row">${buttons(incident, style).join('')}</div></article>`
  );
}

function stateWords(incident: OpenIncident, { timezone }: WidgetStyle, now: number): string {
  const { acknowledgedBy, snoozedUntil, inShadow, isCalm, staleSince } = incident;
  const words = [
    ...(staleSince === undefined
      ? []
      : [`Not evaluated since ${momentWords(staleSince, now, timezone)}: it may have changed.`]),
    ...(isCalm ? ['Nothing of it fires now; it ends when that lasts.'] : []),
    ...(inShadow ? ['In shadow: nobody is told.'] : []),
    ...(acknowledgedBy === undefined ? [] : [`Acknowledged by ${plainName(acknowledgedBy, 100)}.`]),
    ...(isSnoozed(snoozedUntil, now) ? [`Snoozed until ${momentWords(snoozedUntil, now, timezone)}.`] : []),
  ];
  return words.length === 0 ? '' : `<p class="dim">${escapeMarkup(words.join(' '))}</p>`;
}

const isSnoozed = (until: number | undefined, now: number): until is number => until !== undefined && until > now;

const words: Readonly<Record<LinkAction, readonly [button: string, confirmation: string]>> = {
  acknowledge: ['Acknowledge', 'Others see that somebody is on it, and reminders stop until it gets worse or ends.'],
  snooze: ['Snooze', 'Nobody is told of it until the time chosen above has passed.'],
  normal: [
    'This is normal',
    'Deviations of this kind, up to this size and a little beyond, are no longer told. It can be taken back with npx aiops feedback remove.',
  ],
};

function buttons(incident: OpenIncident, style: WidgetStyle): readonly string[] {
  const { id, group, number, acknowledgedBy, snoozedUntil, canBeNormal, title } = incident;
  const actions: LinkAction[] = [
    ...(acknowledgedBy === undefined ? (['acknowledge'] as const) : []),
    'snooze',
    ...(canBeNormal ? (['normal'] as const) : []),
  ];
  return actions.map((act) => {
    const [text, confirmation] = words[act];
    const params = { widget: 'incidents', act, incident: id, group, number, snoozedUntil: snoozedUntil ?? null };
    return widgetButton({ text, params, confirmation: `${plainName(title, 80)}: ${confirmation}` }, style);
  });
}
