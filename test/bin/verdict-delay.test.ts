import { describe, expect, it } from 'vitest';
import { billedMetrics } from '../../shared/metrics/billed-metrics.ts';
import { verdictDelay } from '../../bin/verdict-delay.ts';
import type { Metric, SeriesDescription } from '../../shared/metrics/metric.ts';
import { settledUntil } from '../../shared/metrics/gaps.ts';
import fc from '../fakes/property.ts';

describe('from an event to its verdict', () => {
  it.each([
    ['five minutes, every five minutes', { every: 300, period: 300 }, { shortest: 300, longest: 600 }],
    ['minutes, every five minutes', { every: 300, period: 60 }, { shortest: 120, longest: 420 }],
    ['minutes, every minute', { every: 60, period: 60 }, { shortest: 120, longest: 180 }],
    ['this host, every half minute', { every: 30, period: 30, settle: 1 }, { shortest: 30, longest: 60 }],
    ['hours, every five minutes', { every: 300, period: 3600 }, { shortest: 300, longest: 3900 }],
  ])('%s', (_title, timing, expected) => {
    expect(verdictDelay(timing)).toEqual(expected);
  });

  it('no event waits longer than said', () => {
    const timing = fc.record({
      every: fc.constantFrom(10, 30, 60, 300, 900),
      period: fc.constantFrom(10, 60, 300, 3600),
      settle: fc.constantFrom(1, 60, 120, 600),
    });
    fc.assert(
      fc.property(timing, fc.integer({ min: 0, max: 1_000_000 }), ({ every, period, settle }, event) => {
        const slotEnd = (Math.floor(event / period) + 1) * period;
        let tick = Math.ceil(event / every) * every;
        while (settledUntil(tick, period, settle) < slotEnd) tick += every;
        const { shortest, longest } = verdictDelay({ every, period, settle });
        expect(tick - event).toBeGreaterThanOrEqual(shortest);
        expect(tick - event).toBeLessThanOrEqual(longest);
      }),
    );
  });
});

describe('what it costs', () => {
  const series = (name: string, statistic: Metric['statistic'], instance: string): SeriesDescription => ({
    id: `${name}${statistic}${instance}`,
    entity: instance,
    label: name,
    metric: { namespace: 'AWS/EC2', name, dimensions: { InstanceId: instance }, statistic },
    periodSeconds: 300,
    nature: { unit: 'None', bad: 'both', gap: 'gap' },
  });

  it('up to five statistics of one metric are billed once', () => {
    const five = (['Average', 'Sum', 'Minimum', 'Maximum', 'p99'] as const).map((one) => series('CPU', one, 'i-1'));
    expect(billedMetrics(five)).toBe(1);
    expect(billedMetrics([...five, series('CPU', 'p50', 'i-1')])).toBe(2);
    expect(billedMetrics([...five, series('CPU', 'Sum', 'i-2')])).toBe(2);
  });
});
