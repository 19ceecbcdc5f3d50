import { Quota } from '../../shared/adapters/aws/quota.ts';
import type { AskedOfCloudWatch } from './simulated-account.ts';
import type { StoreCalls } from './counting-store.ts';

/** What one piece of work took and asked for. */
export interface Work {
  /** Of one core of this machine. */
  readonly cpuSeconds: number;
  readonly store: StoreCalls;
  readonly cloudWatch: readonly AskedOfCloudWatch[];
  /** Start of what was asked of CloudWatch, in seconds before the present. */
  readonly reachSeconds: number;
}

/** What a call is waited for in an account, and how much of a core a function has. Assumptions: nothing of it is measured. */
export const assumed = {
  getSeconds: 0.03,
  putSeconds: 0.05,
  listSeconds: 0.05,
  getMetricDataSeconds: 1.5,
  listMetricsSeconds: 0.2,
  coldStartSeconds: 1.5,
  /** 1,024 MB of 1,769 MB, at which Lambda gives one core. */
  cores: 1024 / 1769,
} as const;

export interface Run {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of these, spent waiting for the quota. */
  readonly quotaSeconds: number;
  readonly calls: readonly { readonly at: number; readonly points: number }[];
}

/**
 * One worker's time, in seconds from the beginning of the tick: real quota code, on a clock that is moved by what is
 * waited for.
 */
export class Worker {
  #time: number;
  #waited = 0;
  readonly #quota: Quota;

  /** @param share of the account's quotas. */
  constructor(share: number, startsAt = 0) {
    this.#time = startsAt;
    const wait = async (seconds: number): Promise<void> => {
      this.#time += seconds;
      this.#waited += seconds;
    };
    // Far from 0, so that what lies hours back has a time, too.
    this.#quota = new Quota(share, { now: () => epoch + this.#time }, wait);
  }

  get freeAt(): number {
    return this.#time;
  }

  async run({ cpuSeconds, store, cloudWatch, reachSeconds }: Work): Promise<Run> {
    const startedAt = this.#time;
    const waitedBefore = this.#waited;
    const calls: { at: number; points: number }[] = [];
    this.#time += store.gets * assumed.getSeconds + store.lists * assumed.listSeconds;
    for (const { operation, points } of cloudWatch) {
      if (operation === 'ListMetrics') await this.#quota.list();
      else await this.#quota.get(points, epoch + this.#time - reachSeconds);
      calls.push({ at: this.#time, points });
      this.#time += operation === 'ListMetrics' ? assumed.listMetricsSeconds : assumed.getMetricDataSeconds;
    }
    this.#time += cpuSeconds / assumed.cores + store.puts * assumed.putSeconds;
    return { startedAt, endedAt: this.#time, quotaSeconds: this.#waited - waitedBefore, calls };
  }
}

const epoch = 1_800_000_000;

/** A queue of work and so many workers, each of them cold at first: whoever is free first takes what is next. */
export async function drainQueue(queue: readonly Work[], workers: number, share: number): Promise<readonly Run[]> {
  const crew = Array.from({ length: workers }, () => new Worker(share, assumed.coldStartSeconds));
  const runs: Run[] = [];
  for (const work of queue) {
    const next = crew.reduce((first, one) => (one.freeAt < first.freeAt ? one : first));
    runs.push(await next.run(work));
  }
  return runs;
}

/** The most calls, and points asked for, of any one second. */
export function busiestSecond(runs: readonly Run[]): { readonly calls: number; readonly points: number } {
  const perSecond = new Map<number, { calls: number; points: number }>();
  for (const { at, points } of runs.flatMap(({ calls }) => calls)) {
    const second = Math.floor(at);
    const sum = perSecond.get(second) ?? { calls: 0, points: 0 };
    perSecond.set(second, { calls: sum.calls + 1, points: sum.points + points });
  }
  const all = [...perSecond.values()];
  return {
    calls: all.reduce((most, { calls }) => Math.max(most, calls), 0),
    points: all.reduce((most, { points }) => Math.max(most, points), 0),
  };
}
