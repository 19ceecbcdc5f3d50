import { serialize } from 'node:v8';
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { signalSchema, type Signal } from '../../shared/alerting/signal.ts';
import { unpackStored } from '../../shared/models/stored-artefact.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { pack } from '../../shared/pipeline/columnar.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import type { EntityState } from '../../shared/pipeline/entity-state.ts';
import { defaultPolicy } from '../../shared/pipeline/judge-policy.ts';
import { judge, type Verdict } from '../../shared/pipeline/judge.ts';
import { scoreTable, type ScoredColumn } from '../../shared/pipeline/score-rows.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { deploy, type Deployment } from './deployment.ts';

const step = 300;
const points = 420;
// Ahead of the machine's clock, which the functions read: a tick that is long past would be dropped as too old.
const start = Math.ceil(Date.now() / 1000 / 86_400) * 86_400 + 86_400;
const cart = { namespace: 'Shop', name: 'Latency', dimensions: { Service: 'cart' } };

/** A day's rhythm with noise, gaps, a spike, and a level shift towards the end; the same in every run. */
function latencies(): Float64Array {
  const random = createRandom(7);
  return Float64Array.from({ length: points }, (_, k) => {
    const usual = 200 + 60 * Math.sin((2 * Math.PI * k) / 288) + 4 * random.normal();
    if (k % 97 === 50 || (k >= 210 && k < 214)) return Number.NaN;
    if (k >= 350 && k < 353) return usual + 400;
    return k >= 400 ? usual + 150 : usual;
  });
}

const values = latencies();
const times = Float64Array.from(values, (_, k) => start + k * step);
const scored = scoreTable({ columns: ['Latency'], times, values, stepSeconds: step }).row;

interface Deployed {
  /** The entity's state after the row of that time was judged, as stored. */
  readonly states: Map<number, EntityState>;
  readonly signals: Signal[];
  readonly outcomes: Map<string, number>;
}

/** Every tick of the series, by Scheduler's own payload, to the bundle out of `cdk.out`. */
async function playAll(deployed: Deployment): Promise<Deployed> {
  const states = new Map<number, EntityState>();
  const outcomes = new Map<string, number>();
  for (let k = 2; k < points + 3; k++) {
    const tick = start + k * step;
    deployed.setNow(tick + 5);
    const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'shop', tick));
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    for (const { outcome } of (payload as TickSummary).watches[0].ran)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const [key] = deployed.keys('state/');
    const state = await unpackStored(nodeBytes, shardStateKind, deployed.body(key), key);
    states.set(state.judgedTo - step, state.entities[0].judged);
  }
  const signals = deployed.aws.eventbridge.events.map((event) => signalSchema.parse(event.detail));
  return { states, signals, outcomes };
}

const bits = (value: number): string => Buffer.from(Float64Array.of(value).buffer).toString('hex');

const stored = (state: EntityState): Buffer => serialize(pack([state]));

/** A verdict as `score` writes it. */
const columns = (verdict: Verdict): Record<keyof ScoredColumn, number> =>
  verdict.status === 'unknown'
    ? { score: NaN, alert: NaN, anomaly: NaN, expected: NaN, lower: NaN, upper: NaN, rarity: NaN }
    : {
        score: verdict.score,
        alert: verdict.alert,
        anomaly: verdict.status === 'anomalous' ? 1 : 0,
        expected: verdict.expected,
        lower: verdict.lower,
        upper: verdict.upper,
        rarity: verdict.rarity?.onceInSeconds ?? NaN,
      };

let deployed: Deployment;
let played: Deployed;
beforeAll(async () => {
  const metric = new Metric({
    namespace: cart.namespace,
    metricName: cart.name,
    dimensionsMap: cart.dimensions,
    period: Duration.seconds(step),
  });
  deployed = await deploy({ watches: { shop: { metrics: [metric] } } }, start);
  const known = [...values].flatMap((value, k) => (Number.isNaN(value) ? [] : [[times[k], value] as const]));
  deployed.aws.cloudwatch.book.load(cart, known);
  played = await playAll(deployed);
}, 180_000);
afterAll(() => deployed.stop());

describe('a series that CloudWatch serves, tick by tick, to the bundle as deployed', () => {
  it('is judged at every tick', () => {
    expect(Object.fromEntries(played.outcomes)).toEqual({ judged: points + 1 });
    expect([...scored.anomaly].filter((anomaly) => anomaly === 1).length).toBeGreaterThan(3);
  });

  it('gets the verdicts of `score` on the same series, bit for bit', () => {
    // The judge is a pure function of state and row: a stored state decides the next verdict to the last bit.
    const [firstJudged] = [...played.states.keys()];
    let compared = 0;
    for (let k = 1; k < points; k++) {
      const before = played.states.get(times[k - 1]);
      if (before === undefined) continue;
      const series = before.series.map(({ id }) => ({
        id,
        entity: before.entity,
        label: 'Latency',
        metric: { ...cart, statistic: 'Average' as const },
        periodSeconds: step,
        nature: { unit: 'None', bad: 'both' as const, gap: 'gap' as const },
      }));
      const row = { times: times.slice(k, k + 1), values: values.slice(k, k + 1) };
      const judged = judge({ entity: before.entity, series, stepSeconds: step, ...row }, before, defaultPolicy);
      const verdict = columns(judged.rows[0].series[0]);
      for (const [name, value] of Object.entries(verdict)) {
        expect(bits(value), `${name} of row ${k}`).toBe(bits(scored[name as keyof ScoredColumn][k]));
      }
      const after = played.states.get(times[k]);
      if (after !== undefined) expect(stored(judged.state).equals(stored(after)), `state after row ${k}`).toBe(true);
      compared++;
    }
    expect(firstJudged).toBe(start);
    expect(compared).toBe(points - 1);
  });

  it('fires signals exactly where `score` says anomaly, with its numbers', () => {
    const firing = played.signals.flatMap(({ evaluatedAt, findings }) =>
      findings
        .filter(({ status, kind }) => status === 'firing' && kind === 'anomaly')
        .map((one) => ({ evaluatedAt, ...one })),
    );
    const rows = [...scored.anomaly.keys()].filter((k) => scored.anomaly[k] === 1);
    expect(firing.map(({ observed }) => observed)).toEqual(rows.map((k) => values[k]));
    for (const [index, one] of firing.entries()) {
      const k = rows[index];
      expect(one, `row ${k}`).toMatchObject({ score: scored.score[k], expected: scored.expected[k] });
    }
  });
});
