import type { Digest } from '../alerting/digest.ts';
import { severities } from '../alerting/severities.ts';
import { mrkdwn } from './mrkdwn.ts';
import { plainName, plainText } from './plain-text.ts';
import { header, sections, slackText, type SlackMessage } from './slack-message.ts';
import { wrapWords } from './wrap-words.ts';

/** A paragraph of the digest: what it is about, and a line each. Not escaped. */
interface Paragraph {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A digest for Slack: blocks, or text alone where Slack does not take them. */
export function slackDigest(digest: Digest, form: 'full' | 'plain'): SlackMessage {
  const title = `📋 ${digestTitle(digest)}`;
  const summary = mrkdwn(`${title}: ${incidentWords(digest)}`, 600);
  const paragraphs = digestParagraphs(digest).map(({ title: about, lines }) =>
    [`*${mrkdwn(about)}*`, ...lines.map((line) => `• ${mrkdwn(line, 250)}`)].join('\n'),
  );
  const common = { unfurl_links: false, unfurl_media: false } as const;
  if (form === 'plain') return { text: slackText([`*${mrkdwn(title)}*`, ...paragraphs]), ...common };
  return { text: summary, blocks: [header(title), ...sections(paragraphs)], ...common };
}

/** The same for a terminal; at least 30 columns. */
export function terminalDigest(digest: Digest, width: number): readonly string[] {
  return [
    digestTitle(digest),
    ...digestParagraphs(digest).flatMap(({ title, lines }) => [
      ...wrapWords(`  ${title}`, width),
      ...lines.flatMap((line) => wrapWords(`    ${line}`, width)),
    ]),
  ];
}

/** `Alerts of last week (Nov 9 to Nov 15) – prod` */
export function digestTitle({ every, from, until, timezone, deployment }: Digest): string {
  const first = dayWords(from, timezone);
  // The last second of the period, for `until` is the next one's beginning.
  const last = dayWords(until - 1, timezone);
  const days = first === last ? first : `${first} to ${last}`;
  const of = deployment === '' ? '' : ` – ${plainText(deployment, 40)}`;
  return `Alerts of the last ${every} (${days})${of}`;
}

function dayWords(seconds: number, timezone: string): string {
  if (!(Math.abs(seconds) <= 8.64e12)) return 'an unknown day';
  return new Date(seconds * 1000).toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: timezone });
}

const MOST_LINES = 8;

function digestParagraphs(digest: Digest): readonly Paragraph[] {
  const { noisiest, shadow, budgets, silences } = digest;
  const paragraphs: Paragraph[] = [
    {
      title: 'Told',
      lines: [incidentWords(digest), ...(digest.notices > 0 ? [`${count(digest.notices, 'message')} in all`] : [])],
    },
    {
      title: 'Noisiest',
      lines: [
        ...noisiest.watches.map(({ watch, incidents }) => `${plainName(watch, 80)}: ${count(incidents, 'incident')}`),
        ...(noisiest.more > 0 ? [`and ${count(noisiest.more, 'more watch', 'more watches')}`] : []),
      ],
    },
    { title: 'Promised and delivered', lines: budgets.map(budgetWords) },
    {
      title: 'In shadow, would have been told',
      lines: shadow.map(({ watch, incidents }) => `${plainName(watch, 80)}: ${count(incidents, 'incident')}`),
    },
    {
      title: 'Kept quiet',
      lines: silences.map(({ reason, incidents }) => `${silenceWords(reason)}: ${count(incidents, 'incident')}`),
    },
    { title: 'Trouble with telling', lines: troubleWords(digest) },
  ];
  return paragraphs.filter(({ lines }) => lines.length > 0).map(shortened);
}

function shortened({ title, lines }: Paragraph): Paragraph {
  const rest = lines.length - MOST_LINES;
  return { title, lines: rest > 0 ? [...lines.slice(0, MOST_LINES), `and ${rest} more`] : lines };
}

/** `4 incidents: 1 CRITICAL, 3 LOW` */
function incidentWords({ incidents }: Digest): string {
  const bySeverity = [...severities].reverse().flatMap((severity) => {
    const of = incidents[severity];
    return of > 0 ? [`${of} ${severity}`] : [];
  });
  const all = severities.reduce((sum, severity) => sum + incidents[severity], 0);
  return all === 0 ? 'no incidents' : `${count(all, 'incident')}: ${bySeverity.join(', ')}`;
}

function budgetWords({ watch, setting, promised, delivered }: Digest['budgets'][number]): string {
  const allowed = Number(promised.toPrecision(2));
  // Chance alone goes somewhat beyond a budget; twice as much, and more than a few, is no chance.
  const verdict = delivered > 2 * promised + 2 ? ', too many: train again, or look at what is noisy' : '';
  return `${plainName(watch, 80)}: at most ${allowed} promised (${plainText(setting, 40)}), ${delivered} delivered${verdict}`;
}

const silenceReasons: Readonly<Record<string, string>> = {
  'quiet-window': 'in quiet windows',
  muted: 'muted',
  snoozed: 'snoozed',
  acknowledged: 'taken up by somebody',
  'shadow-mode': 'in shadow',
  'page-budget-spent': 'pages of the day spent',
  flapping: 'coming and going',
  'too-old': 'heard of too late',
  'joined-storm': 'told together with others',
  unknown: 'could not be evaluated',
  'below-reminders': 'too mild for reminders',
};

const silenceWords = (reason: string): string => silenceReasons[reason] ?? plainText(reason, 60).replaceAll('-', ' ');

function troubleWords({ deliveries, unreadable }: Digest): readonly string[] {
  const { owed, rejected } = deliveries;
  return [
    ...(owed > 0 ? [`${count(owed, 'delivery', 'deliveries')} had to be tried again`] : []),
    ...(rejected > 0
      ? [`${count(rejected, 'delivery', 'deliveries')} refused for good: see the log of the router`]
      : []),
    ...(unreadable > 0
      ? [`${count(unreadable, 'record')} of the audit could not be read: the counts above lack them`]
      : []),
  ];
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;
