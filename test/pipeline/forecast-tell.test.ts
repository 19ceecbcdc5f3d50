import { describe, expect, it } from 'vitest';
import type { Outlook } from '../../shared/forecasters/outlook.ts';
import type { FittedSaturation } from '../../shared/pipeline/fitted-shard.ts';
import type { SeriesForecast, SeriesOutlook } from '../../shared/pipeline/forecast-record.ts';
import { dangerAfter, tellForecasts } from '../../shared/pipeline/forecast-tell.ts';
import type { SeriesToTell } from '../../shared/pipeline/series-to-tell.ts';
import type { Told } from '../../shared/pipeline/shard-state.ts';

const tick = 1_772_445_600;
const period = 300;
const horizon = 2700;

const outlook = (more: Partial<SeriesOutlook> = {}): SeriesOutlook => ({
  limit: { value: 80, side: 'above' },
  probability: 0.9,
  crossesAt: tick + 1500,
  isBeyond: false,
  peak: { time: tick + 2400, value: 91 },
  recommendation: 'SCALE_SOON',
  scaleTo: 1.3,
  note: '',
  isAsked: false,
  ...more,
});
const calm: Partial<Outlook> = { probability: 0.05, crossesAt: null, recommendation: 'NONE', scaleTo: null };
const crossed: Partial<Outlook> = { isBeyond: true, probability: 1, crossesAt: tick };

const none = new Float32Array(0);
const forecast = (outlooks: readonly SeriesOutlook[], more: Partial<SeriesForecast> = {}): SeriesForecast => ({
  id: 'e/cpu',
  missing: null,
  forecaster: 'automatic',
  skill: 0.5,
  hasSkill: true,
  isMature: true,
  current: 71,
  currentTime: tick - period,
  start: tick,
  mean: none,
  lower80: none,
  upper80: none,
  lower95: none,
  upper95: none,
  outlooks,
  ...more,
});

/** @param past the newest values, one per slot. */
const toTell = (
  made: SeriesForecast,
  more: Partial<SeriesToTell> = {},
  past: readonly number[] = [70, 70, 71],
): SeriesToTell => ({
  description: {
    id: 'e/cpu',
    entity: 'e',
    label: 'cpu',
    metric: { namespace: 'Test', name: 'cpu', dimensions: {}, statistic: 'Average' },
    periodSeconds: period,
    nature: { unit: 'Percent', bad: 'up', gap: 'gap', highest: 100 },
  },
  made,
  known: { start: tick - period * past.length, stepSeconds: period, values: Float64Array.from(past) },
  danger: [],
  saturation: null,
  fittedAt: tick,
  isRuled: () => false,
  horizon,
  ...more,
});

describe('a limit is in danger', () => {
  it.each<[string, boolean, SeriesToTell]>([
    ['where it is foreseen to be crossed', true, toTell(forecast([outlook()]))],
    ['not where nothing is recommended', false, toTell(forecast([outlook(calm)]))],
    ['not where it was crossed unforeseen and nobody wrote it', false, toTell(forecast([outlook(crossed)]))],
    [
      'where somebody wrote it and it was crossed unforeseen',
      true,
      toTell(forecast([outlook({ ...crossed, isAsked: true })])),
    ],
    [
      'not where a static rule tells that already',
      false,
      toTell(forecast([outlook({ ...crossed, isAsked: true })]), { isRuled: (side) => side === 'above' }),
    ],
    ['not again while it dances around it', false, toTell(forecast([outlook()]), {}, [79, 81, 79, 78])],
    [
      'again once it was quiet for as long as is looked ahead',
      true,
      toTell(forecast([outlook()]), {}, [81, ...Array<number>(9).fill(70)]),
    ],
    [
      'also while it dances, where somebody wrote it',
      true,
      toTell(forecast([outlook({ isAsked: true })]), {}, [79, 81, 79, 78]),
    ],
    ['still, when what was foreseen has come', true, toTell(forecast([outlook(crossed)]), { danger: ['above'] })],
    [
      'still, while it is as probable as 3 in 10',
      true,
      toTell(forecast([outlook({ ...calm, probability: 0.3 })]), { danger: ['above'] }),
    ],
    [
      'no longer when it is less probable',
      false,
      toTell(forecast([outlook({ ...calm, probability: 0.29 })]), { danger: ['above'] }),
    ],
    [
      'no longer when its forecaster has lost its skill',
      false,
      toTell(forecast([outlook({ ...calm, probability: 0.9 })], { hasSkill: false }), { danger: ['above'] }),
    ],
    [
      'as before where nothing can be forecast',
      true,
      toTell(forecast([], { missing: 'missing-data' }), { danger: ['above'] }),
    ],
    ['no longer where the limit was taken away', false, toTell(forecast([]), { danger: ['above'] })],
  ])('%s', (_title, is, one) => {
    expect(dangerAfter(one)).toEqual(is ? ['above'] : []);
  });
});

const saturation = (more: Partial<FittedSaturation> = {}): FittedSaturation => ({
  limit: { value: 100, side: 'above' },
  reachesAt: tick + 9 * 86_400,
  earliest: tick + 6 * 86_400,
  latest: tick + 14 * 86_400,
  perDay: 1.2,
  note: '',
  ...more,
});

/** What is said at one tick after another, each following from what was told at the one before. */
function story(ticks: readonly (readonly SeriesToTell[])[]) {
  let told: readonly Told[] = [];
  return ticks.map((series, k) => {
    const telling = tellForecasts(series, told, tick + k * period);
    told = telling.told;
    return telling.statements.map(({ key, status }) => `${key} ${status}`).join(', ');
  });
}

describe('what is told', () => {
  const foreseen = toTell(forecast([outlook()]), { danger: ['above'] });
  const over = toTell(forecast([outlook(calm)]));
  const unknown = toTell(forecast([], { missing: 'missing-data' }), { danger: ['above'] });

  it.each<[string, readonly (readonly SeriesToTell[])[], readonly string[]]>([
    ['nothing of what is calm', [[over], [over]], ['', '']],
    ['nothing of what could never be forecast', [[unknown], [unknown]], ['', '']],
    [
      'a danger at every tick, and its end three times',
      [[foreseen], [foreseen], [over], [over], [over], [over]],
      [...Array<string>(2).fill('forecast:e/cpu firing'), ...Array<string>(3).fill('forecast:e/cpu normal'), ''],
    ],
    [
      'a gap as unknown, which ends nothing',
      [[foreseen], [unknown], [unknown], [foreseen]],
      ['forecast:e/cpu firing', 'forecast:e/cpu unknown', 'forecast:e/cpu unknown', 'forecast:e/cpu firing'],
    ],
    [
      'what is no longer looked after three times as over',
      [[foreseen], [], [], [], []],
      ['forecast:e/cpu firing', ...Array<string>(3).fill('forecast:e/cpu normal'), ''],
    ],
    [
      'what fills up beside what will be crossed',
      [[{ ...foreseen, saturation: saturation() }]],
      ['forecast:e/cpu firing, saturation:e/cpu firing'],
    ],
    [
      'nothing of what will be full in a month',
      [[{ ...over, saturation: saturation({ reachesAt: tick + 30 * 86_400 }) }]],
      [''],
    ],
    [
      'that it does not fill up any more',
      [[{ ...over, saturation: saturation() }], [{ ...over, saturation: saturation({ reachesAt: null }) }]],
      ['saturation:e/cpu firing', 'saturation:e/cpu normal'],
    ],
    [
      'what fills up as unknown while its training cannot be read',
      [[{ ...over, saturation: saturation() }], [{ ...over, saturation: undefined }]],
      ['saturation:e/cpu firing', 'saturation:e/cpu unknown'],
    ],
  ])('is %s', (_title, ticks, said) => {
    expect(story(ticks)).toEqual(said);
  });

  const statement = (one: SeriesToTell) => tellForecasts([one], [], tick).statements[0];

  it('says when, how sure, what is and what is expected, and what is advised', () => {
    expect(statement(foreseen)).toMatchObject({
      kind: 'forecast',
      source: 'crossing',
      since: tick,
      severity: 'HIGH',
      observed: 71,
      score: 0.9,
      explanation: 'cpu is expected above its limit of 80 in about 25 minutes (90 %), now 71, peak of 91 expected',
      forecast: { recommendation: 'SCALE_SOON', scaleTo: 1.3, crossesAt: tick + 1500, isBeyond: false, skill: 0.5 },
    });
  });

  it('says that a limit which is crossed now is crossed, and not that it will be', () => {
    const one = toTell(forecast([outlook(crossed)], { current: 84 }), { danger: ['above'] });
    expect(statement(one)).toMatchObject({
      explanation: 'cpu is above its limit of 80, now 84, peak of 91 expected',
      forecast: { isBeyond: true, crossesAt: null },
    });
  });

  it('is as grave as the limit says, where it says so', () => {
    const one = toTell(forecast([outlook({ severity: 'CRITICAL', recommendation: 'MONITOR' })]), { danger: ['above'] });
    expect(statement(one).severity).toBe('CRITICAL');
  });

  it('keeps an eye on a danger that passes', () => {
    const one = toTell(forecast([outlook({ ...calm, probability: 0.4 })]), { danger: ['above'] });
    expect(statement(one)).toMatchObject({ severity: 'LOW', forecast: { recommendation: 'MONITOR' } });
  });

  it('tells of two limits the graver one', () => {
    const low = outlook({ limit: { value: 20, side: 'below' }, recommendation: 'MONITOR' });
    const one = toTell(forecast([outlook(), low]), { danger: ['above', 'below'] });
    expect(statement(one).forecast?.limit.side).toBe('above');
  });

  it('says in how many days something is full, and between which', () => {
    expect(statement({ ...toTell(forecast([])), saturation: saturation() })).toMatchObject({
      source: 'saturation',
      severity: 'LOW',
      explanation: 'cpu will be full in about 9 days: 1.2 a day',
      forecast: { between: [tick + 6 * 86_400, tick + 14 * 86_400], probability: null, recommendation: 'MONITOR' },
    });
  });

  it.each([
    ['within a day', 20 * 3600, 'HIGH'],
    ['within three days', 2.5 * 86_400, 'MEDIUM'],
    ['within two weeks', 13 * 86_400, 'LOW'],
  ])('finds graver what is full %s', (_title, seconds, severity) => {
    const one = { ...toTell(forecast([])), saturation: saturation({ reachesAt: tick + seconds }) };
    expect(statement(one).severity).toBe(severity);
  });

  describe('of a slow trend', () => {
    const hour = 3600;
    const day = 24 * hour;
    /** Ten days of a line with a daily rhythm of ±3, fitted `age` ago; the newest hour is `fallen` lower. */
    const filling = (left: number, age = 0, fallen = 0, current?: number): SeriesToTell => {
      const reachesAt = tick + left;
      const slots = (10 * day) / period;
      const values = Float64Array.from({ length: slots }, (_, k) => {
        const time = tick - (slots - k) * period;
        const line = 100 - (1.2 * (reachesAt - time)) / day;
        return line - 3 + 3 * Math.cos((2 * Math.PI * time) / day) - (k >= slots - 12 ? fallen : 0);
      });
      return {
        ...toTell(forecast([], { current: current ?? values[slots - 1] })),
        known: { start: tick - slots * period, stepSeconds: period, values },
        saturation: saturation({ reachesAt }),
        fittedAt: tick - age,
      };
    };
    const full = { ...filling(-2 * hour), made: forecast([], { current: 100 }) };
    const stands: SeriesToTell = { ...full, saturation: saturation({ reachesAt: null, perDay: 0 }) };

    it.each<[string, readonly SeriesToTell[], readonly string[]]>([
      ['nothing where it is there already when it is fitted', [stands, stands], ['', '']],
      ['nothing of a line that should have got there before', [filling(0), filling(-hour)], ['', '']],
      [
        'that it is full, for as long as it is, where that was foreseen',
        [filling(hour), full, stands],
        Array<string>(3).fill('saturation:e/cpu firing'),
      ],
      [
        'that it should be full, and no longer than a day',
        [filling(hour), filling(-hour), filling(-day)],
        ['saturation:e/cpu firing', 'saturation:e/cpu firing', 'saturation:e/cpu normal'],
      ],
      [
        'at once that it has passed, where somebody cleaned up since it was fitted',
        [filling(9 * day, 5 * hour), filling(9 * day, 5 * hour, 20)],
        ['saturation:e/cpu firing', 'saturation:e/cpu normal'],
      ],
      [
        'on what only breathes with the day',
        [filling(9 * day, 5 * hour), filling(9 * day, 5 * hour, 1)],
        Array<string>(2).fill('saturation:e/cpu firing'),
      ],
    ])('is %s', (_title, ticks, said) => {
      const bare = ticks.map((one) => [one]);
      expect(story(bare)).toEqual(said);
    });

    it('says that it is full, and not that it will be', () => {
      const [earlier] = tellForecasts([filling(hour)], [], tick).told;
      expect(tellForecasts([stands], [earlier], tick + period).statements[0]).toMatchObject({
        explanation: 'cpu is full',
        forecast: { crossesAt: null, isBeyond: true },
      });
    });
  });
});
