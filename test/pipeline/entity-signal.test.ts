import { describe, expect, it } from 'vitest';
import { signalSchema } from '../../shared/alerting/signal.ts';
import { entitySignal, SHADOW_SECONDS } from '../../shared/pipeline/entity-signal.ts';
import type { EntityMemory } from '../../shared/pipeline/shard-state.ts';
import type { Statement } from '../../shared/pipeline/tell-entity.ts';

const head = { deployment: 'd', watch: 'w', shard: 's', labels: { team: 'x' }, evaluatedAt: 600, intervalSeconds: 300 };
const grid = { judgedTo: 600, periodSeconds: 300 };

const statement = (key: string, more: Partial<Statement> = {}): Statement => ({
  key,
  kind: 'anomaly',
  source: 'series',
  series: key,
  label: key,
  unit: 'None',
  status: 'firing',
  since: 300,
  observed: 1,
  expected: 0,
  lower: -1,
  upper: 1,
  score: 0.7,
  rarity: null,
  shares: [],
  explanation: 'because',
  ...more,
});

const memory = (ages: Readonly<Record<string, number>>): EntityMemory =>
  ({
    judged: { series: Object.entries(ages).map(([id, age]) => ({ id, firstTime: 0, lastTime: age })) },
    recent: Object.keys(ages).map((id) => ({
      id,
      values: Float32Array.from({ length: 60 }, (_, k) => k),
      lower: new Float32Array(60).fill(Number.NaN),
      upper: new Float32Array(60).fill(2),
    })),
    told: [],
    warm: true,
  }) as unknown as EntityMemory;

describe('entitySignal', () => {
  it('says nothing where there is nothing to say', () =>
    expect(entitySignal(head, 'e', [], memory({}), grid, false)).toBeUndefined());

  it.each([
    ['three days were judged', SHADOW_SECONDS, false, 'live'],
    ['less was judged', SHADOW_SECONDS - 1, false, 'shadow'],
    ['nothing was judged', Number.NaN, false, 'shadow'],
    ['the watch asks for silence', SHADOW_SECONDS, true, 'shadow'],
  ] as const)('where %s', (_, age, shadow, mode) =>
    expect(entitySignal(head, 'e', [statement('a')], memory({ a: age }), grid, shadow)?.mode).toBe(mode),
  );

  it('carries only what may be told as soon as something may', () => {
    const both = [statement('young'), statement('rule:x', { kind: 'rule', series: 'young' })];
    const signal = entitySignal(head, 'e', both, memory({ young: 100 }), grid, false);
    expect(signal).toMatchObject({ mode: 'live' });
    expect(signal?.findings.map(({ key }) => key)).toEqual(['rule:x']);
  });

  it('puts the entity first, then the strongest, and what has recovered last', () => {
    const given = [
      statement('over', { status: 'normal', score: 0.99 }),
      statement('weak', { score: 0.6 }),
      statement('strong', { score: 0.9 }),
      statement('unsure', { status: 'unknown' }),
      { ...statement('whole'), series: undefined } as unknown as Statement,
    ];
    const age = { over: 1, weak: 1, strong: 1, unsure: 1 };
    const signal = entitySignal(head, 'e', given, memory(age), grid, true);
    expect(signal?.findings.map(({ key }) => key)).toEqual(['whole', 'strong', 'weak', 'unsure', 'over']);
  });

  it('fits an entity of 500 firing metrics into an event, with charts for a few', () => {
    const names = Array.from(
      { length: 500 },
      (_, k) => `series-${k}-with-a-name-as-long-as-those-of-cloudwatch-usually-are`,
    );
    const ages = Object.fromEntries(names.map((name) => [name, SHADOW_SECONDS]));
    const signal = entitySignal(
      head,
      'e',
      names.map((name) => statement(name)),
      memory(ages),
      grid,
      false,
    );
    expect(signalSchema.safeParse(signal).success).toBe(true);
    expect(signal?.findings).toHaveLength(200);
    expect(signal?.findings.filter(({ points }) => points !== undefined)).toHaveLength(5);
    expect(JSON.stringify(signal).length).toBeLessThan(256_000);
  });

  it('draws the newest point last, and no band where there was none', () => {
    const signal = entitySignal(head, 'e', [statement('a')], memory({ a: SHADOW_SECONDS }), grid, false);
    expect(signal?.findings[0]?.points?.at(-1)).toEqual([300, 59, null, 2]);
    expect(signal?.findings[0]?.points).toHaveLength(60);
  });
});
