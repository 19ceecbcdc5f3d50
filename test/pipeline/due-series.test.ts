import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { type DueRequest, dueSeries } from '../../shared/pipeline/due-series.ts';
import type { FittedSeries, FittedShard } from '../../shared/pipeline/fitted-shard.ts';

const tick = 1_800_000_000;
const hour = 3600;
const day = 24 * hour;
const series: SeriesDescription = {
  id: 'x',
  entity: 'e',
  label: 'x',
  metric: { namespace: 'Test', name: 'x', dimensions: {}, statistic: 'Average' },
  periodSeconds: 300,
  nature: { unit: 'Percent', bad: 'up', gap: 'gap' },
};
const network = { lookback: 180, head: 'last-state' } as const;
const served = (by: string | null, ago: number, more: Partial<FittedSeries> = {}): FittedSeries => ({
  id: 'x',
  forecaster: by === null ? null : { name: by, state: network },
  skill: 0.5,
  hasSkill: true,
  reason: '',
  fittedAt: tick - ago,
  networkAt: tick - ago,
  since: tick - 30 * day,
  saturation: null,
  window: { far: new Float32Array(0), near: new Float64Array(0) },
  ...more,
});
const isDue = (one: FittedSeries | undefined, request: Partial<DueRequest> = {}): boolean => {
  const known = one === undefined ? [] : [one];
  const shard: FittedShard = { watch: 'w', shard: 's', periodSeconds: 300, trainedAt: tick, to: tick, series: known };
  return dueSeries([series], shard, { tick, ...request }).length === 1;
};

describe('a series is due to be fitted', () => {
  it.each<[string, boolean, FittedSeries | undefined, Partial<DueRequest>]>([
    ['where nothing was ever fitted', true, undefined, {}],
    ['not within a day', false, served('automatic', 20 * hour), {}],
    ['after a day and some hours', true, served('automatic', 27 * hour), {}],
    ['within an hour, where nothing could be fitted', true, served(null, hour), {}],
    ['within an hour, of less than a day', true, served('naive', hour, { since: tick - 10 * hour }), {}],
    ['not so soon, where there was no value at all', false, served(null, hour, { since: Number.NaN }), {}],
    ['where its forecasts have become bad', true, served('automatic', hour), { drifted: ['x'] }],
    ['where what is stored cannot be used', true, served('lstm', hour), { unserved: ['x'] }],
    ['not out of turn, where a network serves', false, served('lstm', 2 * day), { drifted: ['x'] }],
    ['where a network has served for a week', true, served('lstm', 7 * day), {}],
  ])('%s', (_title, due, one, request) => {
    expect(isDue(one, request)).toBe(due);
  });

  const asked = { networks: true, olderThan: 12 * hour, network };
  it.each<[string, boolean, FittedSeries, Partial<DueRequest>]>([
    ['not again within half a day', false, served('lstm', hour), asked],
    ['again after it', true, served('lstm', 13 * hour), asked],
    ['where none ever competed', true, served('automatic', hour, { networkAt: undefined }), asked],
    [
      'at once, where it is to look at more',
      true,
      served('lstm', hour),
      { ...asked, network: { ...network, lookback: 360 } },
    ],
    [
      'at once, where it is to have another head',
      true,
      served('lstm', hour),
      { ...asked, network: { ...network, head: 'per-step' } },
    ],
    [
      'not at once, where another forecaster won',
      false,
      served('naive', hour),
      { ...asked, network: { ...network, lookback: 360 } },
    ],
  ])('with a network %s', (_title, due, one, request) => {
    expect(isDue(one, request)).toBe(due);
  });
});
