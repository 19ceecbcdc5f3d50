import type { Incident } from '../shared/alerting/incident.ts';
import { compareSeverities } from '../shared/alerting/severities.ts';
import { standingOf } from '../shared/alerting/standing.ts';
import type { AuditRecord } from '../shared/pipeline/alert-audit.ts';
import { plainName, plainText } from '../shared/presentation/plain-text.ts';
import { textTable } from '../shared/presentation/text-table.ts';
import { findingLines } from '../shared/presentation/finding-lines.ts';
import { durationWords, shortDuration, timeWords } from '../shared/presentation/words.ts';

const ago = (time: number, now: number): string => `${durationWords(Math.max(0, now - time))} ago`;

/** Incidents as a table, with what has become of each. @param now epoch seconds. */
export function incidentTable(incidents: readonly Incident[], now: number): readonly string[] {
  const rows = incidents.map((incident) => {
    const { id, title, openedAt, closedAt } = incident;
    const { severity, fired } = standingOf(incident);
    const watches = [...new Set(fired.map(([, { watch }]) => watch))].map((name) => plainName(name, 30));
    const lasted = shortDuration(Math.max(0, (closedAt ?? now) - openedAt));
    return [
      id,
      severity,
      plainName(title, 40),
      watches.join(', '),
      timeWords(openedAt).slice(0, 16),
      lasted,
      stateWords(incident, now),
    ];
  });
  const columns = ['id', 'severity', 'what', 'watch', 'since (UTC)', 'lasted', 'state'];
  return textTable(
    columns.map((heading) => (heading === 'lasted' ? { heading, align: 'right' } : { heading })),
    rows,
  );
}

/** How an incident stands, in a few words. */
export function stateWords(incident: Incident, now: number): string {
  const { status, closeReason, closedAt, closedBy, acknowledged, snoozed, storm } = incident;
  if (status === 'closed') {
    const by = closedBy === undefined ? '' : ` by ${plainName(closedBy, 40)}`;
    return `${closeReason === 'by-person' ? `closed${by}` : (closeReason ?? 'closed')} ${ago(closedAt ?? now, now)}`;
  }
  const { firing, unknown, inShadow } = standingOf(incident);
  const fires = firing.length > 0 ? 'firing' : unknown.length > 0 ? 'unknown' : 'calm';
  return [
    fires,
    ...(inShadow ? ['in shadow'] : []),
    ...(storm === null ? [] : ['told with others']),
    ...(acknowledged === null ? [] : [`acknowledged by ${plainName(acknowledged.by, 40)}`]),
    ...(snoozed === null || snoozed.until <= now ? [] : [`snoozed for ${durationWords(snoozed.until - now)}`]),
  ].join(', ');
}

/** All that is known of an incident: how it stands, what took part in it, and what was told of it. */
export function incidentStory(
  incident: Incident,
  { records, unreadable }: { readonly records: readonly AuditRecord[]; readonly unreadable: number },
  now: number,
): readonly string[] {
  const { id, title, openedAt } = incident;
  const { severity, fired } = standingOf(incident);
  const members = [...fired].sort(([, a], [, b]) => compareSeverities(b.worst, a.worst));
  return [
    `${severity}: ${plainName(title, 120)}`,
    `incident ${id}, ${stateWords(incident, now)}`,
    `began ${timeWords(openedAt).slice(0, 16)} UTC, ${ago(openedAt, now)}`,
    ...members.slice(0, MOST_MEMBERS).flatMap(([, { finding, entity, worst }]) => {
      const [first = '', ...rest] = findingLines(finding, now).map((line) => plainText(line, 300));
      return [
        '',
        `${worst} ${plainName(entity, 60)}, ${finding.status}`,
        ...[first, ...rest].map((line) => `  ${line}`),
      ];
    }),
    ...(members.length > MOST_MEMBERS ? ['', `and ${members.length - MOST_MEMBERS} more`] : []),
    '',
    records.length === 0 ? 'Nothing was recorded of it yet.' : 'What happened (UTC)',
    ...records.flatMap(recordLines),
    ...(unreadable === 0 ? [] : [`${unreadable} lines of the audit could not be read`]),
  ];
}

const MOST_MEMBERS = 20;

function recordLines(record: AuditRecord): readonly string[] {
  const at = `  ${timeWords(record.at).slice(5)}  `;
  switch (record.kind) {
    case 'opened':
      return [`${at}opened`];
    case 'closed':
      return [`${at}closed: ${plainText(record.reason, 60)}`];
    case 'silence':
      return [`${at}silent from here on: ${record.reason}`];
    case 'action': {
      const until = record.until === null ? '' : ` until ${timeWords(record.until).slice(0, 16)}`;
      return [`${at}${doneWords[record.action]}${until} by ${plainName(record.by, 80)}`];
    }
    case 'test':
      return [
        `${at}tested`,
        ...Object.entries(record.channels).map(
          ([name, { outcome, detail }]) => `${' '.repeat(at.length)}${name}: ${outcome}: ${plainText(detail, 120)}`,
        ),
      ];
    case 'notice':
      return [
        `${at}told${record.again ? ' again' : ''}: ${record.reason} (${record.severity})`,
        ...Object.entries(record.channels).map(([name, { reason, outcome, detail, page }]) => {
          const what = reason === record.reason ? '' : `, as ${reason}`;
          const answer = plainText(detail, 120);
          return `${' '.repeat(at.length)}${name}: ${outcome}${page ? ', a page' : ''}${what}${answer === '' ? '' : `: ${answer}`}`;
        }),
      ];
  }
}

const doneWords = {
  acknowledge: 'acknowledged',
  snooze: 'snoozed',
  close: 'closed',
  normal: 'called normal',
} as const;
