/** Scripts written from right to left: https://www.unicode.org/reports/tr9/ */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Format characters but the joiners that emoji and Persian need: what turns a line around or hides in it. */
const hidden = /(?![\u200c\u200d])\p{Cf}/gu;

/**
 * One line of what somebody else wrote, harmless in a terminal and beside text of ours: no control characters, no line
 * breaks, nothing invisible, no halves of characters. Right-to-left names stand in isolation, so that the numbers
 * beside them keep their order.
 *
 * @param most UTF-16 units of the result; what is longer ends in "…".
 */
export function plainText(text: string, most = 300): string {
  // A name of megabytes is cut before it is looked at; what is removed below rarely makes up for it.
  const line = text
    .slice(0, most * 4 + 1000)
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(hidden, '')
    .trim();
  return rightToLeft.test(line) && most > 3 ? `\u2068${cut(line, most - 2)}\u2069` : cut(line, most);
}

/** The same, never empty: a name that says nothing is named so. */
export const plainName = (text: string, most?: number): string => plainText(text, most) || '(no name)';

/** At most so many UTF-16 units, never half a character; what is longer ends in "…". */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = /[\ud800-\udbff]$/;
  return `${text
    .slice(0, Math.max(0, most - 1))
    .replace(half, '')
    .trimEnd()}…`;
}

/** `web-1, web-2 and 5 more` */
export function someOf(all: readonly string[], shown: number): string {
  const named = all.slice(0, shown);
  const rest = all.length - named.length;
  if (rest > 0) return `${named.join(', ')} and ${rest} more`;
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named[named.length - 1]}`;
}
