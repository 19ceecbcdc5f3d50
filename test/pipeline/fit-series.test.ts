import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { describeSeries } from '../../shared/metrics/known-metrics.ts';
import { fitSeries, networkSeries } from '../../shared/pipeline/fit-series.ts';
import { settingsSchema, type Watch, watchesOf } from '../../shared/settings/settings.ts';
import { mapped, rhythm, START } from '../forecasters/made-up-series.ts';

const hour = 3600;
const watch = (more: object = {}): Watch =>
  watchesOf(settingsSchema.parse({ watches: { w: { select: 'Test', period: '1h', ...more } } }))[0];
const named = (namespace: string, name: string, dimension: string): SeriesDescription =>
  describeSeries(
    { namespace, name, dimensions: { [dimension]: 'x' }, statistic: 'Average' },
    { period: hour, natures: {} },
  );
/** Ten days that rise by 1.2 a day, from 50. */
const rising = rhythm(240, { stepSeconds: hour, swing: 0, noise: 0.05, perDay: 1.2 });
const fit = (description: SeriesDescription, of: Watch, history = rising) =>
  fitSeries({
    description,
    watch: of,
    history,
    horizonSteps: 3,
    incumbent: undefined,
    seed: 1,
    at: START + 240 * hour,
    network: undefined,
  });

describe('what will be full', () => {
  const memory = named('AWS/ECS', 'MemoryUtilization', 'ServiceName');
  const disk = named('CWAgent', 'disk_used_percent', 'host');
  const monitored = { forecast: { recommendations: { monitor: 84, prepare: 90, soon: 95, immediately: 98 } } };

  it.each<[string, SeriesDescription, object, number]>([
    ['100 %, where that is all there is', disk, {}, 100],
    ['100 % still, where people want to be told from another percentage on', disk, monitored, 100],
    ['its limit, where there may be more than 100 %', memory, {}, 80],
    ['its limit as the watch begins it, where there may be more than 100 %', memory, monitored, 84],
    ['the limit that somebody wrote', memory, { limits: [{ metric: 'Memory*', above: 70 }] }, 70],
  ])('is full at %s', (_title, description, more, full) => {
    const { saturation } = fit(description, watch(more));
    expect(saturation?.limit).toEqual({ side: 'above', value: full });
    const days = ((saturation?.reachesAt ?? Number.NaN) - START) / 86_400;
    expect(days).toBeGreaterThan((full - 50) / 1.2 - 2);
    expect(days).toBeLessThan((full - 50) / 1.2 + 2);
    expect(saturation?.usual).toBeGreaterThan(0);
    expect(saturation?.usual).toBeLessThan(1);
  });

  it('is nothing where a series has no limit', () => {
    const { saturation } = fit(memory, watch({ limits: [{ metric: '*', above: 'off' }] }));
    expect(saturation).toBeNull();
  });
});

describe('a history that nothing can be learned from', () => {
  const memory = named('AWS/ECS', 'MemoryUtilization', 'ServiceName');
  it.each([
    ['nothing at all', { ...rising, values: new Float64Array(0) }],
    ['gaps alone', mapped(rising, () => Number.NaN)],
    ['one value', mapped(rising, (value, slot) => (slot === 0 ? value : Number.NaN))],
  ])('of %s has no skill, raises nothing and is tried again', (_title, history) => {
    const { skill, hasSkill, saturation } = fit(memory, watch(), history);
    expect({ skill, hasSkill, reachesAt: saturation?.reachesAt }).toEqual({
      skill: null,
      hasSkill: false,
      reachesAt: null,
    });
  });
});

describe('a network', () => {
  const cpu = named('AWS/EC2', 'CPUUtilization', 'InstanceId');
  const other = named('AWS/ECS', 'MemoryUtilization', 'ServiceName');
  const history = rhythm(400, { stepSeconds: hour });
  /** What network is begun; it is ended there. */
  const begun = (lstm: object): object => {
    let shape: object = {};
    fitSeries({
      description: cpu,
      watch: watch({ forecast: { lstm: { series: 'CPU*', ...lstm } } }),
      history,
      horizonSteps: 3,
      incumbent: undefined,
      seed: 1,
      at: START + 400 * hour,
      network: {
        isTimeUp: () => false,
        openBatches: (lesson) => {
          ({ shape } = lesson);
          throw new RangeError('no more is asked');
        },
      },
    });
    return shape;
  };

  it.each<[string, object, object]>([
    [
      'at half an hour of ten-second points, unless told otherwise',
      {},
      { lookback: 180, head: 'last-state', horizon: 3 },
    ],
    ['at as many points as the watch says', { lookback: 24 }, { lookback: 24, head: 'last-state', horizon: 3 }],
    ['with the head that it says', { lookback: 24, head: 'per-step' }, { lookback: 24, head: 'per-step', horizon: 3 }],
  ])('looks %s', (_title, lstm, shape) => {
    expect(begun(lstm)).toMatchObject(shape);
  });

  it('learns of as many windows as its stride makes, and is usable however soon it is ended', () => {
    const batchesOf = (stride: number): number => {
      let batches = 0;
      fitSeries({
        description: cpu,
        watch: watch({ forecast: { lstm: { series: 'CPU*', lookback: 24, stride } } }),
        history,
        horizonSteps: 3,
        incumbent: undefined,
        seed: 1,
        at: START + 400 * hour,
        network: { isTimeUp: () => batches > 0, onProgress: ({ batches: all }) => (batches = all) },
      });
      return batches;
    };
    expect(batchesOf(2)).toBeGreaterThan(2 * batchesOf(8));
  });

  const many = Array.from({ length: 30 }, (_, k): SeriesDescription => ({ ...cpu, id: `cpu-${k}` }));
  const shards = [
    { shard: 's-0001', series: [other, ...many.slice(0, 15)] },
    { shard: 's-0002', series: many.slice(15) },
  ];
  it.each<[string, object, readonly string[]]>([
    ['of none, unless they are named', {}, []],
    [
      'of the first twenty that are named, over all shards',
      { lstm: { series: 'CPU*' } },
      many.slice(0, 20).map(({ id }) => id),
    ],
    ['of as many as the watch says', { lstm: { series: 'CPU*', most: 3 } }, many.slice(0, 3).map(({ id }) => id)],
    ['of what has a limit alone', { lstm: { series: ['CPU*', 'Network*'], most: 1 } }, ['cpu-0']],
  ])('competes for the series %s', (_title, forecast, ids) => {
    expect([...networkSeries(watch({ forecast }), shards)]).toEqual(ids);
  });
});
