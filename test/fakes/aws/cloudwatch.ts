import {
  billedMetrics,
  getMetricData,
  mostDatapoints,
  type GetMetricDataInput,
  type GetMetricDataOutput,
  type MetricDataResult,
} from './get-metric-data.ts';
import { listMetrics, type ListMetricsInput } from './list-metrics.ts';
import { MetricBook } from './metric-book.ts';
import { putMetricData, type PublishedDatum, type PutMetricDataInput } from './put-metric-data.ts';
import { Refusal } from './wire.ts';

/** What a test can make single results of GetMetricData say. */
export interface ResultFault {
  readonly status: 'PartialData' | 'InternalError' | 'Forbidden';
  /** Matches the metric's name, or the expression, of a query. */
  readonly of: (name: string) => boolean;
  /** How many calls it lasts. */
  times: number;
}

const largestPutBytes = 1024 * 1024;

/** CloudWatch in memory: reads from `book`, remembers what was published and what would be billed. */
export class FakeCloudWatch {
  readonly book: MetricBook;
  readonly published: PublishedDatum[] = [];
  readonly gets: GetMetricDataInput[] = [];
  readonly lists: ListMetricsInput[] = [];
  /** Sum over all successful GetMetricData calls. */
  billed = 0;
  /** Every page says that there is another one. */
  endlessToken = false;
  /** CloudWatch may end a page before what was asked for is full. */
  pageDatapoints = mostDatapoints;
  readonly resultFaults: ResultFault[] = [];
  private readonly now: () => number;
  private readonly account: string;

  constructor(now: () => number, home: { readonly account: string; readonly region: string }) {
    this.now = now;
    this.account = home.account;
    this.book = new MetricBook(now, home);
  }

  answer(operation: string, input: unknown, region: string, bodyBytes: number): object {
    switch (operation) {
      case 'GetMetricData':
        return this.get(input as GetMetricDataInput, region);
      case 'ListMetrics':
        this.lists.push(input as ListMetricsInput);
        return listMetrics(input as ListMetricsInput, { book: this.book, region, account: this.account });
      case 'PutMetricData': {
        if (bodyBytes > largestPutBytes)
          throw new Refusal(413, 'RequestEntityTooLarge', `${bodyBytes} bytes, 1 MB allowed`);
        const data = putMetricData(input as PutMetricDataInput, this.now());
        this.published.push(...data);
        for (const datum of data) this.book.load({ ...datum, region }, [[datum.time, datum.value]]);
        return {};
      }
      default:
        throw new Refusal(400, 'UnknownOperationException', `the fake CloudWatch does not know ${operation}`);
    }
  }

  private get(input: GetMetricDataInput, region: string): GetMetricDataOutput {
    const asking = { book: this.book, now: this.now(), region, pageDatapoints: this.pageDatapoints };
    const output = getMetricData(input, asking);
    this.gets.push(input);
    this.billed += billedMetrics(input, this.book);
    const faults = this.resultFaults.filter((fault) => fault.times > 0);
    const results = output.MetricDataResults.map((result) => {
      const query = input.MetricDataQueries.find((one) => one.Id === result.Id)!;
      const name = query.MetricStat?.Metric.MetricName ?? query.Expression ?? '';
      const fault = faults.find((one) => one.of(name));
      return fault === undefined ? result : failing(result, fault);
    });
    for (const fault of faults) fault.times -= 1;
    return {
      MetricDataResults: results,
      Messages: [],
      ...(this.endlessToken ? { NextToken: Buffer.from('0:0').toString('base64url') } : {}),
      ...(output.NextToken === undefined ? {} : { NextToken: output.NextToken }),
    };
  }
}

/** PartialData keeps the first half of the points, the others none. */
function failing(result: MetricDataResult, fault: ResultFault): MetricDataResult {
  const kept = fault.status === 'PartialData' ? Math.floor(result.Timestamps.length / 2) : 0;
  return {
    ...result,
    StatusCode: fault.status,
    Timestamps: result.Timestamps.slice(0, kept),
    Values: result.Values.slice(0, kept),
    Messages: [{ Code: fault.status, Value: `injected ${fault.status}` }],
  };
}
