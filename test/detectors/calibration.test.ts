import { describe, expect, it } from 'vitest';
import { calibrate, decadesOf, probabilityOf, rarityOf } from '../../shared/detectors/calibration.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

const DAY = 86_400;
const STEP = 300;

/** Scores with a memory, as a detector's are: an autoregressive process, squared. */
function scores(rows: number, seed: number): Float64Array {
  const random = createRandom(seed);
  let level = 0;
  return Float64Array.from({ length: rows }, () => {
    level = 0.8 * level + random.normal();
    return level * level;
  });
}

describe('calibration', () => {
  it.each([1, 10, 100, 1000])('knows the probability of what %s of 10,000 rows reached, to within a tenth', (count) => {
    const history = scores(10_000, 1);
    const raw = history.slice().sort().reverse()[count - 1];
    expect(probabilityOf(calibrate([history], STEP), raw) / ((count + 1) / 10_001)).toBeCloseTo(1, 1);
  });

  it('never calls anything rarer than one in all rows and one', () => {
    const calibration = calibrate([scores(999, 1)], STEP);
    expect(probabilityOf(calibration, 1e300)).toBe(1 / 1000);
    expect(probabilityOf(calibration, Infinity)).toBe(1 / 1000);
    expect(probabilityOf(calibration, -1)).toBe(1);
  });

  it('falls as the score rises', () => {
    const calibration = calibrate([scores(3000, 2)], STEP);
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (raw, more) => {
          expect(probabilityOf(calibration, raw + more)).toBeLessThanOrEqual(probabilityOf(calibration, raw));
        },
      ),
    );
  });

  it('ranks by decades: the same as the probability within the evidence, rising beyond it by less than one more row', () => {
    const history = scores(999, 1);
    const calibration = calibrate([history], STEP);
    const largest = Math.max(...history);
    for (const raw of [-1, 0.5, 2, largest]) {
      expect(decadesOf(calibration, raw)).toBe(-Math.log10(probabilityOf(calibration, raw)));
    }
    fc.assert(
      fc.property(
        fc.double({ min: largest, max: 1e300, noNaN: true }),
        fc.double({ min: 1.01, max: 1e5, noNaN: true }),
        (raw, times) => {
          expect(decadesOf(calibration, raw * times)).toBeGreaterThan(decadesOf(calibration, raw));
          expect(decadesOf(calibration, raw * times)).toBeLessThan(Math.log10(1001));
        },
      ),
    );
    const constant = calibrate([new Float64Array(99)], STEP);
    expect(decadesOf(constant, 0)).toBeCloseTo(0, 12);
    expect(decadesOf(constant, 2)).toBeGreaterThan(decadesOf(constant, 1));
  });

  it.each([1, 3, 7])(
    'keeps its word on other history: what is once in %s days comes half to twice as often',
    (days) => {
      const calibration = calibrate([scores(90 * 288, 1)], STEP);
      // The weakest score that is called so rare or rarer.
      let [low, high] = [0, 100];
      for (let turn = 0; turn < 60; turn++) {
        const middle = (low + high) / 2;
        if (rarityOf(calibration, middle).onceInSeconds >= days * DAY) high = middle;
        else low = middle;
      }
      const other = scores(360 * 288, 7);
      let events = 0;
      let last = -Infinity;
      other.forEach((score, row) => {
        if (score < high) return;
        if (row - last >= 12) events++;
        last = row;
      });
      const rate = (events / 360) * days;
      expect(rate).toBeGreaterThan(0.5);
      expect(rate).toBeLessThan(2);
    },
  );

  it('claims nothing beyond its evidence, however many histories were pooled', () => {
    const calibration = calibrate([scores(14 * 288, 1), scores(7 * 288, 2)], STEP);
    expect(rarityOf(calibration, 1e9)).toEqual({
      onceInSeconds: 14 * DAY,
      evidenceSeconds: 14 * DAY,
      unseen: true,
    });
    expect(rarityOf(calibration, 0).onceInSeconds).toBeLessThan(3 * 3600);
    expect(rarityOf(calibration, 0).unseen).toBe(false);
  });

  it('counts one long event once', () => {
    const calm = new Float64Array(2000);
    calm.fill(5, 700, 710);
    expect(rarityOf(calibrate([calm], STEP), 5).onceInSeconds).toBe(1000 * STEP);
  });

  it('leaves out rows that could not be judged', () => {
    const history = scores(1000, 3);
    const holes = new Float64Array(2000).fill(Number.NaN);
    history.forEach((score, row) => (holes[2 * row] = score));
    const [whole, thin] = [calibrate([history], STEP), calibrate([holes], STEP)];
    expect(thin.values).toEqual(whole.values);
    expect(thin.rows).toBe(1000);
  });

  it('stays small however long the history', () => {
    const { values, ranks, peaks } = calibrate([scores(300_000, 1)], STEP);
    expect(values.byteLength + ranks.byteLength + peaks.byteLength).toBeLessThan(10_000);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no score at all', () => calibrate([new Float64Array(5).fill(Number.NaN)], STEP), /no score to calibrate on/],
    ['no history', () => calibrate([], STEP), /no score to calibrate on/],
    ['no step', () => calibrate([new Float64Array(5)], 0), /step is 0 s/],
    [
      'a row that was not judged',
      () => probabilityOf(calibrate([new Float64Array(5)], STEP), Number.NaN),
      /no probability/,
    ],
  ])('refuses %s', (_, misuse, message) => expect(misuse).toThrow(message));
});
