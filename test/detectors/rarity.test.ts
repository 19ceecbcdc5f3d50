import { describe, expect, it } from 'vitest';
import type { SeriesJudgement } from '../../shared/detectors/detector.ts';
import {
  learnRarity,
  rarityOfStrength,
  startRarity,
  strengthOf,
  type RarityState,
} from '../../shared/detectors/rarity.ts';
import { excessOf, scoreOf } from '../../shared/detectors/series-score.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

const STEP = 300;
const DAY_ROWS = 288;
const DAY = 86_400;
const EPISODE_ROWS = 100;

function learnAll(state: RarityState, strengths: Iterable<number>): RarityState {
  for (const strength of strengths) learnRarity(state, strength);
  return state;
}

/** A state past its warm rows, that judged `rows` more with the given strength in the first row of some episodes. */
function after(rows: number, peaks: Readonly<Record<number, number>> = {}): RarityState {
  const state = learnAll(startRarity(STEP), new Array<number>(600).fill(0));
  return learnAll(
    state,
    Array.from({ length: rows }, (_, row) => peaks[row] ?? 0),
  );
}

describe('rarity', () => {
  it('is time judged over one plus the earlier episodes at least as strong', () => {
    const state = after(7 * DAY_ROWS, { 0: 3, 400: 4, 800: 2, 1200: 6 });
    const told = (strength: number) => (rarityOfStrength(state, strength)?.onceInSeconds ?? NaN) / DAY;
    // 7 days; older days and episodes have faded by some percent.
    expect(told(5)).toBeGreaterThan(7 / 2 - 0.3);
    expect(told(5)).toBeLessThan(7 / 2 + 0.3);
    expect(told(3.5)).toBeCloseTo(7 / 3, 0);
    expect(told(1)).toBeCloseTo(7 / 5, 0);
  });

  it('counts rows close to each other as one episode, by the strongest of them', () => {
    const one = after(4 * EPISODE_ROWS, { 5: 3, 6: 4, 50: 3.5 });
    const same = after(4 * EPISODE_ROWS, { 6: 4 });
    expect(rarityOfStrength(one, 2)).toEqual(rarityOfStrength(same, 2));
  });

  it('has nothing to say before there is evidence', () => {
    expect(rarityOfStrength(startRarity(STEP), 3)).toBeNull();
    expect(rarityOfStrength(learnAll(startRarity(STEP), new Array<number>(600).fill(5)), 3)).toBeNull();
  });

  it('never goes beyond its evidence, and says where nothing as strong was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constant(0)), { maxLength: 400 }),
        fc.double({ min: 0, max: 30, noNaN: true }),
        fc.nat(500),
        (strengths, asked, quiet) => {
          const state = learnAll(after(quiet), strengths);
          const evidence = (quiet + strengths.length) * STEP;
          const rarity = rarityOfStrength(state, asked);
          if (evidence === 0) {
            expect(rarity).toBeNull();
            return;
          }
          expect(rarity?.evidenceSeconds).toBe(evidence);
          expect(rarity?.onceInSeconds).toBeLessThanOrEqual(evidence);
          expect(rarity?.onceInSeconds).toBeGreaterThan(0);
          if (rarity?.unseen === true) expect(rarity.onceInSeconds).toBe(evidence);
        },
      ),
    );
  });

  it('calls a stronger row never more usual', () => {
    const random = createRandom(1);
    const state = after(60 * DAY_ROWS, {});
    learnAll(
      state,
      Array.from({ length: 30 * DAY_ROWS }, () => -Math.log(1 - random.next())),
    );
    let last = 0;
    for (let strength = 0; strength < 16; strength += 0.05) {
      const now = rarityOfStrength(state, strength)?.onceInSeconds ?? NaN;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it.each([1, 3, 7])('what it calls once in %d days happens once in so many days', (days) => {
    let called = 0;
    let time = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const random = createRandom(seed);
      const state = startRarity(STEP);
      let peak = 0;
      for (let row = 0; row < 60 * DAY_ROWS; row++) {
        const strength = -0.7 * Math.log(1 - random.next());
        const episodeRow = (row - 600) % EPISODE_ROWS;
        if (row > 30 * DAY_ROWS) {
          time += STEP;
          peak = episodeRow === 0 ? strength : Math.max(peak, strength);
          if (episodeRow === EPISODE_ROWS - 1) {
            if ((rarityOfStrength(state, peak)?.onceInSeconds ?? 0) >= days * DAY) called++;
          }
        }
        learnRarity(state, strength);
      }
    }
    const ratio = called / (time / (days * DAY));
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it.each([1, 3, 7])('is as true, at %d days, where all strengths lie within two bins', (days) => {
    const random = createRandom(11);
    let called = 0;
    let episodes = 0;
    for (let series = 0; series < 40; series++) {
      const state = startRarity(STEP);
      for (let episode = 0; episode < 340; episode++) {
        const peak = 1.7 + 0.08 * random.normal();
        if (episode >= 170) {
          episodes++;
          if ((rarityOfStrength(state, peak)?.onceInSeconds ?? 0) >= days * DAY) called++;
        }
        for (let row = 0; row < EPISODE_ROWS; row++) learnRarity(state, row === 0 ? peak : 0);
      }
    }
    const ratio = called / ((episodes * EPISODE_ROWS * STEP) / (days * DAY));
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it('takes no evidence from episodes that people marked', () => {
    const state = after(300);
    for (let row = 0; row < 300; row++) learnRarity(state, row === 50 ? 8 : 0, row === 50);
    expect(rarityOfStrength(state, 7)?.unseen).toBe(true);
    // Nor from the time they lasted: one of six episodes.
    expect(rarityOfStrength(state, 7)?.evidenceSeconds).toBe(500 * STEP);
    expect(rarityOfStrength(state, 0)?.onceInSeconds).toBeLessThan((500 / 5) * STEP);
    for (let row = 0; row < 300; row++) learnRarity(state, row === 50 ? 8 : 0);
    expect(rarityOfStrength(state, 7)?.unseen).toBe(false);
  });

  it('takes the larger of novelty and severity, in the unit of alerts', () => {
    const judged = (novelty: number, excess: number): Extract<SeriesJudgement, { score: number }> => ({
      score: scoreOf(excess),
      alert: 0,
      novelty,
      expected: 0,
      lower: 0,
      upper: 0,
      channel: '',
    });
    expect(strengthOf(judged(3, 2))).toBe(3);
    expect(strengthOf(judged(1, 4.1))).toBeCloseTo(3.5, 6);
    expect(strengthOf(judged(0, -4))).toBe(0);
  });

  it('reads a score back as the decades it was made of', () => {
    fc.assert(
      fc.property(fc.double({ min: -16, max: 16, noNaN: true }), (excess) => {
        expect(excessOf(scoreOf(excess))).toBeCloseTo(excess, 9);
      }),
    );
  });

  it.each([0, -1, NaN])('refuses a step of %s s', (step) => {
    expect(() => startRarity(step)).toThrow(/stepSeconds is/);
  });
});
