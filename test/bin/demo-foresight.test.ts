import { describe, expect, it } from 'vitest';
import { foresightWords } from '../../bin/demo-foreseen.ts';
import { foresight, gatherDangers, type Foresight } from '../../bin/demo-foresight.ts';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';
import type { MetricSource } from '../../shared/ports/metric-source.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';

const every = 300;
const from = 1_795_251_600;
const at = (slot: number): number => from + slot * every;
const series = {
  id: 'cpu',
  entity: 'shop',
  label: 'CPUUtilization',
  metric: { namespace: 'N', name: 'CPUUtilization', dimensions: {}, statistic: 'Average' },
  periodSeconds: every,
  nature: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
} as const;

type Said = 'firing' | 'beyond' | 'normal' | 'shadow' | 'slow';

const finding = (said: Said): Finding => ({
  key: 'forecast:cpu',
  kind: 'forecast',
  source: said === 'slow' ? 'saturation' : 'crossing',
  series: 'cpu',
  label: 'CPUUtilization',
  unit: 'Percent',
  status: said === 'normal' ? 'normal' : 'firing',
  since: from,
  observed: 70,
  expected: null,
  lower: null,
  upper: null,
  score: 0.7,
  rarity: null,
  shares: [],
  explanation: '',
  forecast: {
    limit: { value: 80, side: 'above' },
    probability: 0.7,
    crossesAt: at(20),
    isBeyond: said === 'beyond',
    recommendation: 'MONITOR',
    scaleTo: null,
    skill: 0.5,
    note: '',
  },
});

/** What a shard said at ticks: none where the text has a point. */
const said = (...all: (Said | '.')[]): readonly Signal[] =>
  all.flatMap((one, slot) =>
    one === '.'
      ? []
      : [
          {
            version: 1 as const,
            deployment: 'd',
            watch: 'w',
            shard: '1',
            entity: 'shop',
            labels: {},
            evaluatedAt: at(slot + 1),
            intervalSeconds: every,
            mode: one === 'shadow' ? ('shadow' as const) : ('live' as const),
            findings: [finding(one)],
          },
        ],
  );

const source = (beyond: readonly number[]): MetricSource => ({
  discover: () => Promise.resolve({ series: [series], leftOut: [] }),
  read: (_series, first, to) => {
    const times = Float64Array.from({ length: (to - first) / every }, (_, slot) => first + slot * every);
    const values = times.map((time) => (beyond.includes((time - from) / every) ? 90 : 50));
    return Promise.resolve({ series: [{ id: 'cpu', points: { times, values } }], billedMetrics: 0 });
  },
});
const [watch] = watchesOf(parseSettings('watches: { w: { select: AWS/EC2 } }', 'test.yaml'));
const compared = (signals: readonly Signal[], beyond: readonly number[]): Promise<Foresight> =>
  foresight(signals, source(beyond), watch, from, at(288));

const quiet = (count: number): '.'[] => Array.from({ length: count }, () => '.' as const);

describe('dangers, as signals tell them', () => {
  it.each<[string, readonly (Said | '.')[], readonly [number, number][]]>([
    ['one that is repeated is one', ['firing', 'firing', 'firing', 'normal'], [[1, 3]]],
    ['crossed, it goes on', ['firing', 'beyond', 'normal'], [[1, 2]]],
    ['what is only crossed was not foreseen', ['beyond', 'beyond'], []],
    [
      'a pause ends it',
      ['firing', '.', 'firing'],
      [
        [1, 1],
        [3, 3],
      ],
    ],
    [
      'normal ends it',
      ['firing', 'normal', 'firing'],
      [
        [1, 1],
        [3, 3],
      ],
    ],
    ['shadow tells nobody', ['shadow'], []],
    ['a slow trend is another matter', ['slow'], []],
  ])('%s', (_title, all, expected) => {
    const dangers = gatherDangers(said(...all));
    expect(dangers.map(({ toldAt, lastTold }) => [(toldAt - from) / every, (lastTold - from) / every])).toEqual(
      expected,
    );
  });
});

describe('what was foreseen, beside what came', () => {
  it.each<[string, readonly Signal[], readonly number[], (number | undefined)[], number]>([
    ['told before it came: foreseen, with its lead', said(...quiet(14), 'firing', 'firing'), [20, 21], [5 * every], 0],
    [
      'told an hour before, and ever since: no more than was looked ahead',
      said(...quiet(14), ...Array.from({ length: 12 }, () => 'firing' as const)),
      [27],
      [9 * every],
      0,
    ],
    ['told when it came: foreseen without a lead', said(...quiet(19), 'firing'), [20], [0], 0],
    ['told after it came: not foreseen, and not in vain', said(...quiet(20), 'firing'), [20, 21], [undefined], 0],
    ['never told', [], [20], [undefined], 0],
    ['told, and it did not come', said(...quiet(14), 'firing'), [], [], 1],
    ['told, and it came long after', said(...quiet(14), 'firing'), [60], [undefined], 1],
    ['what dances around its limit crosses it once', said(...quiet(14), 'firing'), [20, 24, 27], [5 * every], 0],
    ['an hour later it is another crossing', said(...quiet(14), 'firing'), [20, 40], [5 * every, undefined], 0],
    ['before anything could be said nothing counts', [], [3], [], 0],
  ])('%s', async (_title, signals, beyond, leads, inVain) => {
    const result = await compared(signals, beyond);
    expect(result.crossings.map(({ lead }) => lead)).toEqual(leads);
    expect(result.inVain).toHaveLength(inVain);
  });

  it('another watch’s signals are none of it', async () => {
    const others = said(...quiet(14), 'firing').map((one) => ({ ...one, watch: 'x' }));
    expect((await compared(others, [20])).crossings[0].danger).toBe(undefined);
  });

  it('is said in a sentence, with what was in vain', async () => {
    const good = await compared(said(...quiet(14), 'firing'), [20]);
    expect(foresightWords(good)).toBe(
      '1 of 1 crossings of a limit were foreseen, half of them 25 minutes ahead or more; nothing was told that did not come.',
    );
    expect(foresightWords(await compared(said(...quiet(14), 'firing'), [60]))).toBe(
      '0 of 1 crossings of a limit were foreseen; 1 told that did not come.',
    );
    expect(foresightWords({ crossings: [], inVain: [] })).toBe('No limit was crossed.');
  });
});
