import { describe, expect, it } from 'vitest';
import { MemoryMetricSink } from '../../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../../shared/adapters/local/node-bytes.ts';
import type { Digest } from '../../../shared/alerting/digest.ts';
import { writeAudit, type AuditRecord } from '../../../shared/pipeline/alert-audit.ts';
import type { AlertPorts } from '../../../shared/pipeline/alert-ports.ts';
import { sendDigest } from '../../../shared/pipeline/send-digest.ts';
import { sweepIncidents } from '../../../shared/pipeline/sweep-incidents.ts';
import type { Channel, Delivery } from '../../../shared/ports/channel.ts';
import { keys } from '../../../shared/settings/keys.ts';
import { settingsSchema } from '../../../shared/settings/settings.ts';

const day = 86_400;
const hour = 3600;
/** A Monday, 09:00 UTC: the end of a week. */
const monday = Date.UTC(2026, 10, 23, 9) / 1000;

class DigestChannel implements Channel {
  readonly kind: Channel['kind'];
  readonly told: Digest[] = [];
  readonly answers: Delivery[] = [];

  constructor(kind: Channel['kind'] = 'slack') {
    this.kind = kind;
  }

  async deliver(): Promise<Delivery> {
    return { outcome: 'delivered', answer: 'ok' };
  }

  async deliverDigest(digest: Digest): Promise<Delivery> {
    const answer = this.answers.shift() ?? { outcome: 'delivered', answer: 'ok' };
    if (answer.outcome === 'delivered') this.told.push(digest);
    return answer;
  }
}

function world(channels: Record<string, Channel> = { slack: new DigestChannel() }, wanted: object | 'off' = {}) {
  const store = new MemoryObjectStore();
  let runs = 0;
  const settings = settingsSchema.parse({
    name: 'prod',
    watches: {
      servers: { select: 'AWS/EC2', sensitivity: '3 per week' },
      trial: { select: 'AWS/SQS', sensitivity: '1 per week', shadow: true },
    },
    alerts: {
      channels: Object.fromEntries(Object.keys(channels).map((name) => [name, { kind: 'terminal' }])),
      digest: wanted === 'off' ? 'off' : { every: 'week', ...wanted },
    },
  });
  const ports = (now: number): AlertPorts => ({
    settings,
    store,
    bytes: nodeBytes,
    sink: new MemoryMetricSink(),
    clock: { now: () => now },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    channels: new Map(Object.entries(channels)),
    actionLinks: async () => [],
    runId: `run-${++runs}`,
  });
  return { store, ports };
}

const head = (incident: string, at: number, watches = ['servers']) =>
  ({
    version: 1,
    at,
    incident,
    group: `entity:${incident}`,
    number: 1,
    title: incident,
    watches,
    severity: 'HIGH',
  }) as const;

const notice = (
  incident: string,
  at: number,
  change: Partial<Extract<AuditRecord, { kind: 'notice' }>> = {},
): AuditRecord => ({
  ...head(incident, at),
  kind: 'notice',
  notice: 1,
  reason: 'first-notice',
  again: false,
  channels: { slack: { kind: 'slack', reason: 'first-notice', outcome: 'delivered', detail: 'ok', page: false } },
  ...change,
});

describe('the digest of a week', () => {
  it('holds against a budget what is unusual alone: limits that somebody set and what is foreseen come on top', async () => {
    const slack = new DigestChannel();
    const { store, ports } = world({ slack });
    const at = monday - 2 * day;
    const kinds = { a: ['rule'], b: ['forecast'], c: ['anomaly', 'rule'], d: undefined } as const;
    const told = Object.entries(kinds).map(([incident, of]) =>
      notice(incident, at, of === undefined ? {} : { kinds: [...of] }),
    );
    await writeAudit(store, told, at, 'one');
    await sendDigest(ports(monday + 60));
    const [{ budgets, noisiest }] = slack.told;
    expect(budgets).toMatchObject([{ watch: 'servers', delivered: 2 }]);
    expect(noisiest.watches).toEqual([{ watch: 'servers', incidents: 4 }]);
  });

  it('says what was told, promised, kept quiet and owed, each incident once', async () => {
    const slack = new DigestChannel();
    const { store, ports } = world({ slack });
    const at = monday - 2 * day;
    const owed = { kind: 'slack', reason: 'first-notice', outcome: 'owed', detail: '503', page: false } as const;
    await writeAudit(
      store,
      [
        notice('old', monday - 7 * day - 1),
        notice('a', at, { channels: { slack: owed } }),
        notice('a', at + 60, { again: true, channels: { slack: owed } }),
        notice('a', at + 120, { again: true }),
        notice('a', at + hour, { notice: 2, reason: 'worse', severity: 'CRITICAL' }),
        notice('a', at + 2 * hour, { notice: 3, reason: 'all-resolved' }),
        notice('b', at, { ...head('b', at, ['servers', 'queues']), severity: 'LOW' }),
        { ...head('c', at, ['trial']), kind: 'silence', reason: 'shadow-mode' },
        { ...head('c', at + 60, ['trial']), kind: 'silence', reason: 'shadow-mode' },
        { ...head('d', at), kind: 'silence', reason: 'quiet-window' },
        { ...head('d', at), kind: 'silence', reason: 'waiting-to-group' },
        notice('next', monday),
      ],
      at,
      'one',
    );
    await store.put(keys.audit(at, 'broken'), new TextEncoder().encode('{"kind":"unheard-of"}\n'));
    expect(await sendDigest(ports(monday + 60))).toBe('told');
    expect(slack.told).toEqual([
      {
        version: 1,
        deployment: 'prod',
        every: 'week',
        from: monday - 7 * day,
        until: monday,
        timezone: 'UTC',
        incidents: { INFO: 0, LOW: 1, MEDIUM: 0, HIGH: 1, CRITICAL: 0 },
        notices: 4,
        noisiest: {
          watches: [
            { watch: 'servers', incidents: 2 },
            { watch: 'queues', incidents: 1 },
          ],
          more: 0,
        },
        shadow: [{ watch: 'trial', incidents: 1 }],
        budgets: [{ watch: 'servers', setting: '3 per week', promised: 3, delivered: 2 }],
        silences: [{ reason: 'quiet-window', incidents: 1 }],
        deliveries: { delivered: 4, owed: 1, rejected: 0 },
        unreadable: 1,
      },
    ]);
  });

  it('is told once, however many sweeps there are', async () => {
    const slack = new DigestChannel();
    const { ports } = world({ slack });
    for (let minute = 0; minute < 90; minute++) await sweepIncidents(ports(monday + minute * 60));
    expect(slack.told).toHaveLength(1);
  });

  it('is told once by two sweeps at once', async () => {
    const slack = new DigestChannel();
    const { ports } = world({ slack });
    const outcomes = await Promise.all([sendDigest(ports(monday)), sendDigest(ports(monday))]);
    expect(slack.told).toHaveLength(1);
    expect(outcomes.sort()).toEqual(['told', 'waiting']);
  });

  it('is tried again where it could not be delivered, and only there', async () => {
    const [slack, other] = [new DigestChannel(), new DigestChannel()];
    slack.answers.push(
      { outcome: 'retryable', reason: 'Slack answered 503', maybe: false },
      { outcome: 'retryable', reason: 'Slack answered 429', maybe: false, afterSeconds: 600 },
    );
    const { ports } = world({ slack, other });
    expect(await sendDigest(ports(monday))).toBe('owed');
    expect(await sendDigest(ports(monday + 29))).toBe('waiting');
    expect(await sendDigest(ports(monday + 31))).toBe('owed');
    expect(await sendDigest(ports(monday + 500))).toBe('waiting');
    expect(await sendDigest(ports(monday + 700))).toBe('told');
    expect([slack.told.length, other.told.length]).toEqual([1, 1]);
  });

  it('is not tried again where it was refused', async () => {
    const slack = new DigestChannel();
    slack.answers.push({ outcome: 'rejected', reason: 'Slack answered 404' });
    const { ports } = world({ slack });
    expect(await sendDigest(ports(monday))).toBe('told');
    expect(await sendDigest(ports(monday + hour))).toBe('told');
    expect(slack.told).toEqual([]);
  });

  it('is taken over where whoever told it went missing', async () => {
    const slack = new DigestChannel();
    const { ports } = world({ slack });
    slack.deliverDigest = () => new Promise<never>(() => undefined);
    void sendDigest(ports(monday));
    await new Promise((resolve) => setImmediate(resolve));
    const healthy = new DigestChannel();
    const later = (now: number): AlertPorts => ({ ...ports(now), channels: new Map([['slack', healthy]]) });
    expect(await sendDigest(later(monday + 30))).toBe('waiting');
    expect(await sendDigest(later(monday + 61))).toBe('told');
    expect(healthy.told).toHaveLength(1);
  });

  it('goes to the channels that are named, and to none that is for pages', async () => {
    const channels = { slack: new DigestChannel(), ops: new DigestChannel(), pager: pager() };
    const { ports } = world(channels, { channels: ['ops'] });
    expect(await sendDigest(ports(monday))).toBe('told');
    expect([channels.slack.told.length, channels.ops.told.length]).toEqual([0, 1]);
    expect(await sendDigest(world({ pager: pager() }).ports(monday))).toBe('nobody');
  });

  it.each([
    ['nothing is due in the middle of a week', {}, monday + 2 * day, 'not-due'],
    ['a sweep that was down for hours makes up for it', {}, monday + 20 * hour, 'told'],
    ['off is off', 'off' as const, monday, 'off'],
  ])('%s', async (_, wanted, now, outcome) => {
    expect(await sendDigest(world(undefined, wanted).ports(now))).toBe(outcome);
  });

  it('begins nothing when the platform is about to end the run', async () => {
    const { ports, store } = world();
    expect(await sendDigest({ ...ports(monday), speakUntil: monday - 1 })).toBe('waiting');
    expect(await store.get(keys.digest(monday))).toBeUndefined();
  });
});

function pager(): Channel {
  return { kind: 'pagerduty', deliver: async () => ({ outcome: 'delivered', answer: 'ok' }) };
}
