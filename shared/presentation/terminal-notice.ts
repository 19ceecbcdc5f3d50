import { createColors } from 'picocolors';
import type { Notice } from '../alerting/notice.ts';
import type { Severity } from '../alerting/severities.ts';
import { webAddress } from './mrkdwn.ts';
import { cautions, headline, isEnding, mainFacts, noticeIcon, originWords, otherWords } from './notice-words.ts';
import { plainText } from './plain-text.ts';
import { wrapWords } from './wrap-words.ts';

export interface TerminalNoticeOptions {
  /** Columns; at least 30. */
  readonly width: number;
  readonly colours: boolean;
  /** Signs before the headline; none where the terminal has no Unicode. */
  readonly unicode: boolean;
}

const OTHERS_SHOWN = 3;

/** A notice in a few lines for a terminal: what Slack shows, without the picture. Nothing in it can steer the terminal. */
export function terminalNotice(notice: Notice, { width, colours, unicode }: TerminalNoticeOptions): readonly string[] {
  const colour = createColors(colours);
  const indent = unicode ? '   ' : '  ';
  const title = colour.bold(painted(notice, colour)(headline(notice, 240)));
  const { name, numbers, when, why, parts } = mainFacts(notice);
  const others = notice.findings.slice(1);
  const more = others.length - Math.min(others.length, OTHERS_SHOWN) + notice.more;
  const body = [
    [name, numbers].filter((words) => words !== '').join(': '),
    when,
    why,
    parts.length === 0 ? '' : `most of it: ${parts.join(', ')}`,
    ...others.slice(0, OTHERS_SHOWN).map((finding) => `also ${otherWords(notice, finding)}`),
    more > 0 ? `and ${more} more` : '',
    ...cautions(notice).map((sentence) => colour.yellow(sentence)),
    ...notice.links.flatMap(({ text, url }) => {
      const address = webAddress(url);
      return address === undefined ? [] : [`${plainText(text, 60)}: ${address}`];
    }),
    colour.dim(originWords(notice).join(', ')),
  ];
  return [
    ...wrapWords(unicode ? `${noticeIcon(notice)} ${title}` : title, width),
    ...body.filter((line) => line !== '').flatMap((line) => wrapWords(`${indent}${line}`, width)),
  ];
}

type Colours = ReturnType<typeof createColors>;

function painted(notice: Notice, colour: Colours): (words: string) => string {
  if (isEnding(notice)) return colour.green;
  const ofSeverity: Readonly<Record<Severity, (words: string) => string>> = {
    CRITICAL: colour.red,
    HIGH: colour.red,
    MEDIUM: colour.yellow,
    LOW: colour.cyan,
    INFO: colour.cyan,
  };
  return ofSeverity[notice.severity];
}
