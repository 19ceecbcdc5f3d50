import { describe, expect, it } from 'vitest';
import { mostDatapoints, mostQueries, planRequests, queriesOf } from '../../../shared/adapters/aws/cloudwatch-plan.ts';
import { describeSeries } from '../../../shared/metrics/known-metrics.ts';
import type { Metric, SeriesDescription } from '../../../shared/metrics/metric.ts';
import fc from '../../fakes/property.ts';

const metric = fc.record<Metric>({
  namespace: fc.constant('N'),
  name: fc.constantFrom('A', 'B', 'C'),
  dimensions: fc.record({ Id: fc.integer({ min: 0, max: 400 }).map(String) }),
  statistic: fc.constantFrom('Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p90', 'p99'),
});
const plain = metric.map((one): SeriesDescription => ({
  ...describeSeries(one, { period: 60, natures: {} }),
  periodSeconds: 60,
}));
const slow = plain.map((one): SeriesDescription => ({ ...one, id: `slow ${one.id}`, periodSeconds: 300 }));
const ratio = fc.tuple(metric, metric).map(([a, b]): SeriesDescription => ({
  ...describeSeries(a, { period: 60, natures: {} }),
  id: `ratio ${JSON.stringify([a, b])}`,
  periodSeconds: 60,
  metric: { expression: 'a / b', metrics: { a, b } },
}));
const fleet = fc.uniqueArray(fc.oneof({ weight: 8, arbitrary: plain }, slow, ratio), {
  selector: (one) => one.id,
  maxLength: 800,
  size: 'max',
});
const from = 1_794_000_030;

describe('planning requests', () => {
  const eachPlan = (law: (series: SeriesDescription[], plans: ReturnType<typeof planRequests>) => void): void => {
    fc.assert(
      fc.property(fleet, fc.integer({ min: 1, max: 40_000 }), (series, minutes) => {
        law(series, planRequests(series, from, from + minutes * 60));
      }),
      { numRuns: 20 },
    );
  };
  const seriesIn = (plan: ReturnType<typeof planRequests>[number]) => plan.bundles.flatMap((bundle) => bundle.series);

  it('asks for every series once and for nothing else', () => {
    eachPlan((series, plans) => {
      const ids = plans.flatMap(seriesIn).map(({ id }) => id);
      expect(ids.sort()).toEqual(series.map(({ id }) => id).sort());
    });
  });

  it('stays within queries and points, but for what cannot be divided', () => {
    eachPlan((_, plans) => {
      for (const plan of plans) {
        const { queries } = queriesOf(plan);
        expect(queries.length).toBeLessThanOrEqual(mostQueries);
        const points = queries.length * ((plan.to - plan.from) / plan.periodSeconds);
        if (plan.bundles.length > 1) expect(points).toBeLessThanOrEqual(mostDatapoints);
      }
    });
  });

  it('never parts statistics of one metric, so that they bill as one', () => {
    eachPlan((_, plans) => {
      const home = new Map<string, number>();
      for (const [index, plan] of plans.entries()) {
        for (const one of seriesIn(plan)) {
          if ('expression' in one.metric) continue;
          const identity = JSON.stringify([plan.periodSeconds, one.metric.name, one.metric.dimensions]);
          expect(home.get(identity) ?? index).toBe(index);
          home.set(identity, index);
        }
      }
    });
  });

  it('asks on the grid of the period, around the whole span', () => {
    eachPlan((_, plans) => {
      for (const { from: start, to, periodSeconds } of plans) {
        expect([start % periodSeconds, to % periodSeconds]).toEqual([0, 0]);
        expect(start).toBeLessThanOrEqual(from);
      }
    });
  });

  it('gives every query an id of its own, and every series the id it is answered under', () => {
    eachPlan((_, plans) => {
      for (const plan of plans) {
        const { queries, seriesOf } = queriesOf(plan);
        expect(new Set(queries.map(({ Id }) => Id)).size).toBe(queries.length);
        const returned = queries.filter(({ ReturnData }) => ReturnData === true).map(({ Id }) => Id);
        expect([...seriesOf.keys()].sort()).toEqual(returned.sort());
        expect([...seriesOf.values()]).toHaveLength(seriesIn(plan).length);
      }
    });
  });
});
