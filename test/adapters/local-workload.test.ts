import { describe, expect, it } from 'vitest';
import { SimulatedWorkload } from '../../shared/adapters/local/simulated-workload.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';

const monday = Date.UTC(2026, 10, 16) / 1000;
const day = 86_400;
const later = { now: () => monday + 60 * day };
const [watch] = watchesOf(parseSettings('watches: { w: { source: { kind: simulated }, period: 5m } }', 'test.yaml'));

async function valuesOf(label: string, seed: number, from: number, to: number): Promise<Float64Array> {
  const source = new SimulatedWorkload(seed, later);
  const { series } = await source.discover(watch);
  const wanted = series.filter((one) => one.label === label);
  return (await source.read(wanted, from, to)).series[0].points.values;
}

const crossings = (values: Float64Array): number =>
  values.filter((value, slot) => value > 80 && values.slice(Math.max(0, slot - 9), slot).every((one) => one <= 80))
    .length;

describe('the simulated workload', () => {
  it.each([1, 2, 3])('comes near its limits again and again, whatever the seed (%i)', async (seed) => {
    expect(crossings(await valuesOf('MemoryUtilization', seed, monday, monday + 7 * day))).toBeGreaterThan(20);
    const rushes = crossings(await valuesOf('CPUUtilization', seed, monday, monday + 7 * day));
    expect(rushes).toBeGreaterThan(5);
    expect(rushes).toBeLessThanOrEqual(14);
  });

  it('is a function of time alone: a window of another reads the same', async () => {
    const whole = await valuesOf('MemoryUtilization', 4, monday, monday + day);
    const part = await valuesOf('MemoryUtilization', 4, monday + 3600, monday + 7200);
    expect([...part]).toEqual([...whole.slice(12, 24)]);
  });

  it('leaks for hours and is freed at once', async () => {
    const values = await valuesOf('MemoryUtilization', 5, monday, monday + 2 * day);
    const steps = values.slice(1).map((value, slot) => value - values[slot]);
    expect(Math.min(...steps)).toBeLessThan(-20);
    expect(Math.max(...steps)).toBeLessThan(8);
  });

  it('never repeats itself from one seed to the next', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map((seed) => valuesOf('CPUUtilization', seed, monday, monday + day)),
    );
    expect([...one]).not.toEqual([...other]);
  });

  it('refuses a seed that is none', () => {
    expect(() => new SimulatedWorkload(0.5, later)).toThrow('seed 0.5: give a whole number');
  });
});
