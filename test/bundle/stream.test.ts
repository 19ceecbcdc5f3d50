import { gzipSync } from 'node:zlib';
import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { deploy, type Deployment } from './deployment.ts';

const every = 300;
const hosts = ['a', 'b'];
// Ahead of the machine's clock, which the functions read.
const start = Math.ceil(Date.now() / 1000 / 3600) * 3600 + 86_400;
const value = (time: number): number => 10 + ((time / every) % 7);

/** The minutes `from <= time < to` as a metric stream says them. */
function minutes(deployed: Deployment, from: number, to: number): string[] {
  const { account, region } = deployed.aws;
  return hosts.flatMap((host) =>
    Array.from({ length: (to - from) / 60 }, (_, k) => {
      const time = from + 60 * k;
      const at = value(Math.floor(time / every) * every);
      return JSON.stringify({
        ...{ metric_stream_name: 's', account_id: account, region, namespace: 'Fleet', metric_name: 'Load' },
        ...{ dimensions: { Host: host }, timestamp: time * 1000, value: { count: 1, sum: at, min: at, max: at } },
        unit: 'None',
      });
    }),
  );
}

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deploy(
    { retention: Duration.days(1), quotaShare: 1, watches: { fleet: { select: 'Fleet', collect: 'stream' } } },
    start,
  );
  for (const host of hosts) {
    const samples: [number, number][] = [];
    for (let time = start - 1800; time < start + 7200; time += every) samples.push([time, value(time)]);
    deployed.aws.cloudwatch.book.load({ namespace: 'Fleet', name: 'Load', dimensions: { Host: host } }, samples);
  }
}, 60_000);
afterAll(() => deployed.stop());

/** The tick `k`, before which the stream delivered what it had to. */
async function tick(k: number): Promise<TickSummary> {
  const now = start + k * every;
  deployed.setNow(now + 1);
  const until = now - every;
  const body = gzipSync(minutes(deployed, until - every, until).join('\n'));
  deployed.deliver(`2027/${k}.gz`, body, until + 90);
  for (const { payload, functionError } of await deployed.takeDeliveries())
    expect(functionError ?? payload).toEqual({ batchItemFailures: [] });
  const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'fleet', now));
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as TickSummary;
}

describe('a watch that streams, as deployed', () => {
  it('is polled at first, and costs no request for points once deliveries reach back far enough', async () => {
    const billed: number[] = [];
    for (let k = 0; k < 8; k++) {
      const { watches } = await tick(k);
      expect(watches[0].ran).toEqual([expect.objectContaining({ outcome: 'judged', lostSlots: 0 })]);
      billed.push(...watches[0].ran.map((one) => ('billedMetrics' in one ? one.billedMetrics : Number.NaN)));
    }
    expect(billed[0]).toBeGreaterThan(0);
    expect(billed.slice(-2)).toEqual([0, 0]);
    expect(deployed.keys('stream/fleet/').length).toBeGreaterThan(5);
  });

  it('puts aside what is no record, with the reason, and takes the rest', async () => {
    const lines = ['{"half', ...minutes(deployed, start, start + 60)];
    deployed.deliver('2027/hostile.gz', gzipSync(lines.join('\n')), start + 7000);
    deployed.deliver('2027/damaged.gz', Uint8Array.of(0x1f, 0x8b, 8, 0), start + 7001);
    const before = deployed.keys('stream/').length;
    for (const { payload } of await deployed.takeDeliveries()) expect(payload).toEqual({ batchItemFailures: [] });
    expect(deployed.keys('stream/')).toHaveLength(before + 1);
    expect(deployed.failedDeliveries().map((body) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ why: expect.stringMatching(/^1 lines of raw.stream.2027.hostile/) as string }),
      expect.objectContaining({ why: expect.stringMatching(/^cannot be unpacked/) as string }),
    ]);
  });

  it('needs no right that its functions do not have', () => {
    expect(deployed.aws.calls.filter(({ status }) => status === 403)).toEqual([]);
  });
});
