import { hostname } from 'node:os';
import type { SeriesDescription } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Discovery, MetricSource, Reading, ReadProblem, ReadSeries } from '../../ports/metric-source.ts';
import type { HostProbe } from './host-probes.ts';
import { selectLocally } from './local-selection.ts';

export const hostNamespace = 'Host';

/** Readings kept, so that a window that is asked for again is answered again; more than any pull goes back. */
const mostKept = 4_096;

type Measured = { readonly value: number } | { readonly problem: ReadProblem; readonly message: string };

/**
 * This machine, live. Each read measures once a period and dates it to the period that has just ended; what was
 * measured before is remembered while the process lives, and nothing else is known of the past. A metric that this
 * system does not tell, or that failed, is a problem and never a zero.
 */
export class HostSource implements MetricSource {
  readonly #clock: Clock;
  readonly #probes: readonly HostProbe[];
  readonly #host: string;
  /** By metric and period: readings by the time of their period. Promises, so that two reads at once measure once. */
  readonly #measured = new Map<string, Map<number, Promise<Measured>>>();

  constructor(clock: Clock, probes: readonly HostProbe[], host: string = hostname()) {
    this.#clock = clock;
    this.#probes = probes;
    this.#host = host;
  }

  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    // Rates are measured from one call to the next: this is the first, so that the first read has something to tell.
    await Promise.allSettled(this.#probes.map((probe) => probe.measure()));
    return selectLocally(
      watch,
      this.#probes.map(({ name, nature }) => ({
        namespace: hostNamespace,
        name,
        dimensions: { Host: this.#host },
        entity: this.#host,
        nature,
      })),
      known,
    );
  }

  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const now = this.#clock.now();
    const answers = await Promise.all(series.map((one) => this.#readSeries(one, from, to, now)));
    return { series: answers, billedMetrics: 0 };
  }

  async #readSeries(series: SeriesDescription, from: number, to: number, now: number): Promise<ReadSeries> {
    const { id, metric, periodSeconds } = series;
    const probe = 'expression' in metric ? undefined : this.#probes.find(({ name }) => name === metric.name);
    if (probe === undefined || 'expression' in metric || metric.dimensions['Host'] !== this.#host) {
      return { id, points: none(), problem: { kind: 'not-found', message: `this host has no metric '${id}'` } };
    }
    const justEnded = Math.floor(now / periodSeconds) * periodSeconds - periodSeconds;
    const kept = this.#keptOf(`${probe.name}/${periodSeconds}`);
    if (justEnded >= from && justEnded < to && !kept.has(justEnded)) {
      kept.set(justEnded, measured(probe));
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(oldest);
      }
    }
    return answer(id, kept, from, to);
  }

  #keptOf(key: string): Map<number, Promise<Measured>> {
    const kept = this.#measured.get(key) ?? new Map<number, Promise<Measured>>();
    this.#measured.set(key, kept);
    return kept;
  }
}

async function measured(probe: HostProbe): Promise<Measured> {
  let value: number | undefined;
  try {
    value = await probe.measure();
  } catch (error) {
    // The port names what cannot be read; one broken counter must not take the others with it.
    return {
      problem: 'internal-error',
      message: `${probe.name}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  return value === undefined || !Number.isFinite(value)
    ? { problem: 'not-found', message: `${probe.name}: this system does not tell` }
    : { value };
}

/** The points of a window, and the problem of the latest period in it that has none. */
async function answer(
  id: string,
  kept: ReadonlyMap<number, Promise<Measured>>,
  from: number,
  to: number,
): Promise<ReadSeries> {
  const times = [...kept.keys()].filter((time) => time >= from && time < to).sort((a, b) => a - b);
  const within = await Promise.all(times.map(async (time) => ({ time, ...(await (kept.get(time) ?? nothingYet)) })));
  const values = within.flatMap((one) => ('value' in one ? [one] : []));
  const last = within.at(-1);
  return {
    id,
    points: {
      times: Float64Array.from(values, ({ time }) => time),
      values: Float64Array.from(values, ({ value }) => value),
    },
    ...(last !== undefined && 'problem' in last ? { problem: { kind: last.problem, message: last.message } } : {}),
  };
}

const nothingYet: Measured = { problem: 'not-found', message: 'nothing was measured' };

const none = (): ReadSeries['points'] => ({ times: new Float64Array(0), values: new Float64Array(0) });
