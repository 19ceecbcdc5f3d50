import type { MetricBook } from './metric-book.ts';
import { Refusal, refuseUnknown } from './wire.ts';

export interface ListMetricsInput {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value?: string }[];
  readonly NextToken?: string;
  readonly RecentlyActive?: string;
  readonly IncludeLinkedAccounts?: boolean;
  readonly OwningAccount?: string;
}
export interface ListMetricsOutput {
  readonly Metrics: readonly {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  }[];
  readonly OwningAccounts?: readonly string[];
  readonly NextToken?: string;
}

const pageSize = 500;
const listedSeconds = 14 * 86_400;
const recentSeconds = 3 * 3600;

interface Asking {
  readonly book: MetricBook;
  readonly region: string;
  readonly account: string;
}

/** Lists what had a sample in the last two weeks, or three hours when asked so, 500 a page. */
export function listMetrics(input: ListMetricsInput, asking: Asking): ListMetricsOutput {
  refuseUnknown(
    input,
    ['Namespace', 'MetricName', 'Dimensions', 'NextToken', 'RecentlyActive', 'IncludeLinkedAccounts', 'OwningAccount'],
    'ListMetrics',
  );
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
    throw new Refusal(400, 'InvalidParameterValue', `RecentlyActive must be PT3H, not ${input.RecentlyActive}`);
  }
  if ((input.Dimensions ?? []).length > 10) {
    throw new Refusal(400, 'InvalidParameterValue', 'The collection Dimensions must not have a size greater than 10.');
  }
  if (input.OwningAccount !== undefined && input.IncludeLinkedAccounts !== true) {
    const message = 'OwningAccount needs IncludeLinkedAccounts';
    throw new Refusal(400, 'InvalidParameterCombination', message);
  }
  const within = input.RecentlyActive === undefined ? listedSeconds : recentSeconds;
  const matching = asking.book
    .activeWithin(within, asking.region)
    .filter((metric) => input.IncludeLinkedAccounts === true || metric.account === asking.account)
    .filter((metric) => input.OwningAccount === undefined || metric.account === input.OwningAccount)
    .filter((metric) => input.Namespace === undefined || metric.namespace === input.Namespace)
    .filter((metric) => input.MetricName === undefined || metric.name === input.MetricName)
    .filter((metric) =>
      (input.Dimensions ?? []).every(
        ({ Name, Value }) => Name in metric.dimensions && (Value === undefined || metric.dimensions[Name] === Value),
      ),
    );
  const from = input.NextToken === undefined ? 0 : fromToken(input.NextToken);
  const page = matching.slice(from, from + pageSize);
  return {
    Metrics: page.map((metric) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(input.IncludeLinkedAccounts === true ? { OwningAccounts: page.map((metric) => metric.account) } : {}),
    ...(from + pageSize < matching.length ? { NextToken: `from-${from + pageSize}` } : {}),
  };
}

function fromToken(token: string): number {
  const from = /^from-(\d+)$/.exec(token)?.[1];
  if (from === undefined) throw new Refusal(400, 'InvalidParameterValue', `The next token is invalid: ${token}`);
  return Number(from);
}
