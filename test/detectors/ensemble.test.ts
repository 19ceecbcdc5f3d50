import { describe, expect, it } from 'vitest';
import { featureDetectors } from '../../shared/detectors/catalogue.ts';
import { calibrateEnsemble, judgeByVote, scoresOf } from '../../shared/detectors/ensemble.ts';
import { createRandom } from '../../shared/numeric/random.ts';

const random = createRandom(4);
const history = (rows: number) => Float64Array.from({ length: rows }, () => random.normal());
const a = history(1000);
const b = history(1000);
const both = [
  { name: 'a', weight: 1 },
  { name: 'b', weight: 3 },
];

describe('the ensemble', () => {
  const state = calibrateEnsemble(both, [[a], [b]], 300);

  it('is its only member where there is one', () => {
    const alone = calibrateEnsemble([{ name: 'a', weight: 0.2 }], [[a]], 300);
    const judged = judgeByVote(alone, [2]);
    if ('unscorable' in judged) throw new Error(judged.unscorable);
    expect(judged.value).toBeCloseTo(1 - judged.members[0], 12);
    expect(judged.probability).toBeCloseTo(judged.members[0], 2);
  });

  it('listens to a member by its weight', () => {
    const [byA, byB] = [judgeByVote(state, [4, 0]), judgeByVote(state, [0, 4])];
    expect('value' in byA && 'value' in byB && byB.value > byA.value).toBe(true);
  });

  it('does not listen to a member without weight', () => {
    const deaf = calibrateEnsemble([both[0], { name: 'b', weight: 0 }], [[a], [b]], 300);
    const values = [-9, 0, 9].map((loud) => judgeByVote(deaf, [1, loud]));
    expect(new Set(values.map((judged) => 'value' in judged && judged.value)).size).toBe(1);
  });

  it('is the stranger the stranger any member finds it', () => {
    const value = (raw: readonly number[]) => {
      const judged = judgeByVote(state, raw);
      return 'value' in judged ? judged.value : Number.NaN;
    };
    for (let step = -3; step < 3; step += 0.25) {
      expect(value([step + 0.25, 0])).toBeGreaterThanOrEqual(value([step, 0]));
      expect(value([0, step + 0.25])).toBeGreaterThanOrEqual(value([0, step]));
    }
  });

  it('ranks what is stranger than all of history by how much it is, and calls none of it rarer', () => {
    const of = (raw: readonly number[]) => {
      const judged = judgeByVote(state, raw);
      if ('unscorable' in judged) throw new Error(judged.unscorable);
      return judged;
    };
    const strange = [9, 9.001, 10, 20, 1e3, 1e6, 1e100, 1e300];
    for (const rows of [strange.map((raw) => of([raw, 0])), strange.map((raw) => of([0, raw]))]) {
      rows.slice(1).forEach((one, k) => expect(one.decades).toBeGreaterThan(rows[k].decades));
      expect(new Set(rows.map(({ value }) => value)).size).toBe(1);
      expect(new Set(rows.map(({ probability }) => probability)).size).toBe(1);
    }
    const strangest = of([Infinity, Infinity]);
    expect(strangest.decades).toBeGreaterThanOrEqual(of([1e300, 1e300]).decades);
    expect(strangest.decades).toBeLessThanOrEqual(Math.log10(1002));
    expect(strangest.probability).toBe(1 / 1001);
  });

  it('goes on without a member that cannot judge, and says nothing without any', () => {
    const without = judgeByVote(state, [Number.NaN, 2]);
    if ('unscorable' in without) throw new Error(without.unscorable);
    expect(without.members[0]).toBeNaN();
    expect(without.value).toBeCloseTo(1 - without.members[1], 12);
    expect(judgeByVote(state, [Number.NaN, Number.NaN])).toEqual({ unscorable: 'missing-data' });
    const deaf = calibrateEnsemble([both[0], { name: 'b', weight: 0 }], [[a], [b]], 300);
    expect(judgeByVote(deaf, [Number.NaN, 1])).toEqual({ unscorable: 'missing-data' });
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'nobody with a say',
      () => calibrateEnsemble([{ name: 'a', weight: 0 }], [[a]], 300),
      /No member .* weight above 0/,
    ],
    ['a weight below 0', () => calibrateEnsemble([{ name: 'a', weight: -1 }], [[a]], 300), /weight of 'a' is -1/],
    [
      'a weight that is none',
      () => calibrateEnsemble([{ name: 'a', weight: NaN }], [[a]], 300),
      /weight of 'a' is NaN/,
    ],
    ['scores of another number of members', () => calibrateEnsemble(both, [[a]], 300), /2 members and scores of 1/],
    [
      'histories of different lengths',
      () => calibrateEnsemble(both, [[a], [b.subarray(1)]], 300),
      /different rows of history 0/,
    ],
    ['a score too few', () => judgeByVote(state, [1]), /1 scores for 2 members/],
  ])('refuses %s', (_, misuse, message) => expect(misuse).toThrow(message));

  it.each(Object.values(featureDetectors))(
    'scores many rows of $name as it does each, NaN where it cannot',
    (detector) => {
      const values = Float64Array.from({ length: 600 }, () => random.normal());
      values[30] = Number.NaN;
      const rows = { names: ['x', 'y', 'z'], rows: 200, values };
      const fitted = detector.fit(rows, detector.defaults as never, 1);
      const all = scoresOf(fitted, rows);
      expect(all[10]).toBeNaN();
      for (let row = 0; row < 200; row++) {
        const score = fitted.score(values.subarray(row * 3, row * 3 + 3));
        expect('value' in score ? score.value : Number.NaN).toBe(all[row]);
      }
    },
  );
});
