/** Which metric; account and region where they are not the fake's own. */
export interface FakeMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly account?: string;
  readonly region?: string;
}

/** Time (epoch seconds, ascending) to value: only periods with at least one sample. */
export type Datapoints = readonly (readonly [time: number, value: number])[];

interface Page {
  readonly metric: Required<FakeMetric>;
  times: number[];
  values: number[];
  sorted: boolean;
  delaySeconds: number;
}

const firstAtOrAfter = (times: readonly number[], time: number): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

const aggregates: Readonly<Record<string, (samples: readonly number[]) => number>> = {
  Average: (samples) => samples.reduce((sum, value) => sum + value, 0) / samples.length,
  Sum: (samples) => samples.reduce((sum, value) => sum + value, 0),
  Minimum: (samples) => Math.min(...samples),
  Maximum: (samples) => Math.max(...samples),
  SampleCount: (samples) => samples.length,
};

/** The function behind a statistic's name, or undefined for one that CloudWatch does not know. */
export function aggregateOf(statistic: string): ((samples: readonly number[]) => number) | undefined {
  const percentile = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(statistic)?.[1];
  if (percentile === undefined) return Object.hasOwn(aggregates, statistic) ? aggregates[statistic] : undefined;
  return (samples) => {
    const ascending = [...samples].sort((one, other) => one - other);
    return ascending[Math.max(0, Math.ceil((Number(percentile) / 100) * ascending.length) - 1)];
  };
}

/** All samples that the fake CloudWatch holds, aggregated on reading. What lies after `now` does not exist yet. */
export class MetricBook {
  private readonly pages = new Map<string, Page>();
  private readonly now: () => number;
  private readonly home: { readonly account: string; readonly region: string };

  constructor(now: () => number, home: { readonly account: string; readonly region: string }) {
    this.now = now;
    this.home = home;
  }

  /** Adds raw samples; several in one period are aggregated as CloudWatch does. */
  load(metric: FakeMetric, samples: Iterable<readonly [time: number, value: number]>): void {
    const page = this.page(metric, true)!;
    for (const [time, value] of samples) {
      page.times.push(time);
      page.values.push(value);
    }
    page.sorted = false;
  }

  /** Replaces whatever was there at that time: a late correction, or an answer that differs the second time. */
  revise(metric: FakeMetric, time: number, value: number): void {
    const page = this.page(metric, true)!;
    const kept = page.times.map((_, index) => index).filter((index) => page.times[index] !== time);
    page.values = [...kept.map((index) => page.values[index]), value];
    page.times = [...kept.map((index) => page.times[index]), time];
    page.sorted = false;
  }

  /** From now on, samples of this metric are seen only so many seconds after their own time. */
  delay(metric: FakeMetric, seconds: number): void {
    this.page(metric, true)!.delaySeconds = seconds;
  }

  remove(metric: FakeMetric): void {
    this.pages.delete(this.identity(metric));
  }

  /** Metrics with a sample in the last `seconds`, in a stable order. */
  activeWithin(seconds: number, region: string): Required<FakeMetric>[] {
    const now = this.now();
    return [...this.pages.values()]
      .filter((page) => {
        if (page.metric.region !== region) return false;
        const index = firstAtOrAfter(this.sort(page).times, now - seconds);
        return index < page.times.length && page.times[index] + page.delaySeconds < now;
      })
      .map((page) => page.metric)
      .sort((one, other) => (this.identity(one) < this.identity(other) ? -1 : 1));
  }

  /** Periods `[start + k·period, …)` below `end` that hold a sample. */
  read(metric: FakeMetric, statistic: string, periodSeconds: number, start: number, end: number): Datapoints {
    const page = this.page(metric, false);
    const aggregate = aggregateOf(statistic);
    if (page === undefined || aggregate === undefined) return [];
    const visibleUntil = this.now() - page.delaySeconds;
    const { times, values } = this.sort(page);
    const points: [number, number][] = [];
    let index = firstAtOrAfter(times, start);
    while (index < times.length && times[index] < end && times[index] < visibleUntil) {
      const period = start + Math.floor((times[index] - start) / periodSeconds) * periodSeconds;
      const samples: number[] = [];
      while (index < times.length && times[index] < period + periodSeconds && times[index] < visibleUntil) {
        samples.push(values[index]);
        index += 1;
      }
      points.push([period, aggregate(samples)]);
    }
    return points;
  }

  /** One string per metric, whatever the order of its dimensions. */
  identity(metric: FakeMetric): string {
    const dimensions = Object.entries(metric.dimensions ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
    return JSON.stringify([
      metric.account ?? this.home.account,
      metric.region ?? this.home.region,
      metric.namespace,
      metric.name,
      dimensions,
    ]);
  }

  private page(metric: FakeMetric, create: boolean): Page | undefined {
    const id = this.identity(metric);
    const known = this.pages.get(id);
    if (known !== undefined || !create) return known;
    const page: Page = {
      metric: { dimensions: {}, ...this.home, ...metric },
      times: [],
      values: [],
      sorted: true,
      delaySeconds: 0,
    };
    this.pages.set(id, page);
    return page;
  }

  private sort(page: Page): Page {
    if (page.sorted) return page;
    const order = page.times.map((_, index) => index).sort((one, other) => page.times[one] - page.times[other]);
    page.values = order.map((index) => page.values[index]);
    page.times = order.map((index) => page.times[index]);
    page.sorted = true;
    return page;
  }
}
