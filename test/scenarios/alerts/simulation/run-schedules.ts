import { type Violation, violationsOf } from './invariants.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import { simulate, type Trace } from './simulate.ts';

export interface Simulated {
  readonly schedules: number;
  readonly notices: number;
  readonly calls: number;
  readonly crashes: number;
  readonly conflicts: number;
  readonly processes: number;
  readonly incidents: number;
  readonly broken: readonly Broken[];
}

export interface Broken {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** The smallest story that breaks the same promise, as what was told and what went wrong. */
  readonly story: readonly string[];
}

/** @param each told after each schedule, for whoever waits. */
export async function runSchedules(
  seed: number,
  schedules: number,
  each: (done: number) => void = () => undefined,
  mostBroken = 3,
): Promise<Simulated> {
  const sums = { schedules: 0, notices: 0, calls: 0, crashes: 0, conflicts: 0, processes: 0, incidents: 0 };
  const broken: Broken[] = [];
  for (let k = 0; k < schedules && broken.length < mostBroken; k++) {
    const trace = await simulate(drawScenario(seed + k));
    const violations = violationsOf(trace);
    if (violations.length > 0) broken.push(await told(seed + k, violations, trace.scenario));
    sums.schedules++;
    sums.notices += trace.arrivals.length;
    sums.incidents += trace.open.length + trace.closed.length;
    sums.calls += trace.counts.calls;
    sums.crashes += trace.counts.crashes;
    sums.conflicts += trace.counts.conflicts;
    sums.processes += trace.counts.processes;
    each(k + 1);
  }
  return { ...sums, broken };
}

async function told(seed: number, violations: readonly Violation[], scenario: Scenario): Promise<Broken> {
  const smallest = await shrink(scenario, async (smaller) => violationsOf(await simulate(smaller)).length > 0);
  const trace = await simulate(smallest);
  return { seed, violations, story: storyOf(trace) };
}

function storyOf(trace: Trace): readonly string[] {
  const { scenario, arrivals } = trace;
  const start = trace.said[0]?.tick ?? 0;
  const moment = (at: number): string => `${((at - start) / 60).toFixed(2)} min`;
  const { stretches, faults, troubles, acts, doubled, lostTicks, delays, doubleSweeps, missedSweeps, policy } =
    scenario;
  return [
    ...violationsOf(trace).map((violation) => `BROKEN: ${violation}`),
    JSON.stringify({ entities: scenario.entities, policy }),
    JSON.stringify({ stretches, faults, troubles, acts, doubled, lostTicks, delays, doubleSweeps, missedSweeps }),
    ...arrivals.map(
      ({ at, channel, notice, process, answerLost }) =>
        `${moment(at)} ${channel} #${notice.number} ${notice.reason} ${notice.severity} ${notice.title} of ${notice.dedupKey}` +
        `${answerLost ? ' (answer lost)' : ''}${process.dead ? ' (died)' : ''}${process.failures > 0 ? ' (failed)' : ''}`,
    ),
  ];
}
