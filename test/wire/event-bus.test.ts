import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBridgeBus } from '../../shared/adapters/aws/eventbridge-bus.ts';
import { signalSchema, type Finding, type Signal } from '../../shared/alerting/signal.ts';
import { eventBusSuite } from '../contracts/suites/event-bus-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { slowDown, throttling } from '../fakes/aws/faults.ts';
import { clientsOf, MemoryLog, quick } from './aws-under-test.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  key: 'anomaly/cpu',
  kind: 'anomaly',
  source: 'series',
  series: 'cpu',
  label: 'CPUUtilization',
  unit: 'Percent',
  status: 'firing',
  since: 1000,
  observed: 97,
  expected: 40,
  lower: 30,
  upper: 50,
  score: 0.9,
  rarity: null,
  shares: [],
  explanation: 'far above usual — größer',
  ...more,
});
const signal = (entity: string, more: Partial<Signal> = {}): Signal => ({
  version: 1,
  deployment: 'aiops',
  watch: 'servers',
  shard: '1',
  entity,
  labels: {},
  evaluatedAt: 1_794_000_000,
  intervalSeconds: 300,
  mode: 'live',
  findings: [finding()],
  ...more,
});
const signals = (count: number): Signal[] => Array.from({ length: count }, (_, index) => signal(`i-${index}`));
const entityOf = (detail: unknown): string => signalSchema.parse(detail).entity;

eventBusSuite('the EventBridge bus', async () => {
  const aws = await startFakeAws();
  aws.eventbridge.createBus('signals');
  const { eventBridge: client } = clientsOf(aws);
  return {
    bus: new EventBridgeBus({ busName: 'signals', client, log: new MemoryLog(), backOff: quick }),
    received: async () => aws.eventbridge.events.map(({ detail }) => signalSchema.parse(detail)),
    close: () => aws.stop(),
  };
});

let aws: FakeAws;
let log: MemoryLog;
const bus = (accessKeyId?: string): EventBridgeBus =>
  new EventBridgeBus({
    busName: 'signals',
    client: clientsOf(aws, accessKeyId, { maxAttempts: 2 }).eventBridge,
    log,
    backOff: quick,
  });
const arrived = (): string[] => aws.eventbridge.events.map(({ detail }) => entityOf(detail));

beforeEach(async () => {
  aws = await startFakeAws();
  aws.eventbridge.createBus('signals');
  log = new MemoryLog();
});
afterEach(() => aws.stop());

describe('the EventBridge bus', () => {
  it('publishes under source and type, at the signal’s own time', async () => {
    await bus().publish([signal('i-1')]);
    expect(aws.eventbridge.events).toMatchObject([
      { bus: 'signals', source: 'aiops.monitoring', detailType: 'Signal', time: 1_794_000_000 },
    ]);
  });

  it('sends at most ten in a request, in order, and asks nothing for nothing', async () => {
    await bus().publish(signals(23));
    expect(aws.eventbridge.batches).toEqual([10, 10, 3]);
    expect(arrived()).toEqual(signals(23).map(({ entity }) => entity));
    await bus().publish([]);
    expect(aws.eventbridge.batches).toHaveLength(3);
  });

  it('keeps requests below 1 MB, counted in bytes', async () => {
    const large = signals(5).map((one) => ({ ...one, labels: { note: 'ü'.repeat(200_000) } }));
    await bus().publish(large);
    expect(aws.eventbridge.batches).toEqual([2, 2, 1]);
  });

  it('drops the chart of a signal that is too large with it, and says so', async () => {
    const points = Array.from({ length: 200 }, (_, index): [number, number, number, number] => [
      index,
      1 / 3,
      1 / 7,
      1 / 9,
    ]);
    const findings = Array.from({ length: 150 }, (_, index) => finding({ key: `k${index}`, points }));
    await bus().publish([signal('i-1', { findings })]);
    const [event] = aws.eventbridge.events;
    expect(signalSchema.parse(event.detail).findings.map(({ key }) => key)).toEqual(findings.map(({ key }) => key));
    expect(signalSchema.parse(event.detail).findings[0].points).toBeUndefined();
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { entity: 'i-1' } }]);
  });

  it('refuses a signal that is too large without its chart, and says what to do', async () => {
    const huge = signal('i-1', { labels: { note: 'x'.repeat(1_100_000) } });
    await expect(bus().publish([huge])).rejects.toThrow('let "entityBy" of watch servers name smaller things');
  });

  it('sends again only what failed', async () => {
    aws.eventbridge.entryFaults.push({
      when: (detail) => entityOf(detail) === 'i-3',
      code: 'InternalFailure',
      times: 2,
    });
    await bus().publish(signals(10));
    expect(aws.eventbridge.batches).toEqual([10, 1, 1]);
    expect(arrived().sort()).toEqual(
      signals(10)
        .map(({ entity }) => entity)
        .sort(),
    );
  });

  it('throws when some are refused to the end, names them, and has sent all others', async () => {
    aws.eventbridge.entryFaults.push({
      when: (detail) => entityOf(detail) === 'i-3',
      code: 'ThrottlingException',
      times: Infinity,
    });
    await expect(bus().publish(signals(12))).rejects.toThrow(
      '1 of 12 signals were not accepted by signals: i-3: ThrottlingException',
    );
    expect(arrived()).toHaveLength(11);
    expect(aws.eventbridge.batches).toEqual([10, 1, 1, 1, 2]);
  });

  it('does not send again what can never be accepted', async () => {
    aws.eventbridge.entryFaults.push({ when: () => true, code: 'MalformedDetail', times: Infinity });
    await expect(bus().publish(signals(1))).rejects.toThrow('MalformedDetail');
    expect(aws.eventbridge.batches).toEqual([1]);
  });

  it('says so when the bus does not exist', async () => {
    const nowhere = new EventBridgeBus({ busName: 'nowhere', client: clientsOf(aws).eventBridge, log });
    await expect(nowhere.publish(signals(1))).rejects.toThrow('ResourceNotFoundException');
  });

  it.each([throttling, slowDown, 'lost-request', 'lost-answer'] as const)(
    'tries a failed call again: %j',
    async (effect) => {
      aws.inject({ operation: 'PutEvents', effect });
      await bus().publish(signals(2));
      expect(new Set(arrived())).toEqual(new Set(['i-0', 'i-1']));
    },
  );

  it('may speak to its own bus only', async () => {
    aws.eventbridge.createBus('other');
    const Resource = `arn:aws:events:${aws.region}:${aws.account}:event-bus/other`;
    aws.grant('AKIABUS', [{ Statement: { Effect: 'Allow', Action: 'events:PutEvents', Resource } }]);
    await expect(bus('AKIABUS').publish(signals(1))).rejects.toThrow('allow events:PutEvents on this bus');
  });
});
