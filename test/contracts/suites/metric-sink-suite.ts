import { describe, expect, it } from 'vitest';
import type { MetricDatum, MetricSink } from '../../../shared/ports/metric-sink.ts';

export interface MetricSinkUnderTest {
  readonly sink: MetricSink;
  /** What has arrived so far. */
  readonly received: () => Promise<readonly MetricDatum[]>;
  close?(): Promise<void>;
}

export const datumOf = (change: Partial<MetricDatum> = {}): MetricDatum => ({
  name: 'AnomaliesDetected',
  dimensions: { Watch: 'servers' },
  value: 3,
  unit: 'Count',
  time: 1_763_700_300,
  ...change,
});

/** What every metric sink promises. */
export function metricSinkSuite(name: string, open: () => Promise<MetricSinkUnderTest>): void {
  describe(`${name} keeps the promises of a metric sink`, () => {
    const using = async (work: (subject: MetricSinkUnderTest) => Promise<void>): Promise<void> => {
      const subject = await open();
      try {
        await work(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('takes a value with its name, dimensions, unit and time', () =>
      using(async ({ sink, received }) => {
        await sink.publish([datumOf({ value: 0.125, unit: 'Milliseconds' })]);
        expect(await received()).toEqual([datumOf({ value: 0.125, unit: 'Milliseconds' })]);
      }));

    it('takes more than fit into one request', () =>
      using(async ({ sink, received }) => {
        await sink.publish(Array.from({ length: 1_200 }, (_, i) => datumOf({ value: i })));
        expect((await received()).map(({ value }) => value).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 1_200 }, (_, i) => i),
        );
      }));

    it('does nothing when there is nothing', () =>
      using(async ({ sink, received }) => {
        await sink.publish([]);
        expect(await received()).toEqual([]);
      }));

    it.each([[NaN], [Infinity], [-Infinity]])('refuses %s and publishes nothing of that call', (value) =>
      using(async ({ sink, received }) => {
        await expect(sink.publish([datumOf(), datumOf({ name: 'Broken', value })])).rejects.toThrow(/Broken/);
        expect(await received()).toEqual([]);
      }),
    );
  });
}
