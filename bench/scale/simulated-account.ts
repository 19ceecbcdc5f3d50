import { GetMetricDataCommand, ListMetricsCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { billedMetrics, getMetricData, type GetMetricDataInput } from '../../test/fakes/aws/get-metric-data.ts';
import { listMetrics, type ListMetricsInput } from '../../test/fakes/aws/list-metrics.ts';
import type { Datapoints, FakeMetric, MetricBook } from '../../test/fakes/aws/metric-book.ts';

const names = ['CPUUtilization', 'NetworkIn', 'NetworkOut', 'DiskReadOps'];
const home = { account: '111111111111', region: 'eu-west-1' };

/** One call, as CloudWatch counts it. */
export interface AskedOfCloudWatch {
  readonly operation: 'GetMetricData' | 'ListMetrics';
  /** Points asked for, found or not. */
  readonly points: number;
  readonly billed: number;
}

/** 0…1, the same for the same numbers. */
function noise(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}

/**
 * An account of so many series, four metrics a server, behind the fake CloudWatch: it checks, pages, bills and refuses
 * as that does; only its values are computed when they are asked for, since 100,000 series of a fortnight would not fit.
 */
export class SimulatedAccount {
  readonly calls: AskedOfCloudWatch[] = [];
  readonly #metrics: readonly Required<FakeMetric>[];
  readonly #now: () => number;
  readonly #periodSeconds: number;

  constructor(series: number, periodSeconds: number, now: () => number) {
    this.#now = now;
    this.#periodSeconds = periodSeconds;
    this.#metrics = Array.from({ length: series }, (_, k) => ({
      namespace: 'AWS/EC2',
      name: names[k % names.length],
      dimensions: { InstanceId: `i-${String(Math.floor(k / names.length)).padStart(8, '0')}` },
      ...home,
    }));
  }

  get client(): CloudWatchClient {
    const send = async (command: unknown): Promise<unknown> => {
      if (command instanceof GetMetricDataCommand) return this.#get(command);
      if (command instanceof ListMetricsCommand) return this.#list(command);
      throw new Error('the simulated account only reads');
    };
    return { send } as unknown as CloudWatchClient;
  }

  #get({ input }: GetMetricDataCommand): unknown {
    const seconds = (time: Date | undefined): number => (time?.getTime() ?? Number.NaN) / 1000;
    const [StartTime, EndTime] = [seconds(input.StartTime), seconds(input.EndTime)];
    const asked = { ...input, StartTime, EndTime } as unknown as GetMetricDataInput;
    const asking = { book: this.#book, now: this.#now(), region: home.region, pageDatapoints: Infinity };
    const answer = getMetricData(asked, asking);
    const points = asked.MetricDataQueries.length * Math.ceil((EndTime - StartTime) / this.#periodSeconds);
    this.calls.push({ operation: 'GetMetricData', points, billed: billedMetrics(asked, this.#book) });
    const asDate = (time: number): Date => new Date(time * 1000);
    const results = answer.MetricDataResults.map((one) => ({ ...one, Timestamps: one.Timestamps.map(asDate) }));
    return { ...answer, MetricDataResults: results };
  }

  #list({ input }: ListMetricsCommand): unknown {
    this.calls.push({ operation: 'ListMetrics', points: 0, billed: 0 });
    return listMetrics(input as ListMetricsInput, { book: this.#book, ...home });
  }

  /** What the fake needs of its book. */
  get #book(): MetricBook {
    return {
      activeWithin: () => this.#metrics,
      identity: ({ name, dimensions }: FakeMetric) => `${name} ${dimensions?.['InstanceId'] ?? ''}`,
      read: (metric: FakeMetric, _: string, period: number, start: number, end: number) =>
        this.#values(metric, period, start, Math.min(end, this.#now())),
    } as unknown as MetricBook;
  }

  /** A day's rhythm with noise, different for every series. */
  #values({ name, dimensions }: FakeMetric, period: number, start: number, end: number): Datapoints {
    const id = Number((dimensions?.['InstanceId'] ?? '').slice(2)) * names.length + names.indexOf(name);
    const points: [number, number][] = [];
    const phase = noise(id, 1);
    for (let time = start; time < end; time += period) {
      const rhythm = Math.sin(2 * Math.PI * (time / 86_400 + phase));
      points.push([time, 40 + 15 * rhythm + 4 * (noise(id, time) - 0.5)]);
    }
    return points;
  }
}
