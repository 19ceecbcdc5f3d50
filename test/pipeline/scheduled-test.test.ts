import { describe, expect, it } from 'vitest';
import { MemoryChannel } from '../../shared/adapters/local/memory-channel.ts';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { hearMessages, type HearPorts } from '../../shared/pipeline/hear-messages.ts';
import { readAudit } from '../../shared/pipeline/read-audit.ts';
import { sweepIncidents } from '../../shared/pipeline/sweep-incidents.ts';
import type { Channel, Delivery } from '../../shared/ports/channel.ts';
import { keys } from '../../shared/settings/keys.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { keysBelow } from '../metrics/stored-ports.ts';

const start = Date.parse('2026-11-16T10:00:00Z') / 1000;
const minute = 60;
const hour = 3600;
const iso = (at: number): string => new Date(at * 1000).toISOString();

/** A router, a team that is told, and a pager. */
function router(alertTestEvery: unknown = '1d', store = new MemoryObjectStore()) {
  const team = new MemoryChannel('slack');
  const pager = new MemoryChannel('pagerduty');
  const sink = new MemoryMetricSink();
  const logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  const say = (level: string) => (message: string, fields?: unknown) => void logged.push({ level, message, fields });
  const clock = { time: start, now: () => clock.time };
  const secret = { secret: 'x' };
  const settings = checkSettings(
    {
      watches: { servers: { select: 'AWS/EC2' } },
      alerts: {
        channels: { team: { kind: 'slack', webhook: secret }, pager: { kind: 'pagerduty', key: secret } },
        quiet: [{ at: '* * * * *', for: '1d' }],
      },
      alertTestEvery,
    },
    'a test',
  );
  let runs = 0;
  const channels = new Map<string, Channel>([
    ['team', team],
    ['pager', pager],
  ]);
  const ports = (): HearPorts => ({
    ...{ settings, store, bytes: nodeBytes, sink, clock, channels },
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    actionLinks: async () => [],
    runId: `run-${++runs}`,
    scratch: () => new MemoryObjectStore(),
  });
  const test = async (at: number, now = at + 2, id = `m-${at}`, detail: object = { scheduledTime: iso(at) }) => {
    clock.time = now;
    const event = { id, 'detail-type': 'AlertTest', time: iso(at), detail };
    return (await hearMessages([{ id, body: JSON.stringify(event) }], ports())).failed;
  };
  const ageAt = async (now: number): Promise<number | undefined> => {
    clock.time = now;
    const before = sink.published.length;
    await sweepIncidents(ports());
    return sink.published.slice(before).find(({ name }) => name === 'AlertTestAge')?.value;
  };
  const audit = () => readAudit(store, { from: 0, to: start + 40 * 86_400 });
  return { team, pager, sink, store, clock, logged, channels, ports, test, ageAt, audit };
}

/** A channel that answers so, one after the other; then it takes everything. */
function answering(kind: Channel['kind'], answers: readonly Delivery[]) {
  const left = [...answers];
  const told: string[] = [];
  const deliver: Channel['deliver'] = async ({ reason, test }) => {
    const answer = left.shift() ?? { outcome: 'delivered', answer: 'ok' };
    told.push(`${reason}${test === true ? ', a test' : ''}: ${answer.outcome}`);
    return answer;
  };
  return { kind, deliver, told };
}
const busy: Delivery = { outcome: 'retryable', reason: 'it answered 503', maybe: false };
const gone: Delivery = { outcome: 'rejected', reason: 'it answered 404' };

describe('a test of alerts that was scheduled', () => {
  it('is told to people, marked as a test, also in a quiet window, and pages nobody', async () => {
    const w = router();
    expect(await w.test(start)).toEqual([]);
    expect(w.team.told).toMatchObject([{ reason: 'first-notice', test: true, severity: 'INFO' }]);
    expect(w.pager.told).toEqual([]);
    expect(w.logged).toContainEqual(expect.objectContaining({ message: 'alert test arrived' }));
  });

  it('pages where a pager is named, and takes the page back at once', async () => {
    const w = router({ every: '1d', channels: ['pager'], severity: 'HIGH' });
    await w.test(start);
    expect(w.pager.told).toMatchObject([
      { reason: 'first-notice', test: true, severity: 'HIGH' },
      { reason: 'all-resolved', test: true },
    ]);
    expect(w.team.told).toEqual([]);
  });

  it.each([
    [75, ['first-notice', 'all-resolved'], []],
    [20, [], ['m']],
  ])('is begun where %i seconds are left to begin deliveries: it is told %j', async (left, told, failed) => {
    const w = router({ every: '1d', channels: ['pager'] });
    const body = JSON.stringify({ id: 'm', 'detail-type': 'AlertTest', detail: {} });
    const heard = await hearMessages([{ id: 'm', body }], { ...w.ports(), speakUntil: start + left });
    expect(w.pager.told.map(({ reason }) => reason)).toEqual(told);
    expect(heard.failed).toEqual(failed);
  });

  it('leaves nothing behind but what it remembers of itself, and a line in the audit that no digest counts', async () => {
    const w = router();
    await w.test(start);
    const left = await keysBelow(w.store);
    expect(left.filter((key) => !key.startsWith('audit/'))).toEqual([keys.alertTest]);
    expect((await w.audit()).records).toMatchObject([
      { kind: 'test', group: 'aiops-test', watches: [], channels: { team: { kind: 'slack', outcome: 'delivered' } } },
    ]);
    expect(w.sink.published).toEqual([]);
  });

  it('is told once, however often its message comes, whoever hears it', async () => {
    const w = router();
    await Promise.all([w.test(start), w.test(start, start + 2, 'another')]);
    await w.test(start, start + 9);
    expect(w.team.told).toHaveLength(1);
  });

  it('is tried again where it was not taken for now, there alone, and has arrived then', async () => {
    const w = router();
    const hook = answering('webhook', [busy]);
    w.channels.set('hook', hook);
    expect(await w.test(start)).toEqual([`m-${start}`]);
    expect(await w.ageAt(start + minute)).toBe(0);
    expect(await w.test(start, start + 12 * minute)).toEqual([]);
    expect(w.team.told).toHaveLength(1);
    expect(hook.told).toEqual([
      'first-notice, a test: retryable',
      'first-notice, a test: delivered',
      'all-resolved, a test: delivered',
    ]);
    expect((await w.audit()).records).toHaveLength(2);
    expect(await w.ageAt(start + hour)).toBe(hour - minute);
  });

  it('has not arrived where a channel refuses it: that is counted, said, and not tried again', async () => {
    const w = router();
    w.channels.set('hook', answering('webhook', [gone, gone]));
    await w.ageAt(start - minute);
    expect(await w.test(start)).toEqual([]);
    const failures = w.sink.published.filter(({ name }) => name === 'DeliveryFailures');
    expect(failures).toMatchObject([{ dimensions: { Channel: 'webhook' }, value: 1 }]);
    expect(w.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'alert test refused',
        fields: { at: start, channels: ['hook'] },
      }),
    );
    expect(await w.ageAt(start + hour)).toBe(hour + minute);
  });

  it('that died while it was told is told by whoever gets the message next, once its claim is over', async () => {
    const w = router();
    const dead = w.ports();
    const never: Channel = { kind: 'slack', deliver: () => new Promise(() => undefined) };
    const body = JSON.stringify({ id: 'm', 'detail-type': 'AlertTest', detail: { scheduledTime: iso(start) } });
    void hearMessages([{ id: 'm', body }], { ...dead, channels: new Map([['team', never]]) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await w.test(start, start + 30)).toEqual([`m-${start}`]);
    expect(w.team.told).toEqual([]);
    expect(await w.test(start, start + 12 * minute)).toEqual([]);
    expect(w.team.told).toHaveLength(1);
  });

  it.each<[string, number, number, string]>([
    ['an hour late', start, start + hour + 1, 'too-late'],
    ['right after another', start + 2 * minute, start + 2 * minute, 'too-often'],
    ['before one that has arrived', start - minute, start + 6 * minute, 'arrived-already'],
  ])('is not told %s', async (_, at, now, reason) => {
    const w = router();
    if (reason !== 'too-late') await w.test(start);
    const before = w.team.told.length;
    expect(await w.test(at, now)).toEqual([]);
    expect(w.team.told).toHaveLength(before);
    expect(w.logged).toContainEqual({ level: 'info', message: 'alert test not run', fields: { at, reason } });
  });

  it.each<[string, unknown, object]>([
    ['of a time to come', iso(start + hour), {}],
    ['of a time that is none', 'tomorrow', {}],
    ['with more in it than a test has', undefined, { severity: 'CRITICAL' }],
  ])('%s is refused, and told to nobody', async (_, scheduledTime, more) => {
    const w = router();
    const given = scheduledTime === undefined ? {} : { scheduledTime };
    expect(await w.test(start, start, 'm', { ...given, ...more })).toEqual(['m']);
    expect(w.team.told).toEqual([]);
  });

  it('sent by hand needs to say nothing, also where none is scheduled', async () => {
    const w = router('off');
    expect(await w.test(start, start + 1, 'm', {})).toEqual([]);
    expect(w.team.told).toHaveLength(1);
    expect(w.pager.told).toEqual([]);
  });

  it('waits behind what people are to know, and never keeps it from them', async () => {
    const w = router();
    const broken = { id: 'm-1', body: JSON.stringify({ id: 'm-1', 'detail-type': 'AlertTest', detail: 7 }) };
    const mute = { id: 'm-2', body: JSON.stringify({ id: 'e', 'detail-type': 'Mute', detail: { for: '30m' } }) };
    expect((await hearMessages([broken, mute], w.ports())).failed).toEqual(['m-1']);
    expect(await keysBelow(w.store, 'incidents/mutes/')).toHaveLength(1);
  });
});

describe('the age of the last test, as sweeps say it', () => {
  it('is not said where none is scheduled', async () => {
    const w = router('off');
    expect(await w.ageAt(start)).toBeUndefined();
    expect(await keysBelow(w.store)).toEqual([]);
  });

  it('begins with the first sweep, and again with each test that arrives', async () => {
    const w = router();
    expect(await w.ageAt(start)).toBe(0);
    expect(await w.ageAt(start + 40 * minute)).toBe(40 * minute);
    await w.test(start + hour);
    expect(await w.ageAt(start + hour + minute)).toBe(minute);
  });

  it('grows for as long as none arrives', async () => {
    const w = router();
    for (let at = start; at <= start + 30 * hour; at += 30 * minute) expect(await w.ageAt(at)).toBe(at - start);
  });

  it('begins anew where tests were off meanwhile, or come at another interval or time', async () => {
    const w = router();
    await w.ageAt(start);
    const again = router('1d', w.store);
    expect(await again.ageAt(start + 30 * 86_400)).toBe(0);
    const weekly = router('7d', w.store);
    expect(await weekly.ageAt(start + 30 * 86_400 + hour)).toBe(0);
    const later = router({ every: '7d', at: '18:00' }, w.store);
    expect(await later.ageAt(start + 30 * 86_400 + 2 * hour)).toBe(0);
    const elsewhere = router({ every: '7d', at: '18:00', timezone: 'Asia/Tokyo' }, w.store);
    expect(await elsewhere.ageAt(start + 30 * 86_400 + 3 * hour)).toBe(0);
  });

  it('is not guessed where it cannot be read: an alarm of its own says so, and the sweep goes on', async () => {
    const w = router();
    await w.store.put(keys.alertTest, new TextEncoder().encode('{'));
    expect(await w.ageAt(start)).toBeUndefined();
    expect(w.sink.published).toContainEqual(expect.objectContaining({ name: 'UnreadableRecords', value: 1 }));
  });
});
