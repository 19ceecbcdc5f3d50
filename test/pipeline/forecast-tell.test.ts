import { describe, expect, it } from 'vitest';
import type { Outlook } from '../../shared/forecasters/outlook.ts';
import { usuallyBehind } from '../../shared/pipeline/behind-line.ts';
import type { FittedSaturation } from '../../shared/pipeline/fitted-shard.ts';
import type { SeriesForecast, SeriesOutlook } from '../../shared/pipeline/forecast-record.ts';
import { type DangerQuestion, dangerAfter } from '../../shared/pipeline/forecast-danger.ts';
import { tellForecasts } from '../../shared/pipeline/forecast-tell.ts';
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
  isRuled: () => false,
  horizon,
  ...more,
});

const asked = (one: SeriesToTell): DangerQuestion => ({
  ...one,
  before: { danger: one.danger, sureAt: tick },
  confirm: { rows: 2, of: 3 },
  every: period,
  tick,
});

describe('a limit is in danger', () => {
  it.each<[string, boolean, SeriesToTell]>([
    ['where it is foreseen to be crossed', true, toTell(forecast([outlook()]))],
    ['not where nothing is recommended', false, toTell(forecast([outlook(calm)]))],
    ['not where it was crossed unforeseen and nobody wrote it', false, toTell(forecast([outlook(crossed)]))],
    [
      'where somebody wrote it and it was crossed unforeseen',
      true,
      toTell(forecast([outlook({ ...crossed, isAsked: true })]), {}, [70, 70, 81, Number.NaN, 82]),
    ],
    [
      'not by one value beyond it that nobody foresaw',
      false,
      toTell(forecast([outlook({ ...crossed, isAsked: true })]), {}, [81, 82, 70, 70, 99]),
    ],
    [
      'not where a static rule tells that already',
      false,
      toTell(forecast([outlook({ ...crossed, isAsked: true })]), { isRuled: () => true }, [81, 82, 83]),
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
      'still, when its forecaster has lost its skill: that says nothing',
      true,
      toTell(forecast([outlook({ ...calm, probability: 0.1 })], { hasSkill: false }), { danger: ['above'] }),
    ],
    [
      'still, when it cannot be said any more',
      true,
      toTell(forecast([outlook({ ...calm, probability: null })]), { danger: ['above'] }),
    ],
    [
      'not where it could not be said before either',
      false,
      toTell(forecast([outlook({ ...calm, probability: null })])),
    ],
    [
      'as before where nothing can be forecast',
      true,
      toTell(forecast([], { missing: 'missing-data' }), { danger: ['above'] }),
    ],
    ['no longer where the limit was taken away', false, toTell(forecast([]), { danger: ['above'] })],
  ])('%s', (_title, is, one) => {
    expect(dangerAfter(asked(one)).danger).toEqual(is ? ['above'] : []);
  });

  it('by as many values as the watch confirms by, where nobody foresaw it', () => {
    const one = toTell(forecast([outlook({ ...crossed, isAsked: true })]), {}, [70, 70, 70, 99]);
    expect(dangerAfter({ ...asked(one), confirm: { rows: 1, of: 1 } }).danger).toEqual(['above']);
    expect(dangerAfter({ ...asked(one), confirm: { rows: 1, of: 5 } }).danger).toEqual(['above']);
    expect(dangerAfter({ ...asked(one), confirm: { rows: 2, of: 5 } }).danger).toEqual([]);
  });

  it('until its horizon and three forecasts more have passed of which none can say so', () => {
    const one = toTell(forecast([outlook({ ...calm, probability: null })]), { danger: ['above'] });
    const seen: number[] = [];
    let before: DangerQuestion['before'] = { danger: ['above'], sureAt: tick };
    for (let k = 1; k <= 20; k++) {
      before = dangerAfter({ ...asked(one), before, tick: tick + k * period });
      if (before.danger.length > 0) seen.push(k);
    }
    expect(seen).toEqual(Array.from({ length: horizon / period + 3 }, (_, k) => k + 1));
  });

  it('as long again once a forecast has said so', () => {
    const unsaid = toTell(forecast([outlook({ ...calm, probability: null })]), { danger: ['above'] });
    const said = toTell(forecast([outlook()]), { danger: ['above'] });
    const late = tick + horizon;
    expect(dangerAfter({ ...asked(unsaid), tick: late })).toEqual({ danger: ['above'], sureAt: tick });
    expect(dangerAfter({ ...asked(said), tick: late })).toEqual({ danger: ['above'], sureAt: late });
  });
});

const saturation = (more: Partial<FittedSaturation> = {}): FittedSaturation => ({
  limit: { value: 100, side: 'above' },
  reachesAt: tick + 9 * 86_400,
  earliest: tick + 6 * 86_400,
  latest: tick + 14 * 86_400,
  perDay: 1.2,
  note: '',
  usual: 30,
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

  const urgent: Partial<SeriesOutlook> = { recommendation: 'SCALE_IMMEDIATELY' };
  const written: Partial<SeriesOutlook> = { severity: 'CRITICAL', recommendation: 'MONITOR' };
  it.each<[string, Partial<SeriesOutlook>, unknown]>([
    ['is as grave as its advice, which the table may change', urgent, { severity: 'CRITICAL', isProposed: true }],
    ['is as grave as the limit says, where it is sure', { ...written, probability: 0.65 }, { severity: 'CRITICAL' }],
    ['is no graver than MEDIUM where it is less sure', { ...written, probability: 0.64 }, { severity: 'MEDIUM' }],
    [
      'is as mild as the limit says, however unsure',
      { ...written, severity: 'LOW', probability: 0.5 },
      { severity: 'LOW' },
    ],
    ['is HIGH at most where nobody foresaw it', { ...urgent, ...crossed, ...urgent }, { severity: 'HIGH' }],
    ['is as grave as the limit says where nobody foresaw it', { ...written, ...crossed }, { severity: 'CRITICAL' }],
  ])('%s', (_title, more, severity) => {
    const said = statement(toTell(forecast([outlook(more)]), { danger: ['above'] }));
    expect(said).toMatchObject(severity as object);
    expect(said.isProposed).toBe(more.severity === undefined ? true : undefined);
  });

  it('stays HIGH at most while what nobody foresaw goes on, and no longer than until more is foreseen', () => {
    const dangerous = (more: Partial<SeriesOutlook>): SeriesToTell =>
      toTell(forecast([outlook(more)]), { danger: ['above'] });
    const over = toTell(forecast([outlook(calm)]));
    const unseen = dangerous({ ...crossed, ...urgent });
    const watched = dangerous({ ...calm, probability: 0.4 });
    const severitiesOf = (ticks: readonly SeriesToTell[]) => {
      let told: readonly Told[] = [];
      return ticks.map((one, k) => {
        const telling = tellForecasts([one], told, tick + k * period);
        told = telling.told;
        return telling.statements[0].severity;
      });
    };
    expect(severitiesOf([unseen, watched, unseen])).toEqual(['HIGH', 'LOW', 'HIGH']);
    expect(severitiesOf([unseen, dangerous(urgent), unseen])).toEqual(['HIGH', 'CRITICAL', 'CRITICAL']);
    expect(severitiesOf([dangerous(urgent), unseen])).toEqual(['CRITICAL', 'CRITICAL']);
    expect(severitiesOf([dangerous(urgent), over, unseen])).toEqual(['CRITICAL', undefined, 'HIGH']);
  });

  it('becomes no graver once a rule tells the crossing that was foreseen', () => {
    const soon = toTell(forecast([outlook()]), { danger: ['above'] });
    const [earlier] = tellForecasts([soon], [], tick).told;
    const come = (isRuled: boolean) =>
      toTell(forecast([outlook({ ...crossed, ...urgent })]), { danger: ['above'], isRuled: () => isRuled });
    const severityOf = (one: SeriesToTell) => tellForecasts([one], [earlier], tick + period).statements[0].severity;
    expect([severityOf(come(false)), severityOf(come(true))]).toEqual(['CRITICAL', 'HIGH']);
  });

  it('cannot be said while its forecaster has no skill, and says why', () => {
    const unsaid = outlook({ ...calm, probability: 0.9, note: 'no better than the last value' });
    const one = toTell(forecast([unsaid], { hasSkill: false }), { danger: ['above'] });
    const [earlier] = tellForecasts([foreseen], [], tick).told;
    expect(tellForecasts([one], [earlier], tick + period).statements[0]).toMatchObject({
      status: 'unknown',
      severity: 'HIGH',
      explanation: 'whether cpu goes above its limit of 80 cannot be said: no better than the last value',
    });
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
      const known = { start: tick - slots * period, stepSeconds: period, values };
      const line = saturation({ reachesAt });
      return {
        ...toTell(forecast([], { current: current ?? values[slots - 1] })),
        // What ticks have of it: how far behind its line it usually is was measured when it was fitted.
        known: { ...known, start: tick - 12 * period, values: values.subarray(-12) },
        saturation: { ...line, usual: usuallyBehind(line, known, tick - age) },
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
