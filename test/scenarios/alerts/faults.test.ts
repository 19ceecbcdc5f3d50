import { describe, expect, it } from 'vitest';
import { runSchedules } from './simulation/run-schedules.ts';
import { drawScenario } from './simulation/scenario.ts';
import { violationsOf } from './simulation/invariants.ts';
import { simulate } from './simulation/simulate.ts';

describe('routers that die, meet, and lose answers', () => {
  // `npm run simulate-faults` runs 10,000 of them.
  it('tell everything, to everybody it is for, and nothing twice without a reason', async () => {
    const { broken, ...sums } = await runSchedules(1, 150);
    expect(broken).toEqual([]);
    // It met what it is about.
    expect(sums.crashes).toBeGreaterThan(50);
    expect(sums.conflicts).toBeGreaterThan(10);
    expect(sums.notices).toBeGreaterThan(500);
  }, 120_000);

  it('tell the same story again for the same seed', async () => {
    const told = async (seed: number): Promise<string> => {
      const { arrivals, counts } = await simulate(drawScenario(seed));
      return JSON.stringify([counts, arrivals.map(({ at, channel, notice }) => [at, channel, notice])]);
    };
    expect(await told(7)).toBe(await told(7));
    expect(await told(7)).not.toBe(await told(8));
  });

  it.each([
    ['an answer that nobody heard', 'was told 2 times for no reason', { answerLost: false, remembered: true }],
    ['an end that never came', 'which is over', undefined],
  ] as const)('would be found out: %s', async (_, violation, as) => {
    const trace = await simulate(drawScenario(3));
    const [first] = trace.arrivals;
    const broken =
      as === undefined
        ? { ...trace, pagerOpen: new Set([...trace.pagerOpen, 'test/entity:w/e1/1']) }
        : { ...trace, arrivals: [...trace.arrivals, { ...first, ...as, process: { ...first.process, dead: false } }] };
    expect(violationsOf(trace)).toEqual([]);
    expect(violationsOf(broken).join()).toContain(violation);
  });
});
