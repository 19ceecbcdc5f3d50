import { cut, plainText } from './plain-text.ts';

/**
 * What somebody else wrote, as Slack's mrkdwn shows it unchanged: no mention, no link, no formatting.
 * https://docs.slack.dev/messaging/formatting-message-text
 *
 * @param most characters of the result, escapes included.
 */
export function mrkdwn(text: string, most = 300): string {
  const line = plainText(text, most);
  const escaped = escape(line);
  if (escaped.length <= most) return escaped;
  // An escape is at most five characters long: what is cut to a fifth fits; between the two, halve the distance.
  let fits = Math.floor(most / 5);
  let tooLong = line.length;
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (escape(cut(line, middle)).length <= most) fits = middle;
    else tooLong = middle;
  }
  return escape(cut(line, fits));
}

/** Marks that format only at the edge of a word; within one they are part of a name and stay as they are. */
const formatting = /(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])|`/gu;
/** Slack knows no way to escape them: their likes look the same and do nothing. */
const alike: Readonly<Record<string, string>> = { '*': '∗', _: '＿', '~': '∼', '`': 'ˋ' };

const escape = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(formatting, (mark) => alike[mark] ?? mark);

/** For Slack's plain text, in which nothing can be escaped: without the brackets no mention can be meant. */
export const bracketless = (text: string): string => text.replace(/</g, '‹').replace(/>/g, '›');

/** A link as text; undefined for what is no web address, or longer than Slack takes. */
export function mrkdwnLink(url: string, text: string): string | undefined {
  const address = webAddress(url);
  if (address === undefined) return undefined;
  return `<${address.replace(/&/g, '&amp;')}|${mrkdwn(text, 100) || 'link'}>`;
}

/** Slack takes no longer ones; a signed address of S3 has up to some 2,300. */
const LONGEST_ADDRESS = 2900;

/** As it may stand in a link: http or https, without what ends a link; undefined for anything else. */
export function webAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const address = href.replace(/[|<>"'`\s]/g, encodeURIComponent).replace(/'/g, '%27');
  return address.length <= LONGEST_ADDRESS ? address : undefined;
}
