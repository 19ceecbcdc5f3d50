import { describe, expect, it } from 'vitest';
import { signalSchema } from '../../shared/alerting/signal.ts';
import type { SeriesForecast, SeriesOutlook } from '../../shared/pipeline/forecast-record.ts';
import { type Drawn, forecastSignal } from '../../shared/pipeline/forecast-signal.ts';
import type { Told } from '../../shared/pipeline/shard-state.ts';
import type { Statement } from '../../shared/pipeline/tell-entity.ts';

const tick = 1_772_445_600;
const period = 300;
const head = { deployment: 'd', watch: 'w', shard: 's-0001', labels: {}, evaluatedAt: tick, intervalSeconds: 300 };

const statement = (id: string, more: Partial<Statement> = {}): Statement => ({
  key: `forecast:${id}`,
  kind: 'forecast',
  source: 'crossing',
  series: id,
  label: id,
  unit: 'Percent',
  status: 'firing',
  since: tick,
  observed: 71,
  expected: null,
  lower: null,
  upper: null,
  score: 0.9,
  severity: 'HIGH',
  rarity: null,
  shares: [],
  explanation: 'it is expected above its limit',
  forecast: {
    limit: { value: 80, side: 'above' },
    probability: 0.9,
    crossesAt: tick + 1500,
    isBeyond: false,
    peak: { time: tick + 2400, value: 91 },
    recommendation: 'SCALE_SOON',
    scaleTo: 1.3,
    skill: 0.5,
    note: '',
  },
  ...more,
});

const rising = (steps: number, by: number) => Float32Array.from({ length: steps }, (_, k) => 71 + k + by);
function drawn(id: string, more: Partial<SeriesForecast> = {}, steps = 10): [string, Drawn] {
  const made: SeriesForecast = {
    id,
    missing: null,
    forecaster: 'automatic',
    skill: 0.5,
    hasSkill: true,
    isMature: true,
    current: 71,
    currentTime: tick - period,
    start: tick,
    mean: rising(steps, 0),
    lower80: rising(steps, -1),
    upper80: rising(steps, 1),
    lower95: rising(steps, -2),
    upper95: rising(steps, 2),
    outlooks: [],
    ...more,
  };
  const values = Float64Array.from({ length: 100 }, (_, k) => (k === 50 ? Number.NaN : k / 3));
  return [id, { made, known: { start: tick - 100 * period, stepSeconds: period, values } }];
}

const signalOf = (
  statements: readonly Statement[],
  of: readonly [string, Drawn][],
  told: readonly Told[] = [],
  shadow = false,
) => forecastSignal(head, 'e', statements, told, new Map(of), shadow);

describe('the signal of what is foreseen of an entity', () => {
  it('is none where nothing is to be said', () => {
    expect(signalOf([], [drawn('a')])).toBeUndefined();
  });

  it('is one that every subscriber reads, with what was and what comes, for a picture', () => {
    const signal = signalOf([statement('a')], [drawn('a')]);
    expect(signalSchema.parse(signal)).toEqual(signal);
    const [{ points = [], forecast }] = signal?.findings ?? [];
    expect(points).toHaveLength(60);
    expect(points.at(-1)).toEqual([tick - period, 33, null, null]);
    expect(points.find(([time]) => time === tick - 50 * period)?.[1]).toBeNull();
    expect(forecast?.course?.levels).toEqual([80, 95]);
    expect(forecast?.course?.points.at(-1)).toEqual([tick + 9 * period, 80, 79, 81, 78, 82]);
  });

  it('has at most two hundred points of a long course, the last one among them', () => {
    const [{ forecast }] = signalOf([statement('a')], [drawn('a', {}, 399)])?.findings ?? [];
    const { points = [] } = forecast?.course ?? {};
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points.at(-1)?.[0]).toBe(tick + 398 * period);
    const gaps = new Set(points.slice(1).map(([time], k) => time - points[k][0]));
    expect(gaps.size).toBe(1);
  });

  it('writes what is no number as none', () => {
    const [{ forecast }] =
      signalOf([statement('a')], [drawn('a', { upper95: new Float32Array(10).fill(Infinity) })])?.findings ?? [];
    expect(forecast?.course?.points[0].at(-1)).toBeNull();
  });

  it('draws the first five things that fire, and nothing that does not', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const all = ids.map((id) => statement(id, id === 'a' ? { status: 'normal' } : {}));
    const { findings = [] } =
      signalOf(
        all,
        ids.map((id) => drawn(id)),
      ) ?? {};
    expect(findings.map(({ label, points }) => `${label} ${points === undefined ? 'bare' : 'drawn'}`)).toEqual([
      ...['b', 'c', 'd', 'e', 'f'].map((id) => `${id} drawn`),
      'g bare',
      'a bare',
    ]);
  });

  it('draws of what fills up only what was', () => {
    const [{ points, forecast }] = signalOf([statement('a', { source: 'saturation' })], [drawn('a')])?.findings ?? [];
    expect([points?.length, forecast?.course]).toEqual([60, undefined]);
  });

  const beyond: SeriesOutlook = {
    limit: { value: 80, side: 'above' },
    probability: 1,
    crossesAt: tick,
    isBeyond: true,
    peak: { time: tick, value: 90 },
    recommendation: 'SCALE_SOON',
    scaleTo: 1.3,
    note: '',
    isAsked: true,
  };
  const earlier = (live: boolean): Told[] => [{ finding: statement('a'), normalTicks: 0, ...(live ? { live } : {}) }];

  it.each<[string, 'live' | 'shadow', Partial<SeriesForecast>, readonly Told[], boolean]>([
    ['live of what has learned for three days', 'live', {}, [], false],
    ['in shadow of what has not', 'shadow', { isMature: false }, [], false],
    [
      'live of a limit that somebody wrote and that is crossed',
      'live',
      { isMature: false, outlooks: [beyond] },
      [],
      false,
    ],
    [
      'in shadow where nobody wrote it',
      'shadow',
      { isMature: false, outlooks: [{ ...beyond, isAsked: false }] },
      [],
      false,
    ],
    ['live to its end of what was told in earnest', 'live', { isMature: false }, earlier(true), false],
    ['in shadow of what was not', 'shadow', { isMature: false }, earlier(false), false],
    ['in shadow where the watch asks for it', 'shadow', {}, earlier(true), true],
  ])('is %s', (_title, mode, made, told, shadow) => {
    expect(signalOf([statement('a')], [drawn('a', made)], told, shadow)?.mode).toBe(mode);
  });

  it('is live with what may be told alone, while the rest waits', () => {
    const signal = signalOf([statement('a'), statement('b')], [drawn('a', { isMature: false }), drawn('b')]);
    expect([signal?.mode, signal?.findings.map(({ label }) => label)]).toEqual(['live', ['b']]);
  });
});
