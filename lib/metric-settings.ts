import { Stack, Token } from 'aws-cdk-lib';
import type { IMetric, MetricConfig, MetricStatConfig } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Settings } from '../shared/settings/settings.ts';
import { refuse } from './refuse.ts';

type Watch = Settings['watches'][string];
type NamedMetric = Watch['metrics'][number];
type NamedExpression = Watch['expressions'][number];
type Statistic = NamedMetric['statistic'];

/** What a CDK metric becomes: one metric named exactly, or an expression over some. */
export type FromMetric = { readonly periodSeconds: number } & (
  { readonly metric: NamedMetric } | { readonly expression: NamedExpression }
);

const statistics = new Map(
  Object.entries({
    average: 'Average',
    avg: 'Average',
    sum: 'Sum',
    minimum: 'Minimum',
    min: 'Minimum',
    maximum: 'Maximum',
    max: 'Maximum',
    samplecount: 'SampleCount',
    n: 'SampleCount',
  }),
);

/**
 * Reads a CDK `Metric` or `MathExpression`. Tokens (names of resources that do not exist yet) are kept in dimensions.
 *
 * @throws SettingsError for a search expression, a statistic that is no single number per period, or a period that is
 *   only known when it is deployed.
 */
export function fromMetric(scope: Construct, place: string, given: IMetric): FromMetric {
  const config = given.toMetricConfig();
  const metricAt = (at: string, stat: MetricStatConfig): NamedMetric => ({
    namespace: stat.namespace,
    metric: stat.metricName,
    dimensions: Object.fromEntries((stat.dimensions ?? []).map(({ name, value }) => [name, String(value)])),
    statistic: statisticOf(at, stat.statistic),
    ...elsewhere(scope, stat),
  });
  if (config.metricStat !== undefined) {
    return {
      periodSeconds: secondsOf(place, config.metricStat.period),
      metric: metricAt(place, config.metricStat),
    };
  }
  const flat = flatten(place, config);
  return {
    periodSeconds: flat.periodSeconds,
    expression: {
      label: labelOf(config) ?? flat.expression,
      expression: flat.expression,
      metrics: Object.fromEntries(
        Object.entries(flat.metrics).map(([id, stat]) => [id, metricAt(`${place}.${id}`, stat)]),
      ),
      unit: 'None',
    },
  };
}

interface FlatExpression {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, MetricStatConfig>>;
  readonly periodSeconds: number;
}

/** CDK nests expressions; GetMetricData takes one. Inner ones are written out in place; CDK keeps ids unique throughout. */
function flatten(place: string, config: MetricConfig): FlatExpression {
  const math = config.mathExpression;
  if (math === undefined) refuse(place, 'is neither a metric nor an expression', 'pass a Metric or a MathExpression');
  if (/\b(SEARCH|SERVICE_QUOTA|SELECT|INSIGHT_RULE_METRIC)\b/i.test(math.expression)) {
    refuse(
      place,
      'finds its own metrics, any number of them',
      'select them by namespace, metric and dimensions in `select`',
      math.expression,
    );
  }
  const metrics: Record<string, MetricStatConfig> = {};
  const written = new Map<string, string>();
  for (const [id, inner] of Object.entries(math.usingMetrics)) {
    const innerConfig = inner.toMetricConfig();
    if (innerConfig.metricStat !== undefined) {
      metrics[id] = innerConfig.metricStat;
    } else {
      const flat = flatten(`${place}.${id}`, innerConfig);
      Object.assign(metrics, flat.metrics);
      written.set(id, `(${flat.expression})`);
    }
  }
  return {
    // Text in quotes is CloudWatch's, not an id.
    expression: math.expression.replace(/"[^"]*"|'[^']*'|[A-Za-z_]\w*/g, (word) => written.get(word) ?? word),
    metrics,
    periodSeconds: math.period,
  };
}

const labelOf = (config: MetricConfig): string | undefined => {
  const label: unknown = config.renderingProperties?.['label'];
  return typeof label === 'string' && label !== '' ? label : undefined;
};

const isPercentile = (given: string): given is `p${number}` => /^p(\d{1,2}(\.\d{1,10})?|100)$/.test(given);

function statisticOf(place: string, given: string): Statistic {
  const known = statistics.get(given.toLowerCase());
  if (known !== undefined) return known;
  const percentile = given.toLowerCase();
  if (isPercentile(percentile)) return percentile;
  return refuse(
    place,
    'its statistic is not supported',
    'use Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99',
    given,
  );
}

function secondsOf(place: string, period: MetricStatConfig['period']): number {
  if (period.isUnresolved()) {
    refuse(place, 'its period is known only when it is deployed', 'give the period as a literal Duration');
  }
  return period.toSeconds();
}

/** Account and region, where they are not the stack's own. */
function elsewhere(scope: Construct, stat: MetricStatConfig): { account?: string; region?: string } {
  const home = Stack.of(scope);
  const other = (given: string | undefined, ours: string): boolean =>
    given !== undefined && given !== ours && !(Token.isUnresolved(given) && Token.isUnresolved(ours));
  return {
    ...(other(stat.account, home.account) ? { account: String(stat.account) } : {}),
    ...(other(stat.region, home.region) ? { region: String(stat.region) } : {}),
  };
}
