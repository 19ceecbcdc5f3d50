import { describe, expect, it } from 'vitest';
import { cardsOf, type ForecastSeries } from '../../bin/forecast-facts.ts';
import { noLimitLines } from '../../bin/forecast-no-limit.ts';
import type { SeriesOutlook } from '../../shared/pipeline/forecast-record.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';

const noon = 1_795_262_400;
const step = 300;
const day = 86_400;
const nine = (from: number, by: number): Float32Array => Float32Array.from({ length: 9 }, (_, k) => from + by * k);

const outlook: SeriesOutlook = {
  limit: { value: 80, side: 'above' },
  probability: 0.7,
  crossesAt: noon + 6 * step,
  isBeyond: false,
  peak: { time: noon + 8 * step, value: 90 },
  recommendation: 'SCALE_SOON',
  scaleTo: 1.29,
  note: '',
  isAsked: false,
};

const series = (change: Partial<ForecastSeries['made']> = {}, slow?: ForecastSeries['saturation']): ForecastSeries => ({
  watch: 'w',
  description: {
    id: 'cpu',
    entity: 'web-1',
    label: 'CPUUtilization',
    metric: { namespace: 'N', name: 'CPUUtilization', dimensions: {}, statistic: 'Average' },
    periodSeconds: step,
    nature: { unit: 'Percent', bad: 'up', gap: 'gap', highest: 100 },
  },
  made: {
    id: 'cpu',
    missing: null,
    forecaster: 'automatic',
    skill: 0.4,
    hasSkill: true,
    isMature: true,
    current: 70,
    currentTime: noon - step,
    start: noon,
    mean: nine(72, 2),
    lower80: nine(71, 1),
    upper80: nine(73, 3),
    lower95: nine(70, 0),
    upper95: nine(74, 4),
    outlooks: [outlook],
    ...change,
  },
  history: { start: noon - 36 * step, stepSeconds: step, values: new Float64Array(36).fill(70) },
  saturation: slow,
});
const slowly = (
  reachesAt: number | null,
  side: 'above' | 'below' = 'above',
): NonNullable<ForecastSeries['saturation']> => ({
  limit: { value: 100, side },
  reachesAt,
  earliest: null,
  latest: null,
  perDay: 2,
  note: '',
  usual: 0,
});

describe('the cards of a series', () => {
  it('hold what a tick made of it, with the range in which the worst is expected', () => {
    const [card, ...others] = cardsOf(series(), noon);
    expect(others).toEqual([]);
    expect(card).toMatchObject({
      entity: 'web-1',
      newest: { time: noon - step, value: 70 },
      expected: { probability: 0.7, recommendation: 'SCALE_SOON', skill: 0.4 },
      range: { level: 80, lower: 79, upper: 97 },
      forecaster: 'automatic',
    });
    expect(card.chart).toMatchObject({ title: 'web-1 CPUUtilization', limit: 80, forecast: { levels: [80, 95] } });
  });

  it('are one for each limit', () => {
    const below = { ...outlook, limit: { value: 5, side: 'below' as const } };
    const limits = cardsOf(series({ outlooks: [outlook, below] }), noon).map(({ expected }) => expected);
    expect(limits).toMatchObject([{ limit: { side: 'above' } }, { limit: { side: 'below' } }]);
  });

  it.each(['not-trained', 'not-enough-history', 'missing-data'] as const)('say why nothing is said: %s', (missing) => {
    const none = new Float32Array(0);
    const gone = { missing, outlooks: [], mean: none, lower80: none, upper80: none, lower95: none, upper95: none };
    const [card] = cardsOf(series({ ...gone, current: Number.NaN }), noon);
    expect(card.expected).toEqual({ unforecastable: missing });
    expect(card.newest).toBe(undefined);
    expect(card.chart?.forecast).toBe(undefined);
  });

  it.each<[string, ReturnType<typeof slowly>, boolean]>([
    ['days away', slowly(noon + 9 * day), true],
    ['within what is forecast anyhow', slowly(noon + 4 * step), false],
    ['never', slowly(null), false],
    ['to the other side', slowly(noon + 9 * day, 'below'), false],
  ])('tell of a slow trend that ends %s: %s', (_title, slow, isTold) => {
    expect(cardsOf(series({}, slow), noon)[0].saturation !== undefined).toBe(isTold);
  });

  it('name no range for a peak that is now', () => {
    const now = { ...outlook, peak: { time: noon - step, value: 70 } };
    expect(cardsOf(series({ outlooks: [now] }), noon)[0].range).toBe(undefined);
  });
});

describe('series without a limit', () => {
  const watch = (source: string) => {
    const select = source === 'cloudwatch' ? ', select: AWS/EC2' : '';
    return watchesOf(parseSettings(`watches: { w: { source: { kind: ${source} }${select} } }`, 't.yaml'))[0];
  };
  const look = (source: string, all: readonly ForecastSeries[], unlimited: readonly string[]) =>
    noLimitLines({ watch: watch(source), present: noon, series: all, unlimited }, false).join(' ');

  it.each([
    ['nothing is known: collect first', look('cloudwatch', [], []), /nothing is known of it yet; run aiops collect/],
    ['of this host nothing is known: follow it', look('host', [], []), /run aiops detect --follow/],
    ['none has one: how to give it', look('simulated', [], ['a', 'b']), /--series 'a' --above 80/],
    ['some have one: which do not', look('simulated', [series()], ['a', 'b']), /no limit, no forecast: a, b$/],
    [
      'many do not: a few are named',
      look('simulated', [series()], ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']),
      /a, b, c, d, e and 3 more$/,
    ],
    ['all have one: nothing to say', look('simulated', [series()], []), /^$/],
  ])('%s', (_title, said, words) => {
    expect(said).toMatch(words);
  });
});
