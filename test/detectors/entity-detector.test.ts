import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EntityJudgement } from '../../shared/detectors/detector.ts';
import { entityDetector } from '../../shared/detectors/entity-detector.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

interface Reference {
  readonly stepSeconds: number;
  readonly rows: readonly (readonly number[])[];
  readonly severity: readonly number[];
  readonly novelty: readonly number[];
  readonly shares: readonly (readonly number[])[];
}
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/entity-detector/reference.json', import.meta.url), 'utf8'),
) as Reference;

type Scored = Extract<EntityJudgement, { score: number }>;
const scored = (judgement: EntityJudgement): Scored => {
  if ('unscorable' in judgement) throw new Error(`unscorable: ${judgement.unscorable}`);
  return judgement;
};
/** The event threshold, a severity of 20, on the scale of `score`. */
const ENTITY_EVENT_SCORE = (2 + Math.SQRT2) / 4;
/** Undoes the map to 0…1. */
const severityOf = (score: number): number => (20 * (2 * score - 1)) / Math.sqrt(1 - (2 * score - 1) ** 2);

const HALF_HOUR = 1800;
const A_DAY = 48;

/** A calm server: `columns` noisy metrics around 50 with a daily rhythm. */
function calm(rows: number, columns: number, seed = 1): Float64Array[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(
      { length: columns },
      (_, column) => 50 + 10 * Math.sin((2 * Math.PI * row) / A_DAY + column) + random.normal(),
    ),
  );
}

function run(rows: readonly Float64Array[], stepSeconds = HALF_HOUR) {
  const state = entityDetector.start(entityDetector.defaults, rows[0].length, stepSeconds);
  return { state, judgements: rows.map((row) => entityDetector.step(state, row)) };
}

describe('the entity detector', () => {
  it('agrees with its numpy specification to seven digits on every row that it judges', () => {
    const { judgements } = run(
      reference.rows.map((row) => Float64Array.from(row)),
      reference.stepSeconds,
    );
    const judged = judgements.flatMap((judgement, row) => ('score' in judgement ? [{ judgement, row }] : []));
    expect(judged).toHaveLength(reference.rows.length - 2 * 72 - 51);
    for (const { judgement, row } of judged) {
      expect(severityOf(judgement.score)).toBeCloseTo(reference.severity[row], 5);
      expect(judgement.novelty).toBeCloseTo(reference.novelty[row], 6);
      judgement.shares.forEach((share, column) => expect(share).toBeCloseTo(reference.shares[row][column], 5));
    }
    expect(judged.filter(({ judgement }) => judgement.alert > 0).length).toBeGreaterThan(1);
  });

  it('reaches the event score exactly at the event threshold, and only with an alert or a severity of 20', () => {
    expect(severityOf(ENTITY_EVENT_SCORE)).toBeCloseTo(20, 9);
    const { judgements } = run(calm(600, 5));
    for (const judgement of judgements)
      if ('score' in judgement && judgement.alert === 0) expect(judgement.score).toBeLessThan(ENTITY_EVENT_SCORE);
  });

  it('says that it cannot judge for two days and a warm-up, rather than calling them ordinary', () => {
    const { judgements } = run(calm(400, 5));
    const first = judgements.findIndex((judgement) => 'score' in judgement);
    expect(first).toBe(2 * A_DAY + 51);
    expect(judgements.slice(0, first).every((one) => 'unscorable' in one)).toBe(true);
  });

  it.each([
    [
      'a column that leaps is named as a jump',
      (row: Float64Array) => (row[3] += 500),
      1,
      /^a jump, \d+ times its usual step$/,
    ],
    [
      'a column that stays high is named above usual',
      (row: Float64Array) => (row[3] += 200),
      12,
      /^(far )?above usual$/,
    ],
    [
      'a column that stays low is named below usual',
      (row: Float64Array) => (row[3] -= 200),
      12,
      /^(far )?below usual$/,
    ],
  ])('%s, and given the largest share', (_, plant, rows, words) => {
    const history = calm(900, 8);
    for (const row of history.slice(900 - rows)) plant(row);
    const last = scored(run(history).judgements.at(-1)!);
    expect(last.shares.indexOf(Math.max(...last.shares))).toBe(3);
    expect(last.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(last.describe(3)).toMatch(words);
  });

  it('names a column that shakes about its usual level unsteady', () => {
    const history = calm(900, 8);
    history.slice(880).forEach((row, index) => (row[2] += index % 2 === 0 ? 25 : -25));
    const { judgements } = run(history);
    const last = scored(judgements.at(-1)!);
    expect(last.shares.indexOf(Math.max(...last.shares))).toBe(2);
    const words = judgements.slice(885).map((judgement) => scored(judgement).describe(2));
    expect(words).toContain('more unsteady than usual');
  });

  it('tells somebody at the first row of a storm over several metrics', () => {
    const history = calm(900, 16);
    for (let column = 0; column < 6; column++) history[899][column] += 300;
    const { judgements } = run(history);
    const last = scored(judgements.at(-1)!);
    expect(last.alert).toBe(last.novelty);
    expect(last.alert).toBeGreaterThan(5);
    expect(last.score).toBeGreaterThan(ENTITY_EVENT_SCORE);
  });

  it('judges a row by the columns it has, and learns nothing from those it has not', () => {
    const whole = run(calm(600, 6)).state;
    const before = Float64Array.from(whole.fields);
    const row = calm(601, 6).at(-1)!;
    row[2] = Number.NaN;
    expect(entityDetector.step(whole, row)).toHaveProperty('score');
    const width = whole.fields.length / 6;
    expect(whole.fields.subarray(2 * width, 3 * width)).toEqual(before.subarray(2 * width, 3 * width));
    expect(whole.fields.subarray(0, width)).not.toEqual(before.subarray(0, width));
  });

  it.each([
    ['not a number', Number.NaN],
    ['an infinity', Infinity],
    ['a sentinel beyond anything measured', 1e308],
  ])('advances nothing on a row of %s', (_, value) => {
    const { state } = run(calm(300, 4));
    const before = structuredClone(state);
    expect(entityDetector.step(state, new Float64Array(4).fill(value))).toEqual({ unscorable: 'missing-data' });
    expect(state).toEqual(before);
  });

  it('gives a column that arrives later a day before it has a say', () => {
    const rows = calm(700, 6).map((row, index) => (index < 500 ? row.with(5, Number.NaN) : row));
    rows[510][5] = 5000;
    const quiet = rows.map((row, index) => (index < 700 ? row.with(5, Number.NaN) : row));
    const [loud, still] = [run(rows).judgements, run(quiet).judgements];
    for (let row = 500; row < 500 + A_DAY; row++) expect(scored(loud[row]).score).toBe(scored(still[row]).score);
    expect(scored(loud[699]).score).not.toBe(scored(still[699]).score);
  });

  it.each([
    ['at an offset of 1e9', (value: number) => value + 1e9],
    ['at a scale of 1e15', (value: number) => value * 1e15],
    ['at a scale of 1e-7', (value: number) => value * 1e-7],
    ['constant', () => 3],
    ['constant at zero', () => 0],
    ['heavy-tailed', (value: number) => Math.tan(value)],
  ])('stays finite and strictly inside 0…1 on metrics %s', (_, change) => {
    const { judgements } = run(calm(800, 4).map((row) => row.map(change)));
    for (const judgement of judgements) {
      if ('unscorable' in judgement) continue;
      expect(judgement.score).toBeGreaterThan(0);
      expect(judgement.score).toBeLessThan(1);
      expect(Number.isFinite(judgement.novelty)).toBe(true);
      expect(judgement.shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    }
  });

  it('keeps a state of 12 KB for 20 columns, whatever it has seen', () => {
    const bytes = (state: { fields: Float64Array; ring: Float32Array; counters: Float64Array }) =>
      state.fields.byteLength + state.ring.byteLength + state.counters.byteLength;
    const { state } = run(calm(2000, 20));
    expect(bytes(state)).toBe(bytes(entityDetector.start(entityDetector.defaults, 20, HALF_HOUR)));
    expect(bytes(state)).toBeLessThan(12_000);
  });

  it('is never thrown off by any finite or missing values', () => {
    const value = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.double({ min: -1e6, max: 1e6 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 70, maxLength: 120 }), (rows) => {
        const { judgements } = run(
          rows.map((row) => Float64Array.from(row)),
          43_200,
        );
        for (const judgement of judgements)
          if ('score' in judgement) expect(judgement.score > 0 && judgement.score < 1).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['no columns', () => entityDetector.start({ threshold: 5 }, 0, 60), /at least one column, got 0/],
    ['half a column', () => entityDetector.start({ threshold: 5 }, 1.5, 60), /got 1.5/],
    ['a step of nothing', () => entityDetector.start({ threshold: 5 }, 3, 0), /step is 0 s/],
    ['an endless step', () => entityDetector.start({ threshold: 5 }, 3, Infinity), /step is Infinity s/],
    [
      'a row of another width',
      () => entityDetector.step(entityDetector.start({ threshold: 5 }, 3, 60), new Float64Array(2)),
      /2 values, the entity 3 columns/,
    ],
  ])('refuses %s and says what to do', (_, misuse, message) => expect(misuse).toThrow(message));
});
