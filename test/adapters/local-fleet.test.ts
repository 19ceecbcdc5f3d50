import { describe, expect, it } from 'vitest';
import { type Fault, plannedFaults } from '../../shared/adapters/local/fleet-faults.ts';
import { busyness } from '../../shared/adapters/local/fleet-rhythm.ts';
import { fleetServers, healthySamples } from '../../shared/adapters/local/fleet-servers.ts';
import { serverSamples, SimulatedFleet } from '../../shared/adapters/local/simulated-fleet.ts';
import { watchOf } from '../contracts/suites/metric-source-suite.ts';
import fc from '../fakes/property.ts';

const hour = 3_600;
const day = 86_400;
const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;
const later = { now: () => monday + 365 * day };
const clean = { faultsFrom: Infinity };
const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 40 });

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: ArrayLike<number>): number => {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
};
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)];
  return mean(Array.from(a, (value, i) => (value - ma) * (b[i] - mb))) / (deviation(a) * deviation(b));
}
const numberOf = (name: string): number => fleetServers.findIndex((server) => server.name === name);

describe('the simulated fleet', () => {
  it('reads the same whatever window it is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.nat(3_000),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(10, 60, 300),
        async (seed, at, n, period) => {
          const fleet = new SimulatedFleet(seed, later);
          const { series } = await fleet.discover(watchOf('*', period));
          const start = monday + at * period;
          const whole = await fleet.read(series, monday, monday + 3_500 * 10);
          const part = await fleet.read(series, start, start + n * period);
          for (const [i, { points }] of part.series.entries()) {
            const known = new Map(
              Array.from(whole.series[i].points.times, (t, k) => [t, whole.series[i].points.values[k]]),
            );
            for (const [k, time] of points.times.entries()) {
              if (known.has(time)) expect(points.values[k]).toBe(known.get(time));
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reads otherwise with another seed', () => {
    const [a, b] = [1, 2].map((seed) => healthySamples(seed, 0, monday, 500).CPUUtilization);
    expect(Math.abs(correlation(a, b))).toBeLessThan(0.6);
    expect(a).not.toEqual(b);
  });

  it('tells each minute as the mean of its six readings', async () => {
    const fleet = new SimulatedFleet(3, later);
    const read = async (period: number) => {
      const { series } = await fleet.discover({ ...watchOf('*', period), maxSeries: 1 });
      return (await fleet.read(series, monday, monday + hour)).series[0].points;
    };
    const [readings, minutes] = [await read(10), await read(60)];
    expect(minutes.times).toHaveLength(60);
    for (const [i, value] of minutes.values.entries()) {
      expect(value).toBeCloseTo(mean(readings.values.slice(6 * i, 6 * i + 6)), 3);
    }
  });

  it('knows nothing of a period that is not over', async () => {
    const fleet = new SimulatedFleet(3, { now: () => monday + 125 });
    const { series } = await fleet.discover(watchOf('*', 60));
    const { series: read } = await fleet.read(series, monday, monday + hour);
    expect([...read[0].points.times]).toEqual([monday, monday + 60]);
    const unborn = await new SimulatedFleet(3, { now: () => monday - 1 }).read(series, monday, monday + hour);
    expect(unborn.series[0].points.times).toHaveLength(0);
  });

  it('keeps percentages between 0 and 100 and nothing below 0, at every fault of a year', () => {
    for (const fault of plannedFaults(11, monday, monday + 365 * day)) {
      for (const name of fault.entities) {
        const samples = serverSamples(11, numberOf(name), fault.start - 60, 200, {});
        for (const values of Object.values(samples)) expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...samples.CPUUtilization, ...samples.MemoryUtilization)).toBeLessThanOrEqual(100);
      }
    }
  });

  it.each([[0], [7], [15], [-60], [NaN]])('refuses a period of %s s', async (period) => {
    await expect(new SimulatedFleet(1, later).discover(watchOf('*', period))).rejects.toThrow(/multiple of that/);
  });

  it('refuses a seed that is none', () => {
    expect(() => new SimulatedFleet(0.5, later)).toThrow('seed 0.5: give a whole number');
  });
});

describe('its rhythm', () => {
  it('is busy by day and quiet at night, on weekdays more than at weekends', () => {
    const at = (dayOfWeek: number, h: number): number => busyness(monday + dayOfWeek * day + h * hour);
    expect(at(1, 15)).toBeGreaterThan(2.5 * at(1, 4));
    expect(at(1, 15)).toBeGreaterThan(1.3 * at(5, 15));
    expect(at(8, 11)).toBe(at(1, 11));
  });

  it('never jumps, not even between days', () => {
    for (let t = monday; t < monday + 8 * day; t += 60)
      expect(Math.abs(busyness(t + 60) - busyness(t))).toBeLessThan(0.01);
  });

  it('makes a server’s metrics move together, and servers with one another', () => {
    const web = healthySamples(5, 0, monday, 8_640);
    const api = healthySamples(5, 2, monday, 8_640);
    expect(correlation(web.CPUUtilization, web.NetworkThroughput)).toBeGreaterThan(0.8);
    expect(correlation(web.CPUUtilization, api.CPUUtilization)).toBeGreaterThan(0.8);
  });

  it('repeats from day to day without repeating itself', () => {
    const [tuesday, wednesday] = [1, 2].map((d) => healthySamples(5, 0, monday + d * day, 8_640).NetworkThroughput);
    expect(correlation(tuesday, wednesday)).toBeGreaterThan(0.7);
    const difference = tuesday.map((value, i) => value - wednesday[i]);
    expect(deviation(difference)).toBeGreaterThan(0.1 * deviation(tuesday));
  });
});

describe('its faults', () => {
  const kinds = ['disk-full', 'drop', 'leak', 'noisy-neighbour', 'spike', 'stuck', 'traffic-surge'];

  it('are all of the seven kinds in every seven stretches', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const first = Math.ceil(monday / (84 * hour)) * 84 * hour;
        const faults = plannedFaults(seed, first, first + 84 * hour);
        expect(faults.map(({ kind }) => kind).sort()).toEqual(kinds);
      }),
    );
  });

  it('are the same whatever window is asked for, in order, apart from one another, and none is cut', () => {
    fc.assert(
      fc.property(seeds, fc.nat(100), fc.integer({ min: 1, max: 200 }), (seed, from, hours) => {
        const all = plannedFaults(seed, monday, monday + 400 * hour);
        const start = monday + from * hour;
        const end = start + hours * hour;
        const overlapping = (fault: Fault): boolean => fault.end > start && fault.start < end;
        expect(plannedFaults(seed, start, Math.min(end, monday + 400 * hour))).toEqual(all.filter(overlapping));
        for (const [i, fault] of all.entries()) expect(fault.start).toBeGreaterThan(all[i - 1]?.end ?? 0);
      }),
    );
  });

  it('begin only when they may', () => {
    const faultsFrom = monday + 3 * day;
    const faults = plannedFaults(1, monday, monday + 7 * day, { faultsFrom });
    expect(faults.length).toBeGreaterThan(5);
    expect(faults.every(({ start }) => start >= faultsFrom)).toBe(true);
    expect(new SimulatedFleet(1, later, clean).faults(monday, monday + 30 * day)).toEqual([]);
  });

  it('change the metrics and servers that they name, and nothing else', () => {
    for (let seed = 1; seed <= 5; seed++) {
      for (const fault of plannedFaults(seed, monday, monday + 4 * day)) {
        for (const [number, { name }] of fleetServers.entries()) {
          const count = (fault.end - fault.start) / 10 + 60;
          const from = fault.start - 300;
          const healthy = serverSamples(seed, number, from, count, clean);
          const faulty = serverSamples(seed, number, from, count, {});
          for (const [metric, values] of Object.entries(faulty)) {
            const touched = [...values].flatMap((value, i) =>
              value === healthy[metric as keyof typeof healthy][i] ? [] : [from + i * 10],
            );
            const meant = fault.entities.includes(name) && fault.metrics.some((one) => one === metric);
            expect(touched.length > 0, `${fault.kind} of seed ${seed}: ${name} ${metric}`).toBe(meant);
            for (const time of touched) expect(time >= fault.start && time < fault.end).toBe(true);
          }
        }
      }
    }
  });

  const firstOf = (kind: string): { fault: Fault; samples: ReturnType<typeof serverSamples>; before: number } => {
    const fault = plannedFaults(1, monday, monday + 14 * day).find((one) => one.kind === kind)!;
    const before = 60;
    const samples = serverSamples(
      1,
      numberOf(fault.entity),
      fault.start - 600,
      (fault.end - fault.start) / 10 + 2 * before,
      {},
    );
    return { fault, samples, before };
  };

  it('repeat one value while stuck', () => {
    const { fault, samples, before } = firstOf('stuck');
    const values = samples[fault.metrics[0]];
    expect(new Set(values.slice(before, -before)).size).toBe(1);
    expect(new Set(values.slice(0, before)).size).toBeGreaterThan(20);
  });

  it('fill the memory slowly in a leak, and free it at the end', () => {
    const { samples, before } = firstOf('leak');
    const values = samples.MemoryUtilization;
    const end = values.length - before;
    expect(values[end - 1] - values[before]).toBeGreaterThan(10);
    expect(values[end - 1] - values[end]).toBeGreaterThan(10);
    expect(values[before + 30] - values[before]).toBeLessThan(5);
  });

  it('take nearly all traffic away in a drop', () => {
    const { samples, before } = firstOf('drop');
    const values = samples.NetworkThroughput;
    expect(mean(values.slice(before, -before))).toBeLessThan(0.2 * mean(values.slice(0, before)));
  });

  it('refuse to come so often that none can be told from the next', () => {
    expect(() => plannedFaults(1, 0, 1, { everySeconds: hour })).toThrow(/at least 21600/);
    expect(() => plannedFaults(1, 0, 1, { everySeconds: NaN })).toThrow(/at least 21600/);
  });
});
