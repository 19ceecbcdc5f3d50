import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { describeSeries } from '../../shared/metrics/known-metrics.ts';
import { fitSeries } from '../../shared/pipeline/fit-series.ts';
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
