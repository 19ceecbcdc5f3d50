import { ListMetricsCommand, type CloudWatchClient, type ListMetricsCommandOutput } from '@aws-sdk/client-cloudwatch';
import pLimit from 'p-limit';
import type { SeriesDescription } from '../../metrics/metric.ts';
import { isExpression } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import type { Points } from '../../metrics/series.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Discovery, MetricSource, Reading, ReadSeries } from '../../ports/metric-source.ts';
import { failure, isDenied, isThrottling } from './aws-failure.ts';
import { pause, type BackOff } from './back-off.ts';
import { cloudWatchClient } from './clients.ts';
import { discoverSeries, type ListedMetric, type ListMetrics } from './cloudwatch-discovery.ts';
import { planRequests, queriesOf, refusalOf, type Plan } from './cloudwatch-plan.ts';
import { askOnce, type Answer } from './cloudwatch-reader.ts';
import { Quota } from './quota.ts';

export interface CloudWatchSourceOptions {
  /** For our own region. */
  readonly client: CloudWatchClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Our part of the account's CloudWatch quotas, for this process alone. */
  readonly quotaShare: number;
  /** For metrics that name a region. @default a client of the same kind, in that region */
  readonly clientFor?: (region: string) => CloudWatchClient;
  /** How the quota's turn is waited for, in seconds. @default as long as it takes */
  readonly wait?: (seconds: number) => Promise<unknown>;
  /** For series that came in part or not at all. @default 3 attempts, from 200 ms to 1 s apart */
  readonly incomplete?: BackOff;
  /** For calls that stay throttled after the SDK's own retries. @default 4 attempts, from 500 ms to 5 s apart */
  readonly throttled?: BackOff;
}

const requestsAtOnce = 4;
const mostListPages = 1_000;
/** How often a read may cut a refused request in two, to find the series that CloudWatch refuses. */
const mostSplits = 40;

/** What happens in one read, counted over all its requests. */
interface Tally {
  billedMetrics: number;
  splitsLeft: number;
  /** Once a request stayed throttled to the end, the others are not waited for as long. */
  isThrottled: boolean;
}

/** Metrics of CloudWatch: of this account and linked ones, this region and others, and expressions over them. */
export class CloudWatchSource implements MetricSource {
  readonly #options: CloudWatchSourceOptions;
  readonly #clients = new Map<string, { readonly client: CloudWatchClient; readonly quota: Quota }>();

  constructor(options: CloudWatchSourceOptions) {
    this.#options = options;
    this.#clients.set('', { client: options.client, quota: this.#quota() });
  }

  /**
   * @throws RangeError on a selection that cannot be asked.
   * @throws Error where listing failed or was denied: half a list would look like things that are gone.
   */
  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    let requests = 0;
    const list = this.#list(() => requests++);
    return { ...(await discoverSeries(watch, list, this.#options.log, known)), requests };
  }

  /**
   * @throws RangeError on a period that CloudWatch does not have, or a span that ends before it begins.
   * @throws Error where GetMetricData failed or was denied as a whole; single series have problems instead.
   */
  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    if (!(from <= to)) throw new RangeError(`cannot read from ${from} to ${to}: give the end after the start`);
    const asked = [...new Map(series.map((one) => [one.id, one])).values()];
    // CloudWatch refuses such a span; there is nothing in it.
    if (from === to) return { series: asked.map(({ id }) => ({ id, points: none })), billedMetrics: 0 };
    const found = new Map<string, ReadSeries>();
    const askable = asked.filter((one) => {
      const message = refusalOf(one);
      if (message !== undefined) found.set(one.id, { id: one.id, points: none, problem: { kind: 'refused', message } });
      return message === undefined;
    });
    const tally: Tally = { billedMetrics: 0, splitsLeft: mostSplits, isThrottled: false };
    const limit = pLimit(requestsAtOnce);
    const plans = planRequests(askable, from, to);
    const answers = await Promise.all(plans.map((plan) => limit(() => this.#ask(plan, tally))));
    for (const [one, answer] of answers.flatMap((part) => [...part])) {
      found.set(one.id, {
        id: one.id,
        points: within(answer.points, from, to),
        ...(answer.problem === undefined ? {} : { problem: answer.problem }),
      });
    }
    const missing = (id: string): ReadSeries => ({
      id,
      points: none,
      problem: { kind: 'not-found', message: 'CloudWatch did not answer for it' },
    });
    return {
      series: asked.map(({ id }) => found.get(id) ?? missing(id)),
      billedMetrics: tally.billedMetrics,
    };
  }

  /** One request, its incomplete series asked again, and a refused one cut in two until the culprit stands alone. */
  async #ask(plan: Plan, tally: Tally): Promise<Map<SeriesDescription, Answer>> {
    const { incomplete = { attempts: 3, baseMs: 200, longestMs: 1_000 } } = this.#options;
    const answers = new Map<SeriesDescription, Answer>();
    let open = plan;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#askInto(answers, open, tally);
      } catch (error) {
        if (!isValidation(error)) throw this.#told('GetMetricData', error);
        for (const [one, answer] of await this.#divide(open, error, tally)) merge(answers, one, answer);
        return answers;
      }
      const again = (one: SeriesDescription): boolean => {
        const answer = answers.get(one);
        const kind = answer?.problem?.kind;
        if (answer?.isFinal === true) return false;
        return answer === undefined || kind === 'partial' || kind === 'internal-error';
      };
      const bundles = open.bundles
        .map((bundle) => ({ series: bundle.series.filter(again) }))
        .filter((bundle) => bundle.series.length > 0);
      if (bundles.length === 0 || attempt >= incomplete.attempts) return answers;
      open = { ...open, bundles };
      await pause(incomplete, attempt);
    }
  }

  async #askInto(answers: Map<SeriesDescription, Answer>, plan: Plan, tally: Tally): Promise<void> {
    const { throttled = { attempts: 4, baseMs: 500, longestMs: 5_000 } } = this.#options;
    const queries = queriesOf(plan);
    const patience = tally.isThrottled ? { ...throttled, attempts: 1 } : throttled;
    const { byId, billedMetrics } = await askOnce(plan, queries, { ...this.#at(plan.region), throttled: patience });
    tally.billedMetrics += billedMetrics;
    for (const [id, answer] of byId) {
      const one = queries.seriesOf.get(id);
      if (one === undefined) continue;
      if (answer.problem?.kind === 'throttled') tally.isThrottled = true;
      merge(answers, one, answer);
    }
  }

  async #divide(plan: Plan, error: unknown, tally: Tally): Promise<Map<SeriesDescription, Answer>> {
    const { bundles } = plan;
    const first = bundles.at(0);
    if (bundles.length === 1 && first !== undefined) {
      const message = `CloudWatch refuses it: ${error instanceof Error ? error.message : String(error)}`;
      return new Map(first.series.map((one) => [one, { points: new Map(), problem: { kind: 'refused', message } }]));
    }
    if (tally.splitsLeft === 0) throw this.#told('GetMetricData', error);
    tally.splitsLeft -= 1;
    // Expressions are the only free text of a request, so they are suspected first.
    const free = bundles.filter((bundle) => bundle.series.some((one) => isExpression(one.metric)));
    const plain = bundles.filter((bundle) => !free.includes(bundle));
    const middle = Math.ceil(bundles.length / 2);
    const halves =
      free.length > 0 && plain.length > 0 ? [plain, free] : [bundles.slice(0, middle), bundles.slice(middle)];
    const answers = new Map<SeriesDescription, Answer>();
    for (const half of halves) {
      for (const [one, answer] of await this.#ask({ ...plan, bundles: half }, tally)) answers.set(one, answer);
    }
    return answers;
  }

  #list(onPage: () => void): ListMetrics {
    return (filter, region) => this.#listAll(filter, region, onPage);
  }

  async #listAll(
    filter: Parameters<ListMetrics>[0],
    region: string | undefined,
    onPage: () => void,
  ): Promise<readonly ListedMetric[]> {
    const { client, quota } = this.#at(region);
    const found: ListedMetric[] = [];
    const tokens = new Set<string>();
    let token: string | undefined;
    for (;;) {
      await quota.list();
      const page: ListMetricsCommandOutput = await client
        .send(new ListMetricsCommand({ ...filter, ...(token === undefined ? {} : { NextToken: token }) }))
        .catch((error: unknown) => {
          throw this.#told('ListMetrics', error);
        });
      onPage();
      for (const { Namespace, MetricName, Dimensions = [] } of page.Metrics ?? []) {
        if (Namespace === undefined || MetricName === undefined) continue;
        const dimensions = Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
        found.push({ namespace: Namespace, name: MetricName, dimensions });
      }
      token = page.NextToken;
      if (token === undefined || token === '') return found;
      if (tokens.has(token) || tokens.size >= mostListPages) {
        throw new Error(
          `ListMetrics pages without end (stopped after ${tokens.size + 1} pages, ${found.length} metrics) ` +
            `→ narrow the selection: name namespace, metric and dimensions`,
        );
      }
      tokens.add(token);
    }
  }

  #at(region: string | undefined): { readonly client: CloudWatchClient; readonly quota: Quota } {
    const { clientFor = inRegion } = this.#options;
    const known = this.#clients.get(region ?? '');
    if (known !== undefined) return known;
    // Quotas are per region, so each has an allowance of its own.
    const added = { client: clientFor(region ?? ''), quota: this.#quota() };
    this.#clients.set(region ?? '', added);
    return added;
  }

  #quota(): Quota {
    const { quotaShare, clock, wait } = this.#options;
    return new Quota(quotaShare, clock, wait);
  }

  #told(operation: string, error: unknown): Error {
    const remedy = isDenied(error)
      ? `allow cloudwatch:${operation} on "*"; CloudWatch has no finer rights`
      : isThrottling(error)
        ? 'lower quotaShare, or ask AWS for a higher quota'
        : undefined;
    if (isDenied(error)) this.#options.log.error('reading metrics is denied', { operation });
    return failure(`CloudWatch ${operation} failed`, error, remedy);
  }
}

const inRegion = (region: string): CloudWatchClient => cloudWatchClient({ region });

const none: Points = { times: new Float64Array(0), values: new Float64Array(0) };

const isValidation = (error: unknown): boolean =>
  error instanceof Error &&
  [
    'ValidationError',
    'ValidationException',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'InvalidParameterCombination',
    'InvalidParameterCombinationException',
  ].includes(error.name);

/** Points of a later answer win over earlier ones, and its problem replaces the earlier one's. */
function merge(answers: Map<SeriesDescription, Answer>, one: SeriesDescription, later: Answer): void {
  const earlier = answers.get(one);
  const points = new Map([...(earlier?.points ?? []), ...later.points]);
  answers.set(one, { ...later, points });
}

function within(points: ReadonlyMap<number, number>, from: number, to: number): Points {
  const kept = [...points].filter(([time]) => time >= from && time < to).sort(([one], [other]) => one - other);
  return { times: Float64Array.from(kept, ([time]) => time), values: Float64Array.from(kept, ([, value]) => value) };
}
