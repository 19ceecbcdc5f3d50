import type { Notice } from '../shared/alerting/notice.ts';
import { severities } from '../shared/alerting/severities.ts';
import { headline, noticeIcon } from '../shared/presentation/notice-words.ts';
import { terminalNotice } from '../shared/presentation/terminal-notice.ts';
import { timeWords } from '../shared/presentation/words.ts';
import { wrapWords } from '../shared/presentation/wrap-words.ts';
import type { DemoIncident } from './demo-incidents.ts';
import type { Told } from './overheard-channel.ts';
import type { Terminal } from './terminal.ts';

/** Name of the channel whose notices the story shows. */
export const demoTerminal = 'terminal';

/** All that people were told of an incident, in order; empty where they were told nothing. */
export function noticesOf({ entity, firstTold }: DemoIncident, told: readonly Told[]): readonly Notice[] {
  const heard = told.filter(({ channel }) => channel === demoTerminal).map(({ notice }) => notice);
  const first = heard.findLast(
    ({ entities, since, reason }) => reason === 'first-notice' && entities.includes(entity) && since <= firstTold,
  );
  return first === undefined ? [] : heard.filter(({ incident }) => incident === first.incident);
}

/** Notices as a time-line: the first as people read it, the others by their headlines. */
export function* noticeLines(notices: readonly Notice[], width: number, terminal: Terminal): Generator<string> {
  const { colours, unicode } = terminal;
  const room = width - indent.length;
  for (const [index, notice] of notices.entries()) {
    const time = timeWords(notice.at).slice(11, 16);
    const icon = unicode ? `${noticeIcon(notice)} ` : '';
    const lines =
      index > 0
        ? wrapWords(`${icon}${headline(notice)}`, room)
        : // Where it came from is the same for all of them.
          terminalNotice(notice, { width: room, colours, unicode }).slice(0, -1);
    for (const [line, words] of lines.entries()) yield `${line === 0 ? `${time}  ` : indent}${words}`;
  }
}

const indent = '       ';

/** How much was said, and where. */
export function toldLines(told: readonly Told[]): readonly string[] {
  const here = told.filter(({ channel }) => channel === demoTerminal).map(({ notice }) => notice);
  const gravestOf = new Map<string, number>();
  for (const { incident, severity } of here)
    gravestOf.set(incident, Math.max(gravestOf.get(incident) ?? 0, severities.indexOf(severity)));
  const counts = severities
    .map((severity, rank) => ({ severity, count: [...gravestOf.values()].filter((one) => one === rank).length }))
    .filter(({ count }) => count > 0)
    .reverse();
  const each = counts.map(({ severity, count }) => `${count} ${severity}`).join(', ');
  const lines = [
    gravestOf.size === 0
      ? 'People were told nothing.'
      : `People were told of ${gravestOf.size} incidents (${each}) in ${here.length} messages.`,
  ];
  for (const channel of new Set(told.map((one) => one.channel))) {
    if (channel === demoTerminal) continue;
    const tried = told.filter((one) => one.channel === channel);
    const refused = tried.filter(({ delivery }) => delivery.outcome !== 'delivered');
    const why = refused.map(({ delivery }) => ('reason' in delivery ? delivery.reason : '')).at(-1);
    lines.push(
      `${channel}: ${tried.length - refused.length} of ${tried.length} delivered${why === undefined ? '' : `; ${why}`}`,
    );
  }
  return lines;
}
