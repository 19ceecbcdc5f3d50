import { groupOf, type GroupBy } from '../../shared/alerting/grouping.ts';
import { hear, type HearPolicy } from '../../shared/alerting/incident-hear.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import type { NoticePolicy } from '../../shared/alerting/notice-policy.ts';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';

export const minute = 60;
export const hour = 3600;
export const day = 86_400;
/** A tick of five minutes, on the hour: 2026-11-21T09:00Z. */
export const t0 = 1_795_251_600;
export const interval = 5 * minute;

export const finding = (key: string, more: Partial<Finding> = {}): Finding => ({
  key,
  kind: 'anomaly',
  source: 'series',
  series: key,
  label: key,
  unit: 'Percent',
  status: 'firing',
  since: t0,
  observed: 90,
  expected: 50,
  lower: 40,
  upper: 60,
  score: 0.9,
  rarity: null,
  shares: [],
  explanation: 'far above usual',
  ...more,
});

export const signal = (evaluatedAt: number, findings: readonly Finding[], more: Partial<Signal> = {}): Signal => ({
  version: 1,
  deployment: 'test',
  watch: 'web',
  shard: 's1',
  entity: 'web-1',
  labels: { team: 'blue' },
  evaluatedAt,
  intervalSeconds: interval,
  mode: 'live',
  findings: [...findings],
  ...more,
});

/** The table that people get who write none. */
export const severities = parseSettings('watches: { a: { select: AWS/EC2 } }', 'test.yaml').alerts.severity;

export const hearPolicy: HearPolicy = { deployment: 'test', severities, flapping: { starts: 4, within: hour } };

export const noticePolicy: NoticePolicy = {
  groupWaitSeconds: 30,
  repeatSeconds: 4 * hour,
  resolveAfterSeconds: 10 * minute,
  flapping: { starts: 4, within: hour },
};

/** A record after signals, each heard at its own tick's time unless another is given. */
export function heard(
  signals: readonly (Signal | readonly [Signal, now: number])[],
  { record, policy = hearPolicy, by = 'entity' }: { record?: Incident; policy?: HearPolicy; by?: GroupBy } = {},
): Incident {
  let known = record;
  for (const one of signals) {
    const [given, now] = 'version' in one ? [one, one.evaluatedAt] : one;
    known = hear(known, { signal: given, group: groupOf(given, by), now }, policy);
  }
  if (known === undefined) throw new Error('nothing was heard');
  return known;
}
