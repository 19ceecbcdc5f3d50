import type { Notice, NoticeLink } from '../alerting/notice.ts';
import { bracketless, mrkdwn, mrkdwnLink, webAddress } from './mrkdwn.ts';
import { cautions, headline, mainFacts, noticeIcon, originWords, otherWords } from './notice-words.ts';
import { cut } from './plain-text.ts';
import { slackLimits } from './slack-limits.ts';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: true;
}
interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Without it Slack makes links and mentions of what looks like them. */
  readonly verbatim: true;
}
export type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'image'; readonly image_url: string; readonly alt_text: string }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

/** Body of an incoming webhook. `text` is what a lock screen shows, and all there is where there are no blocks. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks?: readonly SlackBlock[];
  /** Slack must not open the links: they act on the incident. */
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** `full`; without the picture, for Slack refuses a whole message whose picture it cannot load; text alone. */
export type SlackForm = 'full' | 'without-image' | 'plain';

/**
 * A notice for Slack, within its limits whatever is in the notice, with everything that others wrote escaped.
 */
export function slackMessage(notice: Notice, form: SlackForm): SlackMessage {
  const title = `${noticeIcon(notice)} ${headline(notice, slackLimits.header - 10)}`;
  const paragraphs = [
    mainParagraph(notice),
    othersParagraph(notice),
    cautionParagraph(notice),
    ...linkParagraphs(notice),
  ];
  const origin = originWords(notice).map((words) => mrkdwn(words, 300));
  const common = { unfurl_links: false, unfurl_media: false } as const;
  if (form === 'plain') {
    const lines = [`*${mrkdwn(title, 600)}*`, ...paragraphs.filter((text) => text !== ''), origin.join(' · ')];
    return { text: slackText(lines), ...common };
  }
  const image = form === 'full' && notice.image !== undefined ? imageBlock(notice, notice.image) : [];
  const [main, others, caution, ...links] = paragraphs;
  return {
    text: mrkdwn(title, 600),
    blocks: [
      header(title),
      ...sections([main, others, caution]),
      ...image,
      ...sections(links),
      { type: 'context', elements: [text(origin.join(' · '))] },
    ],
    ...common,
  };
}

/** Slack's header is plain text. */
export const header = (title: string): SlackBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: cut(bracketless(title), slackLimits.header), emoji: true },
});

export const text = (words: string): Mrkdwn => ({ type: 'mrkdwn', text: words, verbatim: true });

/** One block per paragraph that says something. @param paragraphs escaped, each within Slack's limit. */
export const sections = (paragraphs: readonly string[]): readonly SlackBlock[] =>
  paragraphs.filter((words) => words !== '').map((words) => ({ type: 'section', text: text(words) }));

/** Paragraphs as far as they fit, whole ones only. */
export function slackText(paragraphs: readonly string[]): string {
  let whole = '';
  for (const paragraph of paragraphs) {
    const next = whole === '' ? paragraph : `${whole}\n${paragraph}`;
    if (next.length > slackLimits.text) break;
    whole = next;
  }
  return whole;
}

/** The gravest of it: what was observed, since when, how unusual, why, and what had a part in it. */
function mainParagraph(notice: Notice): string {
  const { name, numbers, when, why, parts } = mainFacts(notice);
  const what = [name === '' ? '' : `*${mrkdwn(name, 300)}*`, mrkdwn(numbers, 300)].filter((words) => words !== '');
  return [
    what.join(': '),
    mrkdwn(when),
    mrkdwn(why, 600),
    parts.length === 0 ? '' : `Most of it: ${mrkdwn(parts.join(', '), 900)}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const OTHERS_SHOWN = 5;

/** What else fires, one line each. */
function othersParagraph(notice: Notice): string {
  const others = notice.findings.slice(1);
  const shown = others.slice(0, OTHERS_SHOWN).map((finding) => `• ${mrkdwn(otherWords(notice, finding), 450)}`);
  const more = others.length - shown.length + notice.more;
  if (more > 0) shown.push(`and ${more} more`);
  return shown.length === 0 ? '' : ['*Also*', ...shown].join('\n');
}

const cautionParagraph = (notice: Notice): string =>
  cautions(notice)
    .map((sentence) => `⚠️ ${mrkdwn(sentence, 300)}`)
    .join('\n');

/** What is to be read first, then what is to be done; never as buttons, which warn where an app is not interactive. */
function linkParagraphs(notice: Notice): readonly string[] {
  const acts = new Set<NoticeLink['kind']>(['acknowledge', 'snooze', 'normal']);
  const ofKind = (acting: boolean): readonly string[] =>
    notice.links
      .filter(({ kind }) => acts.has(kind) === acting)
      .flatMap(({ url, text: words }) => mrkdwnLink(url, words) ?? [])
      .slice(0, 10);
  return [...inParagraphs(ofKind(false)), ...inParagraphs(ofKind(true))];
}

/** Side by side as long as they fit into one section: a signed address may be as long as half of one. */
function inParagraphs(links: readonly string[]): readonly string[] {
  const paragraphs: string[] = [];
  for (const link of links.filter(({ length }) => length <= slackLimits.section)) {
    const last = paragraphs.pop();
    const joined = last === undefined ? link : `${last}  ·  ${link}`;
    if (last === undefined || joined.length <= slackLimits.section) paragraphs.push(joined);
    else paragraphs.push(last, link);
  }
  return paragraphs;
}

function imageBlock(notice: Notice, image: string): readonly SlackBlock[] {
  const address = webAddress(image);
  if (address === undefined) return [];
  return [{ type: 'image', image_url: address, alt_text: cut(`Chart: ${headline(notice)}`, slackLimits.altText) }];
}
