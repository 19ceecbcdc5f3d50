import type { Digest } from '../alerting/digest.ts';
import type { SilenceReason, SpeakReason } from '../alerting/notice-reason.ts';
import { severities, type Severity } from '../alerting/severities.ts';
import { parseAlertBudget } from '../detectors/alert-budget.ts';
import type { Settings } from '../settings/settings.ts';
import type { AuditLines, AuditRecord } from './alert-audit.ts';
import type { DigestPeriod } from './digest-period.ts';

const WEEK_SECONDS = 604_800;
const WATCHES_NAMED = 5;

/** By which an incident is told for the first time. */
const openings: ReadonlySet<SpeakReason> = new Set(['first-notice', 'flapping', 'began-and-ended']);
/** Waiting, and having said it already, is the ordinary course of things; shadow is counted by itself. */
const ordinary: ReadonlySet<SilenceReason> = new Set([
  'nothing-firing',
  'waiting-to-group',
  'waiting-to-resolve',
  'already-notified',
  'closed',
  'claimed',
  'shadow-mode',
]);

/**
 * What the audit of a period comes to. An incident is counted once, however often it was told; one that several watches
 * share counts for each of them.
 *
 * @param lines records outside the period are left out.
 */
export function digestOf(
  lines: AuditLines,
  settings: Settings,
  period: DigestPeriod & Pick<Digest, 'every' | 'timezone'>,
): Digest {
  const { from, until } = period;
  const records = lines.records.filter(({ at }) => at >= from && at < until);
  const notices = records.filter((record) => record.kind === 'notice');
  const opened = new Map<string, AuditRecord>();
  for (const record of notices)
    if (openings.has(record.reason) && !opened.has(record.incident)) opened.set(record.incident, record);
  const incidents = byWatch([...opened.values()]);
  const unusual = byWatch([...opened.values()].filter(isOfBudget));
  return {
    version: 1,
    deployment: settings.name,
    every: period.every,
    from,
    until,
    timezone: period.timezone,
    incidents: bySeverity([...opened.values()]),
    notices: notices.filter(({ again }) => !again).length,
    noisiest: {
      watches: incidents.slice(0, WATCHES_NAMED),
      more: Math.max(0, incidents.length - WATCHES_NAMED),
    },
    shadow: byWatch(silencesOf(records, (reason) => reason === 'shadow-mode').map(([, record]) => record)),
    budgets: budgetsOf(settings, new Map(unusual.map(({ watch, incidents: count }) => [watch, count])), period),
    silences: countReasons(silencesOf(records, (reason) => !ordinary.has(reason))),
    deliveries: deliveriesOf(notices),
    unreadable: lines.unreadable,
  };
}

/** A budget is for what is unusual: limits that somebody set, and what is foreseen, come on top of it. */
const isOfBudget = ({ kinds }: AuditRecord): boolean => kinds?.includes('anomaly') ?? true;

function bySeverity(opened: readonly AuditRecord[]): Record<Severity, number> {
  const none: Record<Severity, number> = { INFO: 0, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 };
  for (const severity of severities) none[severity] = opened.filter((record) => record.severity === severity).length;
  return none;
}

/** The most incidents first; of equals by name. */
function byWatch(records: readonly AuditRecord[]): { readonly watch: string; readonly incidents: number }[] {
  const counts = new Map<string, number>();
  for (const { watches } of records) for (const watch of watches) counts.set(watch, (counts.get(watch) ?? 0) + 1);
  return [...counts]
    .map(([watch, incidents]) => ({ watch, incidents }))
    .sort((a, b) => b.incidents - a.incidents || (a.watch < b.watch ? -1 : 1));
}

/** Each incident once per reason for which it was not told. */
function silencesOf(
  records: readonly AuditRecord[],
  counts: (reason: SilenceReason) => boolean,
): readonly (readonly [SilenceReason, AuditRecord])[] {
  const found = new Map<string, readonly [SilenceReason, AuditRecord]>();
  for (const record of records)
    if (record.kind === 'silence' && counts(record.reason))
      found.set(`${record.reason}\n${record.incident}`, [record.reason, record]);
  return [...found.values()];
}

function countReasons(silences: ReturnType<typeof silencesOf>): Digest['silences'] {
  const counts = new Map<string, number>();
  for (const [reason] of silences) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, incidents]) => ({ reason, incidents }))
    .sort((a, b) => b.incidents - a.incidents || (a.reason < b.reason ? -1 : 1));
}

/** Watches that were given a number of alerts, and are not in shadow. */
function budgetsOf(
  settings: Settings,
  delivered: ReadonlyMap<string, number>,
  { from, until }: DigestPeriod,
): Digest['budgets'] {
  return Object.entries(settings.watches).flatMap(([watch, { sensitivity, shadow }]) => {
    if (typeof sensitivity !== 'string' || shadow) return [];
    const { perWeek } = parseAlertBudget(sensitivity);
    const promised = (perWeek * (until - from)) / WEEK_SECONDS;
    return [{ watch, setting: sensitivity, promised, delivered: delivered.get(watch) ?? 0 }];
  });
}

function deliveriesOf(notices: readonly Extract<AuditRecord, { kind: 'notice' }>[]): Digest['deliveries'] {
  let delivered = 0;
  let rejected = 0;
  // What is owed is recorded at each try.
  const owed = new Set<string>();
  for (const { incident, notice, channels } of notices) {
    for (const [name, { outcome }] of Object.entries(channels)) {
      if (outcome === 'delivered') delivered++;
      else if (outcome === 'owed') owed.add(JSON.stringify([incident, notice, name]));
      else if (outcome === 'rejected' || outcome === 'given-up') rejected++;
    }
  }
  return { delivered, owed: owed.size, rejected };
}
