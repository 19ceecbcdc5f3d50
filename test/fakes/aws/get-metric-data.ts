import { aggregateOf, type Datapoints, type FakeMetric, type MetricBook } from './metric-book.ts';
import { evaluate, type MathSeries } from './metric-math.ts';
import { Refusal, refuseUnknown } from './wire.ts';

interface WireDimension {
  readonly Name: string;
  readonly Value: string;
}
interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: WireDimension[] };
    readonly Period: number;
    readonly Stat: string;
  };
  readonly Label?: string;
  readonly ReturnData?: boolean;
  readonly AccountId?: string;
}
export interface GetMetricDataInput {
  readonly MetricDataQueries: readonly Query[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
  readonly ScanBy?: string;
  readonly MaxDatapoints?: number;
}
export interface MetricDataResult {
  readonly Id: string;
  readonly Label: string;
  readonly StatusCode: 'Complete' | 'PartialData' | 'InternalError' | 'Forbidden';
  readonly Timestamps: readonly number[];
  readonly Values: readonly number[];
  readonly Messages?: readonly { readonly Code: string; readonly Value: string }[];
}
export interface GetMetricDataOutput {
  readonly MetricDataResults: readonly MetricDataResult[];
  readonly NextToken?: string;
  readonly Messages: readonly never[];
}

export const mostQueries = 500;
export const mostDatapoints = 100_800;
const day = 86_400;

export const dimensionsOf = (given: readonly WireDimension[] = []): Record<string, string> =>
  Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));

const refuse = (code: string, message: string): never => {
  throw new Refusal(400, code, message);
};

function validateQuery(query: Query): void {
  const where = `MetricDataQueries.${query.Id}`;
  refuseUnknown(query, ['Id', 'Expression', 'MetricStat', 'Label', 'ReturnData', 'Period', 'AccountId'], where);
  if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(query.Id))
    refuse('ValidationError', `The value ${query.Id} is not a valid Id`);
  if ((query.Expression === undefined) === (query.MetricStat === undefined)) {
    refuse('ValidationError', `${where}: exactly one of MetricStat and Expression is needed`);
  }
  if (query.Expression !== undefined && (query.Expression.length < 1 || query.Expression.length > 2048)) {
    refuse('ValidationError', `${where}.Expression must have 1 to 2048 characters`);
  }
  if (query.MetricStat === undefined) return;
  refuseUnknown(query.MetricStat, ['Metric', 'Period', 'Stat', 'Unit'], `${where}.MetricStat`);
  refuseUnknown(query.MetricStat.Metric, ['Namespace', 'MetricName', 'Dimensions'], `${where}.MetricStat.Metric`);
  const { Metric, Period, Stat } = query.MetricStat;
  if (Metric.Namespace === '' || Metric.MetricName === '') refuse('ValidationError', `${where}: a name is empty`);
  if ((Metric.Dimensions ?? []).length > 30) refuse('ValidationError', `${where}: more than 30 dimensions`);
  if (![1, 5, 10, 20, 30].includes(Period) && (Period <= 0 || Period % 60 !== 0)) {
    refuse('ValidationError', `${where}: Period ${Period} must be 1, 5, 10, 20, 30 or a multiple of 60`);
  }
  if (aggregateOf(Stat) === undefined)
    refuse('ValidationError', `${where}: The value ${Stat} for Stat is not supported`);
}

function validate(input: GetMetricDataInput): void {
  const known = ['MetricDataQueries', 'StartTime', 'EndTime', 'NextToken', 'ScanBy', 'MaxDatapoints', 'LabelOptions'];
  refuseUnknown(input, known, 'GetMetricData');
  const queries = input.MetricDataQueries;
  if (queries.length < 1 || queries.length > mostQueries) {
    refuse(
      'ValidationError',
      `The collection MetricDataQueries must have a size between 1 and ${mostQueries}, not ${queries.length}`,
    );
  }
  queries.forEach(validateQuery);
  if (new Set(queries.map((query) => query.Id)).size < queries.length)
    refuse('ValidationError', 'Duplicate Id in queries');
  if (!queries.some((query) => query.ReturnData !== false)) refuse('ValidationError', 'No query returns data');
  if (!(input.StartTime < input.EndTime)) {
    refuse('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  const most = input.MaxDatapoints ?? mostDatapoints;
  if (!Number.isInteger(most) || most < 1 || most > mostDatapoints) {
    refuse('ValidationError', `MaxDatapoints ${most} must be between 1 and ${mostDatapoints}`);
  }
  if (input.ScanBy !== undefined && !['TimestampAscending', 'TimestampDescending'].includes(input.ScanBy)) {
    refuse('ValidationError', `ScanBy ${input.ScanBy} is unknown`);
  }
}

/** How CloudWatch rounds a start, and what it has forgotten by then: nothing finer than the answer's second member. */
function granularity(start: number, now: number, period: number): number {
  if (start < now - 63 * day) return 3600;
  if (start < now - 15 * day) return 300;
  if (start < now - day / 8) return 60;
  return Math.min(period, 60);
}

interface Asking {
  readonly book: MetricBook;
  readonly now: number;
  readonly region: string;
  /** Where a page ends, even if more was asked for. */
  readonly pageDatapoints: number;
}

function seriesOf(query: Query, input: GetMetricDataInput, asking: Asking): MathSeries {
  const { Metric, Period, Stat } = query.MetricStat!;
  const coarsest = granularity(input.StartTime, asking.now, Period);
  const start = Math.floor(input.StartTime / coarsest) * coarsest;
  const grid: number[] = [];
  for (let time = start; time < input.EndTime; time += Period) grid.push(time);
  const metric: FakeMetric = {
    namespace: Metric.Namespace,
    name: Metric.MetricName,
    dimensions: dimensionsOf(Metric.Dimensions),
    region: asking.region,
    ...(query.AccountId === undefined ? {} : { account: query.AccountId }),
  };
  const forgotten = Period % coarsest !== 0;
  const points = forgotten ? [] : asking.book.read(metric, Stat, Period, start, input.EndTime);
  return { points: new Map(points), periodSeconds: Period, grid };
}

/** Every asked query's whole answer, before paging. */
function answerAll(
  input: GetMetricDataInput,
  asking: Asking,
): { readonly query: Query; readonly points: Datapoints }[] {
  const known = new Map<string, MathSeries>();
  const open = new Set<string>();
  const resolve = (query: Query): MathSeries => {
    const done = known.get(query.Id);
    if (done !== undefined) return done;
    if (open.has(query.Id)) return refuse('ValidationError', `Circular expression: ${query.Id}`);
    open.add(query.Id);
    const named = (id: string): MathSeries | undefined => {
      const found = input.MetricDataQueries.find((one) => one.Id === id);
      return found === undefined ? undefined : resolve(found);
    };
    const series = query.Expression === undefined ? seriesOf(query, input, asking) : evaluate(query.Expression, named);
    known.set(query.Id, series);
    return series;
  };
  const direction = input.ScanBy === 'TimestampAscending' ? 1 : -1;
  return input.MetricDataQueries.filter((query) => query.ReturnData !== false).map((query) => ({
    query,
    points: [...resolve(query).points].sort(([one], [other]) => direction * (one - other)),
  }));
}

/** Metrics of one request as the price list counts them: up to five statistics of one metric are one. */
export function billedMetrics(input: GetMetricDataInput, book: MetricBook): number {
  const statistics = new Map<string, Set<string>>();
  for (const { MetricStat, AccountId } of input.MetricDataQueries) {
    if (MetricStat === undefined) continue;
    const metric = {
      namespace: MetricStat.Metric.Namespace,
      name: MetricStat.Metric.MetricName,
      dimensions: dimensionsOf(MetricStat.Metric.Dimensions),
      ...(AccountId === undefined ? {} : { account: AccountId }),
    };
    const id = book.identity(metric);
    statistics.set(id, (statistics.get(id) ?? new Set()).add(`${MetricStat.Stat}/${MetricStat.Period}`));
  }
  return [...statistics.values()].reduce((sum, one) => sum + Math.ceil(one.size / 5), 0);
}

const label = (query: Query): string => query.Label ?? query.MetricStat?.Metric.MetricName ?? query.Id;

/** Validates as CloudWatch does, answers at most `MaxDatapoints` and a token for the rest. */
export function getMetricData(input: GetMetricDataInput, asking: Asking): GetMetricDataOutput {
  validate(input);
  const all = answerAll(input, asking);
  const [from, offset] = input.NextToken === undefined ? [0, 0] : fromToken(input.NextToken);
  let room = Math.min(asking.pageDatapoints, input.MaxDatapoints ?? mostDatapoints);
  const results: MetricDataResult[] = [];
  for (let index = from; index < all.length; index++) {
    const { query, points } = all[index];
    const start = index === from ? offset : 0;
    const page = points.slice(start, start + room);
    const more = start + page.length < points.length;
    results.push({
      Id: query.Id,
      Label: label(query),
      StatusCode: more ? 'PartialData' : 'Complete',
      Timestamps: page.map(([time]) => time),
      Values: page.map(([, value]) => value),
    });
    room -= page.length;
    const last = index === all.length - 1;
    if (more || (room === 0 && !last)) {
      const NextToken = toToken(more ? index : index + 1, more ? start + page.length : 0);
      return { MetricDataResults: results, NextToken, Messages: [] };
    }
  }
  return { MetricDataResults: results, Messages: [] };
}

const toToken = (index: number, offset: number): string => Buffer.from(`${index}:${offset}`).toString('base64url');

function fromToken(token: string): [number, number] {
  const match = /^(\d+):(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) return refuse('InvalidNextToken', `The next token is invalid: ${token}`);
  return [Number(match[1]), Number(match[2])];
}
