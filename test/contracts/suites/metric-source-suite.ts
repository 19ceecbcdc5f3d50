import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../../shared/metrics/metric.ts';
import type { WatchSelection } from '../../../shared/metrics/selection.ts';
import type { MetricSource } from '../../../shared/ports/metric-source.ts';

/** A source that has something to say about a window, and how to select all of it. */
export interface MetricSourceUnderTest {
  readonly source: MetricSource;
  /** Selects at least two series. */
  readonly watch: WatchSelection;
  /** A window in which every series of the watch has at least one point, whole multiples of its period. */
  readonly from: number;
  readonly to: number;
  close?(): Promise<void>;
}

/** A selection of everything in a namespace. */
export const watchOf = (namespace: string, period: number): WatchSelection => ({
  name: 'contract',
  select: [{ namespace, metric: '*', dimensions: {} }],
  metrics: [],
  expressions: [],
  period,
  maxSeries: 500,
  natures: {},
});

/** What every metric source promises. */
export function metricSourceSuite(name: string, open: () => Promise<MetricSourceUnderTest>): void {
  describe(`${name} keeps the promises of a metric source`, () => {
    let subject: MetricSourceUnderTest;
    let found: readonly SeriesDescription[];
    beforeEach(async () => {
      subject = await open();
      found = (await subject.source.discover(subject.watch)).series;
    });
    afterEach(async () => subject.close?.());

    it('finds each series once, with the watch’s period and a name, an entity and a nature', () => {
      expect(found.length).toBeGreaterThanOrEqual(2);
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      for (const one of found) {
        expect(one.periodSeconds % subject.watch.period).toBe(0);
        expect(one.entity).not.toBe('');
        expect(one.label).not.toBe('');
        expect(one.nature).toMatchObject({ unit: expect.any(String) as string, bad: expect.any(String) as string });
      }
    });

    it('finds the same again, in the same order', async () => {
      expect((await subject.source.discover(subject.watch)).series).toEqual(found);
    });

    it('finds nothing where nothing matches', async () => {
      const watch = { ...subject.watch, select: [{ namespace: 'NoSuchNamespace', metric: '*', dimensions: {} }] };
      expect(await subject.source.discover(watch)).toMatchObject({ series: [] });
    });

    it('takes at most so many series per pattern, and says how many it left out', async () => {
      const { series, leftOut } = await subject.source.discover({ ...subject.watch, maxSeries: 1 });
      expect(series).toHaveLength(1);
      expect(leftOut.reduce((sum, { count }) => sum + count, 0)).toBe(found.length - 1);
    });

    it('leaves out others first than what is looked after already', async () => {
      for (const one of [found[0], found[found.length - 1]]) {
        const { series } = await subject.source.discover({ ...subject.watch, maxSeries: 1 }, new Set([one.id]));
        expect(series.map(({ id }) => id)).toEqual([one.id]);
      }
    });

    it('lets the watch say what a metric means', async () => {
      const natures = { '*': { bad: 'down' as const }, [found[0].label]: { gap: 'zero' as const, unit: 'Birds' } };
      const { series } = await subject.source.discover({ ...subject.watch, natures });
      expect(series[0].nature).toMatchObject({ bad: 'down', gap: 'zero', unit: 'Birds' });
    });

    it('answers each asked series exactly once, in the order asked', async () => {
      const asked = [...found].reverse();
      const { series, billedMetrics } = await subject.source.read(asked, subject.from, subject.to);
      expect(series.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
      expect(billedMetrics).toBeGreaterThanOrEqual(0);
    });

    it('has points in the window, each with a finite value, none outside of it', async () => {
      const { series } = await subject.source.read(found, subject.from, subject.to);
      for (const { points, problem } of series) {
        expect(problem).toBeUndefined();
        expect(points.times.length).toBeGreaterThan(0);
        expect(points.values).toHaveLength(points.times.length);
        for (const time of points.times) expect(time >= subject.from && time < subject.to).toBe(true);
        expect(points.values.every(Number.isFinite)).toBe(true);
      }
    });

    it('says the same of the same window again', async () => {
      const first = await subject.source.read(found, subject.from, subject.to);
      expect(await subject.source.read(found, subject.from, subject.to)).toEqual(first);
    });

    it('says of a part of the window what it says of the whole', async () => {
      const whole = await subject.source.read(found, subject.from, subject.to);
      const period = found[0].periodSeconds;
      const middle = subject.from + Math.floor((subject.to - subject.from) / period / 2) * period;
      const halves = [
        await subject.source.read(found, subject.from, middle),
        await subject.source.read(found, middle, subject.to),
      ];
      for (const [i, { points }] of whole.series.entries()) {
        const times = halves.flatMap(({ series }) => [...series[i].points.times]);
        const values = halves.flatMap(({ series }) => [...series[i].points.values]);
        expect(new Map(times.map((time, k) => [time, values[k]]))).toEqual(
          new Map([...points.times].map((time, k) => [time, points.values[k]])),
        );
      }
    });

    it('has no points in an empty window', async () => {
      const { series } = await subject.source.read(found, subject.from, subject.from);
      for (const { points } of series) expect(points.times).toHaveLength(0);
    });

    it('answers nothing when nothing is asked', async () => {
      expect(await subject.source.read([], subject.from, subject.to)).toEqual({ series: [], billedMetrics: 0 });
    });

    it('takes no stranger for a series without points', async () => {
      const one = found[0];
      const metric = {
        namespace: 'NoSuchNamespace',
        name: 'x',
        dimensions: { Of: 'nobody' },
        statistic: 'Average' as const,
      };
      const { series } = await subject.source.read([{ ...one, id: 'stranger', metric }, one], subject.from, subject.to);
      expect(series.map(({ id }) => id)).toEqual(['stranger', one.id]);
      expect(series[0].points.times).toHaveLength(0);
      expect(series[1].points.times.length).toBeGreaterThan(0);
    });
  });
}
