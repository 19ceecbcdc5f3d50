import { gzipSync } from 'node:zlib';
import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { deploy, type Deployment } from './deployment.ts';

const period = 300;
const hosts = 260;
// Ahead of the machine's clock, which the functions read.
const now = Math.ceil(Date.now() / 1000 / 3600) * 3600 + 86_400;

/** A fleet of 260 hosts with two metrics each: more than one shard holds. */
function fleet(deployed: Deployment, from: number, to: number): void {
  for (let host = 0; host < hosts; host++) {
    for (const name of ['Load', 'Queue']) {
      const samples: [number, number][] = [];
      for (let time = from; time < to; time += period) samples.push([time, 10 + ((host * 7 + time / period) % 13)]);
      deployed.aws.cloudwatch.book.load({ namespace: 'Fleet', name, dimensions: { Host: `host-${host}` } }, samples);
    }
  }
}

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deploy(
    {
      // A day of backfill is enough to see it done.
      retention: Duration.days(1),
      // The fake has no other customers: at the usual quarter, shared by ten workers, the backfill takes a minute.
      quotaShare: 1,
      workerConcurrency: 2,
      watches: {
        fleet: { select: 'Fleet', maxSeries: 1000 },
        pushed: { select: 'Pushed', collect: 'stream', forecast: 'off' },
      },
    },
    now,
  );
  fleet(deployed, now - 1800, now + 600);
}, 60_000);
afterAll(() => deployed.stop());

const summaryOf = (payload: unknown): TickSummary => payload as TickSummary;

describe('the anomaly function, as deployed', () => {
  it('plans the shards of a tick and hands them to the queue', async () => {
    const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'fleet', now));
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    expect(summaryOf(payload)).toMatchObject({
      tick: now,
      watches: [{ watch: 'fleet', series: 2 * hosts, discovered: true, leftOut: [], ran: [], queued: 2 }],
    });
    const messages = deployed.aws.sqs.messages(deployed.queueName).map(({ body }) => JSON.parse(body) as unknown);
    expect(messages).toEqual([expect.objectContaining({ tick: now }), expect.objectContaining({ tick: now })]);
  });

  it('has them judged by the worker, whole entities, each once', async () => {
    const answers = await deployed.work();
    expect(answers.map(({ payload }) => payload)).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(deployed.keys('state/fleet/')).toHaveLength(2);
    expect(deployed.keys('history/fleet/').length).toBeGreaterThanOrEqual(2);
  });

  it('publishes aggregates in our namespace, and no series of its own', () => {
    const { published } = deployed.aws.cloudwatch;
    expect(published.length).toBeGreaterThan(0);
    expect(new Set(published.map(({ namespace }) => namespace))).toEqual(new Set(['AIOps/Monitoring']));
    expect(JSON.stringify(published)).not.toContain('host-1');
  });

  it('runs one shard by hand, which then was judged already', async () => {
    const [{ shard }] = deployed.keys('state/fleet/').map((key) => ({ shard: decodeURIComponent(key.split('/')[2]) }));
    const event = { watch: 'fleet', shard, scheduledTime: new Date(now * 1000).toISOString() };
    const { payload } = await deployed.invoke('Anomaly', event);
    expect(summaryOf(payload).watches[0].ran).toEqual([
      expect.objectContaining({ watch: 'fleet', shard, tick: now, outcome: 'already-judged' }),
    ]);
  });

  it('answers {} with a tick now, as JSON', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { payload, functionError } = await deployed.invoke('Anomaly', {});
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    const { tick, watches } = summaryOf(payload);
    expect(tick).toBeGreaterThanOrEqual(before);
    expect(tick).toBeLessThanOrEqual(Date.now() / 1000);
    expect(watches.map(({ watch }) => watch)).toEqual(['fleet', 'pushed']);
    await deployed.work();
  });

  it.each([
    ['a misspelt key', { wathc: 'fleet' }, /wathc.*"scheduledTime"/],
    ['a time that is none', { scheduledTime: 'soon' }, /scheduledTime.*2026-01-31T12:00:00Z/],
    ['a watch that the settings do not have', { watch: 'flete' }, /flete.*fleet/],
    ['a shard of no watch', { shard: '0' }, /watch/],
    ['text', 'now', /"watch"\?/],
  ])('refuses %s, and says what may stand in an event', async (_, event, words) => {
    const { payload, functionError } = await deployed.invoke('Anomaly', event);
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'RangeError', errorMessage: expect.stringMatching(words) as string });
  });
});

describe('the worker, as deployed', () => {
  const record = (messageId: string, body: string) => ({ messageId, body });

  it('gives back what it cannot read, and only that', async () => {
    const event = {
      Records: [
        record('broken', '{"watch":'),
        record('foreign', '{"hello":"world"}'),
        record('stale', JSON.stringify({ watch: 'fleet', shard: '0', tick: now - 86_400 })),
      ],
    };
    const { payload, functionError } = await deployed.invoke('Worker', event);
    expect(functionError).toBeUndefined();
    expect(payload).toEqual({ batchItemFailures: [{ itemIdentifier: 'broken' }, { itemIdentifier: 'foreign' }] });
    expect(deployed.logs('Worker')).toMatch(/"message":"shard failed".*not JSON/);
  });

  it('stays within its folders: nothing was denied, and the inventory is not its to write', () => {
    const { calls } = deployed.aws;
    expect(calls.filter(({ status }) => status === 403)).toEqual([]);
    const written = calls.filter((call) => call.operation === 'PutObject' && call.accessKeyId === 'Worker');
    const folders = new Set(written.map(({ key }) => key.split('/')[0]));
    expect([...folders].sort()).toEqual(['history', 'meter', 'state']);
  });
});

describe('the forecast function, as deployed', () => {
  it('hands shards to a queue and workers of its own, apart from those of detection', async () => {
    const { payload } = await deployed.invoke('Forecast', deployed.scheduled('Forecast', 'fleet', now));
    expect(payload).toMatchObject({ watches: [{ watch: 'fleet', ran: [], queued: 2 }] });
    expect(deployed.aws.sqs.messages(deployed.queueName)).toEqual([]);
    const answers = await deployed.foresee();
    expect(answers.map(({ payload: one }) => one)).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
  });
});

describe('the train function, as deployed', () => {
  it('answers {} with what it did about every watch', async () => {
    const { payload, functionError } = await deployed.invoke('Train', {});
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    const { watches } = payload as { watches: unknown[] };
    expect(watches[0]).toMatchObject({ watch: 'fleet', outcome: 'not-enough-history' });
  });

  it('refuses a watch that the settings do not have, naming those they have', async () => {
    const { payload } = await deployed.invoke('Train', { watch: 'flete' });
    expect(payload).toMatchObject({
      errorType: 'RangeError',
      errorMessage: expect.stringMatching(/flete.*fleet/) as string,
    });
  });
});

describe('the widget function, as deployed', () => {
  it.each(['incidents', 'explorer', 'capacity', 'models', 'coverage'])(
    'draws %s from the bucket, within its rights, and writes nothing',
    async (widget) => {
      const before = deployed.aws.calls.length;
      const { payload, functionError } = await deployed.invoke('Widget', { widget, widgetContext: {} });
      expect(functionError, JSON.stringify(payload)).toBeUndefined();
      expect(payload).toMatch(/^<style>/);
      expect(payload).not.toContain('could not be drawn');
      const calls = deployed.aws.calls.slice(before);
      expect(calls.filter(({ status, operation }) => status === 403 || operation === 'PutObject')).toEqual([]);
    },
  );

  it('says what it is where the console asks', async () => {
    expect((await deployed.invoke('Widget', { describe: true })).payload).toMatch(/^## AIOps monitoring/);
  });
});

describe('a function whose settings are gone', () => {
  it('says which object is missing and what to do, and works once it is back', async () => {
    const [key] = deployed.keys('settings/');
    const body = deployed.body(key);
    deployed.plant(key, new TextEncoder().encode('{"watches":{}}'));
    const other = await deployed.fresh('Anomaly');
    const broken = await other.invoke({});
    expect(broken.payload).toMatchObject({
      errorType: 'SettingsError',
      errorMessage: expect.stringContaining(key) as string,
    });
    deployed.plant(key, body);
    const { functionError } = await other.invoke({});
    expect(functionError).toBeUndefined();
  });
});

describe('a watch that streams, as deployed', () => {
  const start = now + 7200;
  const hosts = ['a', 'b'];
  const value = (time: number): number => 10 + ((time / period) % 7);

  /** The minutes `from <= time < to` as a metric stream says them. */
  const minutes = (from: number, to: number): string[] =>
    hosts.flatMap((host) =>
      Array.from({ length: (to - from) / 60 }, (_, k) => {
        const time = from + 60 * k;
        const at = value(Math.floor(time / period) * period);
        const { account, region } = deployed.aws;
        return JSON.stringify({
          ...{ metric_stream_name: 's', account_id: account, region, namespace: 'Pushed', metric_name: 'Load' },
          ...{ dimensions: { Host: host }, timestamp: time * 1000, value: { count: 1, sum: at, min: at, max: at } },
          unit: 'None',
        });
      }),
    );

  /** The tick `k`, before which the stream delivered what it had to. */
  async function tick(k: number): Promise<TickSummary> {
    const at = start + k * period;
    deployed.setNow(at + 1);
    const until = at - period;
    deployed.deliver(`2027/${k}.gz`, gzipSync(minutes(until - period, until).join('\n')), until + 90);
    for (const { payload, functionError } of await deployed.takeDeliveries())
      expect(functionError ?? payload).toEqual({ batchItemFailures: [] });
    const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'pushed', at));
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    return summaryOf(payload);
  }

  it('is polled at first, and costs no request for points once deliveries reach back far enough', async () => {
    for (const host of hosts) {
      const samples: [number, number][] = [];
      for (let time = start - 1800; time < start + 7200; time += period) samples.push([time, value(time)]);
      deployed.aws.cloudwatch.book.load({ namespace: 'Pushed', name: 'Load', dimensions: { Host: host } }, samples);
    }
    const billed: number[] = [];
    for (let k = 0; k < 7; k++) {
      const { watches } = await tick(k);
      expect(watches[0].ran).toEqual([expect.objectContaining({ outcome: 'judged', lostSlots: 0 })]);
      billed.push(...watches[0].ran.map((one) => ('billedMetrics' in one ? one.billedMetrics : Number.NaN)));
    }
    expect(billed[0]).toBeGreaterThan(0);
    expect(billed.slice(-2)).toEqual([0, 0]);
  });

  it('puts aside what is no record, with the reason, takes the rest, and lacks no right', async () => {
    const lines = ['{"half', ...minutes(start, start + 60)];
    deployed.deliver('2027/hostile.gz', gzipSync(lines.join('\n')), start + 7000);
    deployed.deliver('2027/damaged.gz', Uint8Array.of(0x1f, 0x8b, 8, 0), start + 7001);
    const before = deployed.keys('stream/').length;
    for (const { payload } of await deployed.takeDeliveries()) expect(payload).toEqual({ batchItemFailures: [] });
    expect(deployed.keys('stream/')).toHaveLength(before + 1);
    expect(deployed.failedDeliveries().map((body) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ why: expect.stringMatching(/^1 lines of raw.stream.2027.hostile/) as string }),
      expect.objectContaining({ why: expect.stringMatching(/^cannot be unpacked/) as string }),
    ]);
    expect(deployed.aws.calls.filter(({ status }) => status === 403)).toEqual([]);
  });
});
