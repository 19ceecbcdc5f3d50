import { createHash } from 'node:crypto';
import type { LinkAction } from '../alerting/action-token.ts';
import type { IncidentSummary } from '../alerting/incident-summary.ts';
import { momentWords, sinceWords } from './moment-words.ts';
import { escapeMarkup } from './escape-markup.ts';
import { plainName, plainText } from './plain-text.ts';
import { durationWords } from './words.ts';

/** What became of it; `over` is an incident that ended before. */
export type ActionOutcome =
  | 'done'
  | 'already'
  | 'over'
  | 'expired'
  | 'not-valid'
  | 'forgotten'
  | 'no-anomaly'
  | 'full'
  | 'too-large'
  | 'not-understood'
  | 'failed';

export type ConfirmationPage =
  | { readonly asks: LinkAction; readonly incident: IncidentSummary; readonly now: number }
  | {
      readonly says: ActionOutcome;
      readonly action?: LinkAction;
      readonly incident?: IncidentSummary;
      /** Epoch seconds at which what was done ends by itself. */
      readonly until?: number;
      /** What exactly was wrong, where that is known. */
      readonly detail?: string;
      readonly now: number;
    };

const style = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1c2330;--dim:#5b6472;--line:#d9dde3;--act:#0b5cad;--on:#fff}
@media(prefers-color-scheme:dark){:root{--back:#12151b;--card:#1b2029;--text:#e8ebf0;--dim:#a0a9b8;--line:#343c4a;--act:#7db8f5;--on:#0c1420}}
*{box-sizing:border-box}
body{margin:0;padding:1rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:34rem;margin:4vh auto;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 1rem;font-size:1.35rem;line-height:1.3}
h2{margin:0;font-size:1.05rem;overflow-wrap:anywhere}
p,li,label{overflow-wrap:anywhere}
p{margin:.5rem 0}
ul{margin:.5rem 0;padding-left:1.2rem}
.dim{color:var(--dim);font-size:.9rem}
section{padding:.75rem 1rem;border-left:4px solid var(--line);margin:0 0 1rem}
section.HIGH,section.CRITICAL{border-color:#d13438}
section.MEDIUM{border-color:#e08a00}
section.LOW{border-color:#d6b800}
label{display:block;margin:.75rem 0 .25rem;font-size:.9rem}
select,input,button{width:100%;padding:.65rem .75rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);border-radius:.5rem}
button{margin-top:1.25rem;background:var(--act);border-color:var(--act);color:var(--on);font-weight:600;cursor:pointer}
button:focus-visible,select:focus-visible,input:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`;

/** Nothing but this page's own style: no script, no picture, nothing from elsewhere, no frame around it. */
export const pageSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** How long a snooze lasts and what is normal stays so: what the form sends, and how it reads. */
export const choices: Readonly<Record<'snooze' | 'normal', readonly (readonly [value: string, words: string])[]>> = {
  snooze: [
    ['2h', '2 hours'],
    ['30m', '30 minutes'],
    ['8h', '8 hours'],
    ['1d', '1 day'],
    ['7d', '1 week'],
  ],
  normal: [
    ['always', 'Always, until somebody takes it back'],
    ['7d', 'For 1 week'],
    ['30d', 'For 30 days'],
  ],
};

/**
 * The page behind a link of a notice: asks before it acts, for link previews open links too; then says what happened.
 * One page without script or anything from elsewhere; all that is shown is escaped.
 */
export function confirmationPage(page: ConfirmationPage): string {
  const { heading, body } = 'asks' in page ? asking(page) : saying(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeMarkup(heading)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(heading)}</h1>
${body}
</main>
</body>
</html>
`;
}

interface Content {
  readonly heading: string;
  /** HTML. */
  readonly body: string;
}

const questions: Readonly<Record<LinkAction, readonly [heading: string, what: string, button: string]>> = {
  acknowledge: [
    'Acknowledge this incident?',
    'Others see that somebody is on it. Reminders stop until it gets worse or ends.',
    'Acknowledge',
  ],
  snooze: [
    'Snooze this incident?',
    'Nobody is told of it while it is snoozed. If it still fires then, it is told.',
    'Snooze',
  ],
  normal: [
    'Is this normal?',
    'Deviations of this kind, up to this size and a little beyond, are no longer told. Larger ones and all others are. It can be taken back with npx aiops feedback remove.',
    'This is normal',
  ],
};

function asking({ asks, incident, now }: Extract<ConfirmationPage, { asks: LinkAction }>): Content {
  const [heading, what, button] = questions[asks];
  const select =
    asks === 'acknowledge'
      ? ''
      : `<label for="for">${asks === 'snooze' ? 'For how long' : 'From now on'}</label>
<select id="for" name="for">${choices[asks].map(([value, words]) => `<option value="${value}">${escapeMarkup(words)}</option>`).join('')}</select>`;
  const meant =
    asks === 'normal' && incident.meant.length > 0
      ? `<p>It is said of:</p>\n<ul>${incident.meant.map((one) => `<li>${escapeMarkup(plainName(one, 200))}</li>`).join('')}</ul>`
      : '';
  return {
    heading,
    body: `${incidentCard(incident, now)}
<p>${escapeMarkup(what)}</p>
${meant}
<form method="post">
${select}
<label for="who">Your name, if you like</label>
<input id="who" name="who" maxlength="80" autocomplete="name">
<button type="submit">${escapeMarkup(button)}</button>
</form>`,
  };
}

function saying({
  says,
  action,
  incident,
  until,
  detail,
  now,
}: Extract<ConfirmationPage, { says: ActionOutcome }>): Content {
  const [heading, what] = outcomeWords(says, action, until, now);
  const more = detail === undefined ? '' : `<p class="dim">${escapeMarkup(plainText(detail, 500))}</p>`;
  const card = incident === undefined ? '' : incidentCard(incident, now);
  return { heading, body: `${card}\n<p>${escapeMarkup(what)}</p>\n${more}` };
}

/** What became of an action, as a heading and a sentence; not escaped. Epoch seconds. */
export function outcomeWords(
  says: ActionOutcome,
  action: LinkAction | undefined,
  until: number | undefined,
  now: number,
): readonly [heading: string, what: string] {
  const end = until === undefined ? '' : ` until ${momentWords(until, now)} (${durationWords(until - now)})`;
  switch (says) {
    case 'done':
      if (action === 'acknowledge') return ['Acknowledged', 'Others see that somebody is on it.'];
      if (action === 'snooze') return ['Snoozed', `Nobody is told of it${end}.`];
      return [
        'Noted as normal',
        `Deviations of this kind and size are no longer told${end}. It counts from one of the next evaluations on; what fires now ends by itself. Take it back with npx aiops feedback remove.`,
      ];
    case 'already':
      if (action === 'acknowledge') return ['Already acknowledged', 'Somebody did so before; nothing was changed.'];
      if (action === 'snooze') return ['Already snoozed', `It is snoozed${end} as it is; nothing was changed.`];
      return ['Already noted as normal', 'Somebody said so before; nothing was changed.'];
    case 'over':
      return ['This incident is over', 'It ended before; there is nothing left to do. Nothing was changed.'];
    case 'expired':
      return [
        'This link has expired',
        'Links act for 7 days. Newer notices carry new ones; npx aiops incidents acts without any.',
      ];
    case 'forgotten':
      return [
        'This incident is no longer known',
        'It ended long ago, or another one has begun since. Nothing was changed.',
      ];
    case 'no-anomaly':
      return [
        'Nothing here can be normal',
        'This incident is of limits that somebody set, and not of what is unusual: change the rule in the settings. Nothing was changed.',
      ];
    case 'full':
      return [
        'Too much is normal already',
        'A watch holds 1,000 of these: take some back with npx aiops feedback remove. Nothing was changed.',
      ];
    case 'too-large':
      return ['That was too much', 'The form is not as large as what was sent. Nothing was changed.'];
    case 'not-understood':
      return ['That was not understood', 'Open the link again and use its form. Nothing was changed.'];
    case 'failed':
      return ['That did not work', 'It is our fault, not yours. Please try again in a minute.'];
    case 'not-valid':
      return ['This link is not valid', 'Check that it was copied whole, or use a newer notice. Nothing was changed.'];
  }
}

const MOST_FINDINGS = 5;

function incidentCard(incident: IncidentSummary, now: number): string {
  const { title, severity, watches, since, until, findings, acknowledgedBy, snoozedUntil } = incident;
  const rest = findings.length - MOST_FINDINGS;
  const lines = findings.slice(0, MOST_FINDINGS).map(({ label, explanation }) => {
    const sentence = plainText(explanation, 240);
    return `<li>${escapeMarkup(plainName(label, 120))}${sentence === '' ? '' : `: ${escapeMarkup(sentence)}`}</li>`;
  });
  const states = [
    ...(acknowledgedBy === undefined ? [] : [`Acknowledged by ${plainName(acknowledgedBy, 100)}.`]),
    ...(snoozedUntil === undefined || snoozedUntil <= now ? [] : [`Snoozed until ${momentWords(snoozedUntil, now)}.`]),
  ];
  return `<section class="${severity}">
<h2>${escapeMarkup(`${severity}: ${plainName(title, 200)}`)}</h2>
<p class="dim">${escapeMarkup(`${watches.map((name) => plainName(name, 60)).join(', ')}, ${sinceWords(since, now, until)}`)}</p>
<ul>${lines.join('')}${rest > 0 ? `<li>and ${rest} more</li>` : ''}</ul>
${states.map((one) => `<p class="dim">${escapeMarkup(one)}</p>`).join('')}
</section>`;
}
