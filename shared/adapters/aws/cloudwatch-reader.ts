import { GetMetricDataCommand, type CloudWatchClient, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { ReadProblem } from '../../ports/metric-source.ts';
import { isThrottling } from './aws-failure.ts';
import { pause, type BackOff } from './back-off.ts';
import { mostDatapoints, type Plan, type Queries } from './cloudwatch-plan.ts';
import type { Quota } from './quota.ts';

/** What came for one query: values by time (of several for one time the later wins), and what is wrong with it. */
export interface Answer {
  readonly points: Map<number, number>;
  problem?: { readonly kind: ReadProblem; readonly message: string };
  /** Asking again is no use. */
  isFinal?: true;
}

export interface Answers {
  /** By query id; a query that was not answered is missing. */
  readonly byId: ReadonlyMap<string, Answer>;
  readonly billedMetrics: number;
}

export interface ReaderPorts {
  readonly client: CloudWatchClient;
  readonly quota: Quota;
  readonly throttled: BackOff;
}

/** A request is packed to come in one page; more than so many is CloudWatch going round in circles. */
const mostPages = 20;

/**
 * Asks one request, all its pages. Throttling is waited for on top of the SDK's own retries; what is still throttled
 * then, cut short, or failed inside is named as each query's problem.
 *
 * @throws the SDK's error on any other failure of the call as a whole.
 */
export async function askOnce(plan: Plan, asked: Queries, ports: ReaderPorts): Promise<Answers> {
  const byId = new Map<string, Answer>();
  const tokens = new Set<string>();
  let billedMetrics = 0;
  let token: string | undefined;
  for (let page = 1; ; page++) {
    const answer = await callPatiently(plan, asked, token, ports);
    if (answer === 'throttled') {
      nameAll(asked, byId, {
        kind: 'throttled',
        message: 'CloudWatch throttles: lower quotaShare, or ask AWS for a higher quota',
      });
      return { byId, billedMetrics };
    }
    billedMetrics += asked.billedMetrics;
    for (const result of answer.MetricDataResults ?? []) note(byId, result);
    token = answer.NextToken;
    if (token === undefined || token === '') return { byId, billedMetrics };
    if (tokens.has(token) || page >= mostPages) {
      nameAll(asked, byId, { kind: 'partial', message: `CloudWatch pages without end: stopped after ${page} pages` });
      return { byId, billedMetrics };
    }
    tokens.add(token);
  }
}

async function callPatiently(plan: Plan, asked: Queries, token: string | undefined, ports: ReaderPorts) {
  const pointsPerQuery = (plan.to - plan.from) / plan.periodSeconds;
  for (let attempt = 1; ; attempt++) {
    await ports.quota.get(asked.queries.length * pointsPerQuery, plan.from);
    try {
      return await ports.client.send(
        new GetMetricDataCommand({
          StartTime: new Date(plan.from * 1000),
          EndTime: new Date(plan.to * 1000),
          ScanBy: 'TimestampAscending',
          MaxDatapoints: mostDatapoints,
          MetricDataQueries: [...asked.queries],
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
    } catch (error) {
      if (!isThrottling(error)) throw error;
      if (attempt >= ports.throttled.attempts) return 'throttled';
    }
    await pause(ports.throttled, attempt);
  }
}

/** A result may come in pieces over several pages; the last piece's status speaks for the whole. */
function note(byId: Map<string, Answer>, result: MetricDataResult): void {
  const { Id = '', StatusCode, Timestamps = [], Values = [], Messages = [] } = result;
  const answer: Answer = byId.get(Id) ?? { points: new Map() };
  byId.set(Id, answer);
  delete answer.problem;
  const told = Messages.map((message) => `${message.Code ?? ''} ${message.Value ?? ''}`.trim()).join('; ');
  const because = (kind: ReadProblem, fallback: string): void => {
    answer.problem = { kind, message: told === '' ? fallback : told };
  };
  if (Timestamps.length !== Values.length) {
    because('internal-error', `CloudWatch sent ${Timestamps.length} times and ${Values.length} values`);
    return;
  }
  for (const [index, time] of Timestamps.entries()) {
    const value = Values[index] ?? Number.NaN;
    if (Number.isFinite(value)) answer.points.set(time.getTime() / 1000, value);
  }
  if (StatusCode === 'PartialData') because('partial', 'CloudWatch sent only part of the points');
  else if (StatusCode === 'Forbidden') because('forbidden', 'CloudWatch may not show this metric to us');
  else if (StatusCode !== 'Complete') because('internal-error', `CloudWatch answered ${StatusCode ?? 'no status'}`);
}

function nameAll(asked: Queries, byId: Map<string, Answer>, problem: NonNullable<Answer['problem']>): void {
  for (const id of asked.seriesOf.keys()) {
    const answer: Answer = byId.get(id) ?? { points: new Map() };
    answer.problem = problem;
    answer.isFinal = true;
    byId.set(id, answer);
  }
}
