import { describe, expect, it } from 'vitest';
import {
  adviceWords,
  crossingWords,
  forecastReason,
  oddsWords,
  skillWords,
  whenWords,
  type ToldForecast,
} from '../../shared/presentation/forecast-words.ts';
import fc from '../fakes/property.ts';
import { at, foreseenOf } from './notice-examples.ts';

const day = 86_400;
const told = (change: Partial<ToldForecast> = {}): ToldForecast => {
  const { forecast } = foreseenOf(change);
  if (forecast === undefined) throw new Error('an example without its forecast');
  return forecast;
};
const ahead = (seconds: number): ToldForecast => told({ crossesAt: at + seconds });
const below = (value: number): ToldForecast => told({ limit: { value, side: 'below' } });
const slow = told({ crossesAt: at + 9 * day, between: [at + 6 * day, at + 14 * day], probability: null });

const arrived = (value: number, side: 'above' | 'below'): ToldForecast =>
  told({ limit: { value, side }, probability: null, crossesAt: null, isBeyond: true });

describe('what is said of a crossing', () => {
  it.each<[string, ToldForecast | undefined, string, string]>([
    ['minutes ahead', told(), 'Percent', 'will cross 80 % in about 25 min'],
    ['at once', ahead(20), 'Percent', 'will cross 80 % any moment'],
    ['when its time has come', ahead(-300), 'Percent', 'will cross 80 % any moment'],
    ['hours ahead', ahead(5 * 3600), 'Percent', 'will cross 80 % in about 5 hours'],
    ['rather not than so', told({ probability: 0.3 }), 'Percent', 'may cross 80 % in about 25 min'],
    ['nobody knows when', told({ crossesAt: null }), 'Percent', 'may cross 80 %'],
    ['crossed already', told({ isBeyond: true }), 'Percent', 'is above 80 %'],
    ['a limit below', below(12_000), 'Count', 'will fall below 12000 in about 25 min'],
    ['what runs out', below(0), 'Bytes', 'will be used up in about 25 min'],
    ['below already', { ...below(5), isBeyond: true }, 'Gigabytes', 'is below 5 GB'],
    [
      'a slow trend',
      { ...slow, limit: { value: 90, side: 'above' } },
      'Percent',
      'will reach 90 % in about 9 days (6 to 14)',
    ],
    [
      'a disk that fills',
      { ...slow, limit: { value: 100, side: 'above' } },
      'Percent',
      'will be full in about 9 days (6 to 14)',
    ],
    ['a time that is none', ahead(Number.NaN), 'Percent', 'will cross 80 %'],
    ['a disk that is full', arrived(100, 'above'), 'Percent', 'is full'],
    ['a share that has come to its limit', arrived(90, 'above'), 'Percent', 'has reached 90 %'],
    ['what is used up', arrived(0, 'below'), 'Count', 'is used up'],
    ['what has fallen to its limit', arrived(20, 'below'), 'Percent', 'has fallen to 20 %'],
    ['nothing but the kind of it', undefined, 'Percent', 'is expected to cross its limit'],
  ])('%s', (_title, forecast, unit, words) => {
    expect(crossingWords(forecast, unit, at)).toBe(words);
  });

  it.each<[string, ToldForecast, string]>([
    ['minutes ahead: when, and how sure', told(), 'crossing about 10:07 UTC, 3 in 4'],
    ['days ahead: the day is enough', slow, 'crossing about Nov 30, between Nov 27 and Dec 5'],
    ['crossed: nothing is left to come', told({ isBeyond: true }), ''],
    ['no time: how sure', told({ crossesAt: null }), '3 in 4'],
  ])('%s', (_title, forecast, words) => {
    expect(whenWords(forecast, at)).toBe(words);
  });
});

describe('odds', () => {
  it.each([
    [0, 'unlikely'],
    [0.049, 'unlikely'],
    [0.05, '1 in 10'],
    [0.3, '1 in 3'],
    [0.5, '1 in 2'],
    [0.76, '3 in 4'],
    [0.9, '9 in 10'],
    [0.95, 'almost certain'],
    [1, 'almost certain'],
    [null, ''],
    [Number.NaN, ''],
    [1.2, ''],
    [-0.1, ''],
  ])('of %s are "%s"', (probability, words) => {
    expect(oddsWords(probability)).toBe(words);
  });

  it('are never farther from the truth than a tenth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.9499, noNaN: true }), (probability) => {
        const [count, of] = oddsWords(probability).split(' in ').map(Number);
        expect(Math.abs(count / of - probability)).toBeLessThanOrEqual(0.1);
      }),
    );
  });
});

describe('what a forecast is worth', () => {
  it.each([
    [0.38, '38 % better than the last value'],
    [0.02, '2 % better than the last value'],
    [0.0199, 'no better than the last value'],
    [-0.4, 'no better than the last value'],
    [null, 'not measured yet: too little history'],
    [Number.NaN, 'not measured yet: too little history'],
  ])('of a skill of %s it is said "%s"', (skill, words) => {
    expect(skillWords(skill)).toBe(words);
  });

  it('advice comes with the capacity to go to, where there is one', () => {
    expect(adviceWords(told())).toBe('scale soon, to 1.34 times what there is (SCALE_SOON)');
    expect(adviceWords(told({ scaleTo: null, recommendation: 'MONITOR' }))).toBe('keep an eye on it (MONITOR)');
  });

  it.each([0, -1, Number.NaN, Infinity, 1e9])('a capacity of %s is none', (scaleTo) => {
    expect(adviceWords(told({ scaleTo }))).toBe('scale soon (SCALE_SOON)');
  });

  it('the reason says advice, worth and note, each once; of a trend over days no worth that was never measured', () => {
    expect(forecastReason(foreseenOf({ note: 'its level shifted an hour ago' }))).toBe(
      'Advice: scale soon, to 1.34 times what there is (SCALE_SOON). ' +
        'Forecasts of it were 38 % better than the last value. its level shifted an hour ago.',
    );
    const trend = foreseenOf({ skill: null, between: [at, at + day], recommendation: 'MONITOR', scaleTo: null });
    expect(forecastReason(trend)).toBe('Advice: keep an eye on it (MONITOR).');
  });
});
