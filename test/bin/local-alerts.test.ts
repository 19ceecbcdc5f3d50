import { describe, expect, it } from 'vitest';
import { LocalAlerts } from '../../bin/local-alerts.ts';
import { alsoHeardBy, withoutGroupWait } from '../../bin/local-routes.ts';
import { openChannels } from '../../bin/open-channels.ts';
import { OwnIncidents } from '../../bin/own-incidents.ts';
import { pacedChannel } from '../../bin/paced-channel.ts';
import { exampleSignal } from '../../shared/pipeline/example-signal.ts';
import { MemoryChannel } from '../../shared/adapters/local/memory-channel.ts';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { routePolicy } from '../../shared/alerting/routes.ts';
import { noticeOfTest } from '../presentation/notice-examples.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { fakeTerminal } from './fake-terminal.ts';

const start = 1_790_000_000;
const minute = 60;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const key of store.list(prefix)) found.push(key);
  return found;
}

/** A router with one channel, at a time that the test sets. */
function router(store: ObjectStore, watches: readonly string[] = ['a']) {
  const channel = new MemoryChannel('terminal');
  const time = { now: start };
  const named = Object.fromEntries(watches.map((name) => [name, { select: 'AWS/EC2' }]));
  const alerts = new LocalAlerts({
    settings: checkSettings({ watches: named }, 'a test'),
    store: new OwnIncidents(store, watches),
    bytes: nodeBytes,
    sink: new MemoryMetricSink(),
    clock: { now: () => time.now },
    log: quiet,
    channels: new Map([['terminal', channel]]),
    actionLinks: async () => [],
  });
  const hear = (watch: string, status: 'firing' | 'normal' = 'firing'): void =>
    alerts.hear(
      exampleSignal({
        deployment: 'aiops',
        watch,
        entity: 'web',
        labels: {},
        severity: 'HIGH',
        now: time.now,
        since: time.now,
        status,
        explanation: 'x',
      }),
    );
  const said = (): readonly string[] => channel.told.map(({ reason }) => reason);
  return { alerts, time, hear, said };
}

describe('the router of this machine', () => {
  it('tells what was heard after the wait, once, and its end after it stayed normal', async () => {
    const { alerts, time, hear, said } = router(new MemoryObjectStore());
    hear('a');
    await alerts.tell();
    expect(said()).toEqual([]);
    time.now += minute;
    await alerts.sweep();
    await alerts.sweep();
    expect(said()).toEqual(['first-notice']);
    hear('a', 'normal');
    await alerts.tell();
    time.now += 11 * minute;
    await alerts.sweep();
    expect(said()).toEqual(['first-notice', 'all-resolved']);
  });

  it('nothing is lost while the store does not answer', async () => {
    const store = new MemoryObjectStore();
    let isBroken = true;
    const flaky: ObjectStore = {
      get: (key) => (isBroken ? Promise.reject(new Error('no answer')) : store.get(key)),
      put: (key, body, expected) => store.put(key, body, expected),
      list: (prefix, after) => store.list(prefix, after),
      delete: (key) => store.delete(key),
    };
    const { alerts, time, hear, said } = router(flaky);
    hear('a');
    await alerts.tell();
    isBroken = false;
    await alerts.tell();
    time.now += minute;
    await alerts.sweep();
    expect(said()).toEqual(['first-notice']);
  });

  it('says nothing of incidents of watches that this run does not look after, and ends none of them', async () => {
    const store = new MemoryObjectStore();
    const first = router(store, ['a']);
    first.hear('a');
    await first.alerts.tell();
    const other = router(store, ['b']);
    other.time.now += 3600;
    expect(await other.alerts.sweep()).toMatchObject({ open: 0 });
    expect(other.said()).toEqual([]);
    expect((await listed(store, 'incidents/open/')).length).toBe(1);
    first.time.now += minute;
    expect(await first.alerts.sweep()).toMatchObject({ open: 1 });
    expect(first.said()).toEqual(['first-notice']);
  });

  it.each([
    ['of an entity of its watch', 'incidents/open/entity%3Aa%2Fweb%2D1.json', true],
    ['of its watch as a whole', 'incidents/open/watch%3Aa.json', true],
    ['of a storm of its watch', 'incidents/open/storm%3Aa.json', true],
    ['that several watches share', 'incidents/open/label%3Ateam%3Dshop.json', true],
    ['of a watch that only begins like its own', 'incidents/open/entity%3Aab%2Fweb.json', false],
    ['of another watch', 'incidents/open/watch%3Ab.json', false],
    ['that is no open incident at all', 'incidents/closed/2026-11-21/x.json', true],
  ])('a record %s is seen as it should be', async (_title, key, isSeen) => {
    const store = new MemoryObjectStore();
    await store.put(key, bytesOf('{}'));
    expect(await listed(new OwnIncidents(store, ['a']), '')).toEqual(isSeen ? [key] : []);
  });
});

describe('routes of this machine', () => {
  const kinds = new Map([
    ['slack', 'slack'],
    ['ops', 'webhook'],
    ['terminal', 'terminal'],
  ]);
  const { alerts } = checkSettings(
    {
      watches: { a: { select: 'AWS/EC2' } },
      alerts: {
        channels: {
          slack: { kind: 'slack', webhook: { variable: 'A' } },
          ops: { kind: 'webhook', url: 'https://a.b', secret: { variable: 'B' } },
        },
        route: {
          channels: ['slack'],
          groupWait: '2m',
          routes: [{ match: { severity: 'CRITICAL' }, channels: ['ops'], groupWait: '1m' }],
        },
      },
    },
    'a test',
  );
  const facts = { watch: 'a', entity: 'web', labels: {} } as const;

  it.each(['LOW', 'CRITICAL'] as const)('%s is heard by whoever sits here as well, and by nobody less', (severity) => {
    const before = routePolicy(alerts.route, kinds, { ...facts, severity }, start);
    const after = routePolicy(alsoHeardBy(alerts.route, 'terminal'), kinds, { ...facts, severity }, start);
    expect(after).toEqual({ ...before, channels: [...before.channels, 'terminal'] });
  });

  it.each(['LOW', 'CRITICAL'] as const)('%s waits for nothing where one tick is all there is', (severity) => {
    const before = routePolicy(alerts.route, kinds, { ...facts, severity }, start);
    const after = routePolicy(withoutGroupWait(alerts.route), kinds, { ...facts, severity }, start);
    expect(before.groupWaitSeconds).toBeGreaterThan(0);
    expect(after).toEqual({ ...before, groupWaitSeconds: 0 });
  });

  it('without routes the default ones hold, without a wait', () => {
    const before = routePolicy(undefined, kinds, { ...facts, severity: 'LOW' }, start);
    const after = routePolicy(withoutGroupWait(undefined), kinds, { ...facts, severity: 'LOW' }, start);
    expect(after).toEqual({ ...before, groupWaitSeconds: 0 });
  });
});

describe('channels of this machine', () => {
  const channels = {
    here: { kind: 'slack', webhook: { variable: 'HERE' } },
    there: { kind: 'slack', webhook: { secret: 'slack' } },
    pager: { kind: 'pagerduty', key: { parameter: '/pager' }, region: 'eu' },
  } as const;
  const opened = async (given: Parameters<typeof openChannels>[0]['alerts'], account: boolean, env = {}) => {
    const terminal = fakeTerminal({ env });
    const { channels: open, accountOnly } = await openChannels({
      alerts: given,
      terminal,
      show: () => undefined,
      account,
      log: quiet,
    });
    return { open: [...open].map(([name, { kind }]) => `${name} ${kind}`), accountOnly };
  };

  it('what only the account has the secret of is left to the deployment, and named', async () => {
    expect(await opened({ channels }, false)).toEqual({ open: ['here slack'], accountOnly: ['there', 'pager'] });
    expect((await opened({ channels }, true)).open).toEqual(['here slack', 'there slack', 'pager pagerduty']);
  });

  it('variables make channels only where settings name none', async () => {
    const env = { SLACK_WEBHOOK_URL: 'https://a.b', PAGERDUTY_KEY: '' };
    expect((await opened({ channels: {} }, false, env)).open).toEqual(['slack slack']);
    expect((await opened({ channels: { here: channels.here } }, false, env)).open).toEqual(['here slack']);
  });
});

describe('a channel for a story that is told faster than it happened', () => {
  it('marks everything as a test, and waits between two notices', async () => {
    const inner = new MemoryChannel('slack');
    const times: number[] = [];
    const channel = pacedChannel(
      { kind: 'slack', deliver: (notice) => (times.push(performance.now()), inner.deliver(notice)) },
      new AbortController().signal,
    );
    await Promise.all([channel.deliver(noticeOfTest()), channel.deliver(noticeOfTest())]);
    expect(inner.told.map(({ test }) => test)).toEqual([true, true]);
    expect(times[1] - times[0]).toBeGreaterThan(1000);
  });

  it('asks again after the pause that the service asked for', async () => {
    const inner = new MemoryChannel('slack', (_notice, call) =>
      call === 1
        ? { outcome: 'retryable', reason: 'too many', afterSeconds: 0.01, maybe: false }
        : { outcome: 'delivered', answer: 'ok' },
    );
    const channel = pacedChannel(inner, new AbortController().signal);
    expect(await channel.deliver(noticeOfTest())).toMatchObject({ outcome: 'delivered' });
  });

  it('does not wait once it is interrupted', async () => {
    const interrupted = AbortSignal.abort();
    const inner = new MemoryChannel('slack', () => ({
      outcome: 'retryable',
      reason: 'too many',
      afterSeconds: 20,
      maybe: false,
    }));
    const channel = pacedChannel(inner, interrupted);
    expect(await channel.deliver(noticeOfTest())).toMatchObject({ outcome: 'retryable' });
  });
});
