import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { historyDayKind } from '../../shared/metrics/history-format.ts';
import { unpackStored, packStored } from '../../shared/models/stored-artefact.ts';
import type { ForecastSummary } from '../../shared/pipeline/forecast-metrics.ts';
import { forecastRecordKind } from '../../shared/pipeline/forecast-record.ts';
import { keys } from '../../shared/settings/keys.ts';
import { deploy, type Deployment } from './deployment.ts';

const every = 300;
const hosts = 3;
const day = 86_400;
// Ahead of the machine's clock; eleven in the morning, UTC, when the hill of the day comes near its limit.
const now = Math.ceil(Date.now() / 1000 / day) * day + day + 9.5 * 3600;
const hill = (time: number, host: number): number =>
  66 - 26 * Math.cos((2 * Math.PI * (time - 2 * 3600)) / day) + ((time / every + host) % 5) / 4;

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deploy(
    {
      retention: Duration.days(8),
      quotaShare: 1,
      workerConcurrency: 2,
      watches: {
        fleet: {
          select: 'Fleet',
          natures: { Load: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up' } },
          forecast: { forecaster: 'seasonal-naive' },
        },
        quiet: { select: 'Quiet', forecast: 'off' },
      },
    },
    now,
  );
  for (let host = 0; host < hosts; host++) {
    const samples: [number, number][] = [];
    for (let time = now - 1800; time < now + 3600; time += every) samples.push([time, hill(time, host)]);
    deployed.aws.cloudwatch.book.load(
      { namespace: 'Fleet', name: 'Load', dimensions: { Host: `host-${host}` } },
      samples,
    );
  }
}, 60_000);
afterAll(() => deployed.stop());

const summaryOf = (payload: unknown): ForecastSummary => payload as ForecastSummary;
const shard = 's-0001';

/** What a week of detection would have left. */
async function plantHistory(): Promise<void> {
  const ids = Array.from({ length: hosts }, (_, host) => `Fleet/Load{Host=host-${host}}:Average`);
  for (let from = Math.floor(now / day) * day - 6 * day; from < now; from += day) {
    const times: number[] = [];
    for (let time = from; time < Math.min(now, from + day); time += every) times.push(time);
    const series = ids.map((id, host) => ({
      id,
      times: Float64Array.from(times),
      values: Float64Array.from(times, (time) => hill(time, host)),
      ticks: new Uint32Array(times.length),
    }));
    const name = new Date(from * 1000).toISOString().slice(0, 10);
    const body = await packStored(nodeBytes, historyDayKind, { day: name, series });
    deployed.plant(keys.historyDay('fleet', shard, every, from), body);
  }
}

/** Detection's tick and forecasting's, as Scheduler has them run. */
async function tick(time: number): Promise<ForecastSummary> {
  deployed.setNow(time);
  await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'fleet', time));
  const { payload, functionError } = await deployed.invoke('Forecast', deployed.scheduled('Forecast', 'fleet', time));
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return summaryOf(payload);
}

describe('the forecast function, as deployed', () => {
  it('has nothing to say before anything is known, and says so', async () => {
    const { payload } = await deployed.invoke('Forecast', deployed.scheduled('Forecast', 'fleet', now - every));
    expect(payload).toEqual({
      tick: now - every,
      watches: [{ watch: 'fleet', shards: 0, series: 0, ran: [], queued: 0 }],
    });
  });

  it('fits what has a limit from stored history, and forecasts it from the tick after the next on', async () => {
    deployed.setNow(now);
    await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'fleet', now));
    await plantHistory();
    const first = await tick(now);
    expect(first.watches[0].ran[0]).toMatchObject({ series: hosts, forecast: 0, trained: hosts });
    await tick(now + every);
    const third = await tick(now + 2 * every);
    expect(third.watches[0].ran[0]).toMatchObject({ outcome: 'forecast', forecast: hosts, withoutSkill: 0 });
  }, 60_000);

  it('stores what it foresees, and puts it on the bus before it happens', async () => {
    const key = keys.forecasts('fleet', shard, now + 2 * every);
    const stored = await unpackStored(nodeBytes, forecastRecordKind, deployed.body(key), key);
    for (const one of stored.series) {
      expect(one.current).toBeLessThan(80);
      expect(one.outlooks[0]).toMatchObject({ limit: { value: 80, side: 'above' }, isBeyond: false });
    }
    const { ran } = (await tick(now + 3 * every)).watches[0];
    expect(ran[0].firing).toBe(hosts);
    expect(deployed.logs('Forecast')).toContain('shard forecast');
  }, 60_000);

  it('opens one incident for each thing, by the same road as what is unusual', async () => {
    for (const { payload, functionError } of await deployed.route()) {
      expect(functionError, JSON.stringify(payload)).toBeUndefined();
      expect(payload).toEqual({ batchItemFailures: [] });
    }
    const open = deployed.keys('incidents/open/').map((key) => new TextDecoder().decode(deployed.body(key)));
    expect(open).toHaveLength(hosts);
    for (const one of open) expect(one).toContain('"source":"crossing"');
  });

  it('says again what it said where a tick is repeated, and changes nothing', async () => {
    const before = deployed.body(keys.state('fleet', shard, 'forecast'));
    const { payload } = await deployed.invoke('Forecast', deployed.scheduled('Forecast', 'fleet', now + 3 * every));
    expect(summaryOf(payload).watches[0].ran).toEqual([expect.objectContaining({ outcome: 'already-judged' })]);
    expect(deployed.body(keys.state('fleet', shard, 'forecast'))).toEqual(before);
  });

  it('leaves a shard that cannot be read to the queue', async () => {
    const record = (messageId: string, body: string) => ({ messageId, body });
    const message = { watch: 'fleet', shard, tick: now + 2 * every };
    const event = { Records: [record('broken', '{"watch":'), record('old', JSON.stringify(message))] };
    const { payload, functionError } = await deployed.invoke('Foreseer', event);
    expect(functionError).toBeUndefined();
    expect(payload).toEqual({ batchItemFailures: [{ itemIdentifier: 'broken' }] });
  });

  it('stays within its folders: nothing was denied', () => {
    const { calls } = deployed.aws;
    expect(calls.filter(({ status }) => status === 403)).toEqual([]);
    const written = calls.filter((call) => call.operation === 'PutObject' && call.accessKeyId === 'Forecast');
    const folders = new Set(written.map(({ key }) => key.split('/')[0]));
    expect([...folders].sort()).toEqual(['forecasts', 'models', 'state']);
  });

  it('publishes how good it was, in our namespace', () => {
    const names = deployed.aws.cloudwatch.published.map(({ name }) => name);
    expect(names).toContain('LimitsInDanger');
  });
});

describe('the train function, as deployed', () => {
  it('fits forecasters in the time that is left, of watches that are forecast', async () => {
    const { payload, functionError } = await deployed.invoke(
      'Train',
      deployed.scheduled('Training', 'fleet', now + day),
    );
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    expect(payload).toMatchObject({
      forecasters: [{ watch: 'fleet', shards: [{ shard, outcome: 'trained', trained: hosts, left: 0 }] }],
    });
    const { payload: off } = await deployed.invoke('Train', deployed.scheduled('Training', 'quiet', now + day));
    expect(off).toMatchObject({ forecasters: [] });
  }, 60_000);

  it('offers no schedule of forecasts for a watch whose forecasts are off', () => {
    expect(() => deployed.scheduled('Forecast', 'quiet', now)).toThrow(/no schedule/);
  });
});
