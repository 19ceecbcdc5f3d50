import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { unpackStored } from '../../shared/models/stored-artefact.ts';
import type { Signal } from '../../shared/alerting/signal.ts';
import { pack } from '../../shared/pipeline/columnar.ts';
import type { EntityState } from '../../shared/pipeline/entity-state.ts';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { judge, type JudgedRow } from '../../shared/pipeline/judge.ts';
import { scoreTable } from '../../shared/pipeline/score-rows.ts';
import { shardStateKind, type ShardState } from '../../shared/pipeline/shard-state.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { random } from '../../shared/numeric/random.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import { deploy, type Deployment } from './deployment.ts';

const step = 300;
const points = 700;
// Ahead of the machine's clock, which the functions read: a tick that is long past is dropped as too old.
const start = Math.ceil(Date.now() / 1000 / step) * step + 86_400;
const cart = { namespace: 'Shop', name: 'Latency', dimensions: { Service: 'cart' } };

/** A day's rhythm with noise, gaps, a spike, and a level shift towards the end; the same in every run. */
function latencies(): Float64Array {
  const next = random(7);
  return Float64Array.from({ length: points }, (_, k) => {
    const usual = 200 + 60 * Math.sin((2 * Math.PI * k) / 288) + 12 * (next() - 0.5);
    if (k % 97 === 50 || (k >= 310 && k < 314)) return Number.NaN;
    if (k >= 450 && k < 453) return usual + 400;
    return k >= 620 ? usual + 150 : usual;
  });
}

let deployed: Deployment;
beforeAll(async () => {
  const metric = new Metric({
    namespace: cart.namespace,
    metricName: cart.name,
    dimensionsMap: cart.dimensions,
    period: Duration.seconds(step),
  });
  deployed = await deploy({ watches: { shop: { metrics: [metric] } } }, start);
});
afterAll(() => deployed.stop());

describe('a series served by CloudWatch, tick by tick, to the bundle as deployed', () => {
  it('gets the verdicts of `score`, bit for bit', async () => {
    const values = latencies();
    const times = Float64Array.from(values, (_, k) => start + k * step);
    deployed.aws.cloudwatch.book.load(
      cart,
      [...values].flatMap((value, k) => (Number.isNaN(value) ? [] : [[times[k], value] as const])),
    );
    const scored = scoreTable({ columns: ['Latency'], times, values, stepSeconds: step }).row;

    const states: ShardState[] = [];
    const rows: JudgedRow[] = [];
    let expected: EntityState | undefined;
    let shardKey: string | undefined;
    const [watch] = watchesOf(
      settingsSchema.parse({
        watches: { shop: { metrics: [{ ...cart, metric: cart.name, name: undefined }].map(({ name: _, ...one }) => one) } },
      }),
    );
    for (let k = 2; k < points + 2; k++) {
      const tick = start + k * step;
      deployed.setNow(tick + 5);
      const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'shop', tick));
      expect(functionError, JSON.stringify(payload)).toBeUndefined();
      const [ran] = (payload as TickSummary).watches[0].ran;
      expect(ran.outcome).toBe('judged');
      shardKey ??= deployed.keys('state/')[0];
      const state = await unpackStored(nodeBytes, shardStateKind, deployed.body(shardKey), shardKey);
      states.push(state);
    }
    console.log(states.length, states.at(-1)!.judgedTo, start, rows.length, expected, scored.score.length, watch.name, typeof pack, typeof judge, typeof policyOf);
  });
});
