import { describe, expect, it } from 'vitest';
import type { Finding, Signal } from '../../../shared/alerting/signal.ts';
import type { EventBus } from '../../../shared/ports/event-bus.ts';

export interface EventBusUnderTest {
  readonly bus: EventBus;
  /** What subscribers have got so far. */
  readonly received: () => Promise<readonly Signal[]>;
  close?(): Promise<void>;
}

const finding: Finding = {
  key: 'anomaly cpu',
  kind: 'anomaly',
  source: 'series',
  series: 'AWS/EC2/CPUUtilization{InstanceId=i-1}:Average',
  label: 'CPUUtilization “ü”',
  unit: 'Percent',
  status: 'firing',
  since: 1_763_700_000,
  observed: 93.25,
  expected: 40.5,
  lower: 30,
  upper: 50,
  score: 0.97,
  rarity: { onceInSeconds: 86_400, evidenceSeconds: 604_800, unseen: false },
  shares: [{ series: 'cpu', label: 'CPUUtilization', share: 1, words: 'far above usual' }],
  explanation: 'CPUUtilization is far above usual.',
};

/** A well-formed signal of the entity `entity`. */
export const signalOf = (entity: string, change: Partial<Signal> = {}): Signal => ({
  version: 1,
  deployment: 'aiops',
  watch: 'servers',
  shard: 's-0001',
  entity,
  labels: { team: 'web' },
  evaluatedAt: 1_763_700_300,
  intervalSeconds: 300,
  mode: 'live',
  findings: [finding],
  ...change,
});

/** What every event bus promises. */
export function eventBusSuite(name: string, open: () => Promise<EventBusUnderTest>): void {
  describe(`${name} keeps the promises of an event bus`, () => {
    const using = async (work: (subject: EventBusUnderTest) => Promise<void>): Promise<void> => {
      const subject = await open();
      try {
        await work(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('carries a signal as it is', () =>
      using(async ({ bus, received }) => {
        await bus.publish([signalOf('i-1')]);
        expect(await received()).toEqual([signalOf('i-1')]);
      }));

    it('carries more signals than fit into one batch, none lost', () =>
      using(async ({ bus, received }) => {
        const entities = Array.from({ length: 37 }, (_, i) => `i-${i}`);
        await bus.publish(entities.map((entity) => signalOf(entity)));
        expect(new Set((await received()).map(({ entity }) => entity))).toEqual(new Set(entities));
      }));

    it('carries signals that are large together', () =>
      using(async ({ bus, received }) => {
        const explanation = 'x'.repeat(150_000);
        const large = Array.from({ length: 12 }, (_, i) =>
          signalOf(`i-${i}`, { findings: [{ ...finding, explanation }] }),
        );
        await bus.publish(large);
        expect(await received()).toHaveLength(12);
      }));

    it('does nothing when there is nothing to tell', () =>
      using(async ({ bus, received }) => {
        await bus.publish([]);
        expect(await received()).toEqual([]);
      }));

    it('refuses a signal that no subscriber could take', () =>
      using(async ({ bus }) => {
        const huge = signalOf('i-1', { findings: [{ ...finding, explanation: 'x'.repeat(1_100_000) }] });
        await expect(bus.publish([huge])).rejects.toThrow(/i-1|signal 0/);
      }));
  });
}
