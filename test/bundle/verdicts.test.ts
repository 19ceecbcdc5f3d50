import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signalSchema } from '../../shared/alerting/signal.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { settingsSchema, watchesOf } from '../../shared/settings/settings.ts';
import { deploy, type Deployment } from './deployment.ts';
import { replay } from './replay.ts';
import { VerdictComparison } from './verdict-comparison.ts';

// A day and a half, with a midnight in it, in as few ticks as can be: each takes a tenth of a second of processor time.
const stepSeconds = 900;
const rows = 150;
// Ahead of the machine's clock, which the functions read: a tick that is long past would be dropped as too old.
const start = Math.ceil(Date.now() / 1000 / 86_400) * 86_400 + 86_400;
const cart = { namespace: 'Shop', name: 'Latency', dimensions: { Service: 'cart' } };

/** A day's rhythm with noise, gaps, a spike, and a level shift towards the end; the same in every run. */
function latencies(): Float64Array {
  const random = createRandom(7);
  return Float64Array.from({ length: rows }, (_, k) => {
    const usual = 200 + 60 * Math.sin((2 * Math.PI * k) / 96) + 4 * random.normal();
    if (k % 47 === 25 || (k >= 80 && k < 84)) return Number.NaN;
    if (k >= 115 && k < 118) return usual + 400;
    return k >= 136 ? usual + 150 : usual;
  });
}

const values = latencies();
const times = Float64Array.from(values, (_, k) => start + k * stepSeconds);
const [plainWatch] = watchesOf(
  settingsSchema.parse({ watches: { shop: { select: 'Shop', every: '15m', period: '15m' } } }),
);
const comparison = new VerdictComparison(
  [{ entity: 'Service=cart', times, values }],
  stepSeconds,
  policyOf(plainWatch),
);

let deployed: Deployment;
let outcomes: ReadonlyMap<string, number>;
beforeAll(async () => {
  const metric = new Metric({
    namespace: cart.namespace,
    metricName: cart.name,
    dimensionsMap: cart.dimensions,
    period: Duration.seconds(stepSeconds),
  });
  deployed = await deploy(
    { quotaShare: 1, watches: { shop: { metrics: [metric], every: Duration.seconds(stepSeconds) } } },
    start,
  );
  const known = [...values].flatMap((value, k) => (Number.isNaN(value) ? [] : [[times[k], value] as const]));
  deployed.aws.cloudwatch.book.load(cart, known);
  const onState = comparison.see.bind(comparison);
  outcomes = await replay(deployed, { watch: 'shop', stepSeconds, start, rows, onState });
}, 180_000);
afterAll(() => deployed.stop());

describe('a series that CloudWatch serves, tick by tick, to the bundle as deployed', () => {
  const scored = comparison.scored.get('Service=cart')!;
  const anomalous = [...scored.anomaly.keys()].filter((k) => scored.anomaly[k] === 1);

  it('is judged at every tick', () => {
    expect(Object.fromEntries(outcomes)).toEqual({ judged: rows + 1 });
  });

  it('gets the verdicts of `score` on the same series, bit for bit', () => {
    expect(comparison.differences).toEqual([]);
    expect(comparison.compared).toBe(rows - 1);
  });

  it('fires signals exactly where `score` says anomaly, with its numbers', () => {
    const firing = deployed.aws.eventbridge.events
      .flatMap(({ detail }) => signalSchema.parse(detail).findings)
      .filter(({ status, kind }) => status === 'firing' && kind === 'anomaly');
    expect(anomalous.length).toBeGreaterThan(3);
    expect(firing.map(({ observed, score, expected }) => ({ observed, score, expected }))).toEqual(
      anomalous.map((k) => ({ observed: values[k], score: scored.score[k], expected: scored.expected[k] })),
    );
  });
});
