import { describe, expect, it } from 'vitest';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import type { ToldForecast } from '../../shared/presentation/forecast-words.ts';
import { byUrgency, recommendationCard, type CardFacts } from '../../shared/presentation/recommendation-card.ts';
import fc from '../fakes/property.ts';
import { at, foreseenOf } from './notice-examples.ts';

const options = { width: 80, colours: false, unicode: true, chartRows: 0 };
const told = (change: Partial<ToldForecast> = {}): ToldForecast => {
  const { forecast } = foreseenOf(change);
  if (forecast === undefined) throw new Error('an example without its forecast');
  return forecast;
};
const card = (expected: CardFacts['expected'] = told(), more: Partial<CardFacts> = {}): CardFacts => ({
  entity: 'web-1',
  label: 'CPUUtilization',
  unit: 'Percent',
  at,
  newest: { time: at - 300, value: 71.24 },
  expected,
  range: { level: 80, lower: 84, upper: 97.2 },
  forecaster: 'automatic',
  origins: 139,
  ...more,
});
const text = (facts: CardFacts, how = options): string => recommendationCard(facts, how).join('\n');

describe('the recommendation card', () => {
  it('says where it stands, what is expected, what to do, and what that is worth', () => {
    expect(`\n${text(card())}\n`).toMatchInlineSnapshot(`
      "
      SCALE_SOON  web-1 CPUUtilization will cross 80 % in about 25 min
        now             71.2 % at 09:37 UTC
        predicted peak  93.4 % at 10:22 UTC, in 40 minutes
        80 % range      84 to 97.2 % then
        limit           above 80 %
        crossing        3 in 4 (76 %), about 10:07 UTC
        recommendation  scale soon (SCALE_SOON)
        scale to        1.34 times what there is
        forecasts were  38 % better than the last value (automatic, measured at 139
                        times of its history)
      "
    `);
  });

  it.each<[string, CardFacts, RegExp]>([
    [
      'no skill is said plainly',
      card(told({ skill: -0.1, recommendation: 'NONE' })),
      /forecasts were +no better than the last value/,
    ],
    ['a limit that is crossed is no forecast', card(told({ isBeyond: true })), /above 80 %, crossed already/],
    ['a probability that nobody knows', card(told({ probability: null })), /crossing +cannot be told/],
    ['too little history', card({ unforecastable: 'not-enough-history' }), /needs a day of history/],
    ['a series that stopped', card({ unforecastable: 'missing-data' }), /its newest points are missing/],
    [
      'nothing measured at all',
      card({ unforecastable: 'missing-data' }, { newest: { time: at, value: Number.NaN } }),
      /now +unknown/,
    ],
    ['what runs low has a low', card(told({ limit: { value: 5, side: 'below' } })), /predicted low +93\.4 %/],
    [
      'a slow trend beside it',
      card(told(), { saturation: told({ crossesAt: at + 9 * 86_400, between: [at + 6 * 86_400, at + 14 * 86_400] }) }),
      /slow trend +will reach 80 % in about 9 days \(6 to 14\)/,
    ],
  ])('%s', (_title, facts, words) => {
    expect(text(facts)).toMatch(words);
  });

  it('below its limit there is nothing to say in the headline', () => {
    expect(recommendationCard(card(told({ recommendation: 'NONE', probability: 0.1 })), options)[0]).toBe(
      'NONE  web-1 CPUUtilization',
    );
  });

  it('is no wider than asked, and nothing in it steers the terminal', () => {
    const nasty = ['', 'web', '\u001b[2J', 'x'.repeat(10_000), '\u202eevil', '\ud800', 'a\r\n\u2028b', 'שרת 97'];
    const name = fc.constantFrom(...nasty);
    const number = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, 1e308));
    fc.assert(
      fc.property(name, name, number, fc.option(number), number, (entity, note, value, probability, crossesAt) => {
        const lines = recommendationCard(
          card(told({ note, probability, crossesAt, peak: { time: crossesAt, value } }), {
            entity,
            newest: { time: at, value },
          }),
          options,
        );
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u);
      }),
      { numRuns: 25 },
    );
  });
});

describe('worst first', () => {
  const none = card(told({ recommendation: 'NONE' }));
  const soon = card(told());
  it.each<[string, CardFacts, CardFacts]>([
    ['the gravest advice', card(told({ recommendation: 'SCALE_IMMEDIATELY' })), soon],
    ['what is beyond its limit', card(told({ isBeyond: true, probability: 0.1 })), soon],
    ['the likelier', card(told({ probability: 0.9 })), soon],
    ['the sooner', card(told({ crossesAt: at + 60 })), soon],
    ['any that can be told', none, card({ unforecastable: 'missing-data' })],
    ['by name, where nothing else decides', card(told(), { entity: 'a' }), soon],
  ])('%s comes first', (_title, first, second) => {
    expect([second, first].sort(byUrgency)).toEqual([first, second]);
    expect(byUrgency(first, first)).toBe(0);
  });

  it('is an order: whichever way they come, they end up the same', () => {
    const facts = fc.record({
      recommendation: fc.constantFrom(...recommendations),
      isBeyond: fc.boolean(),
      probability: fc.option(fc.double()),
      crossesAt: fc.option(fc.constantFrom(at, at + 60, Infinity)),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), (all) => {
        const cards = all.map((change, k) => card(told(change), { entity: `e${k}` }));
        const names = (list: readonly CardFacts[]): string[] => [...list].sort(byUrgency).map(({ entity }) => entity);
        expect(names([...cards].reverse())).toEqual(names(cards));
      }),
    );
  });
});
