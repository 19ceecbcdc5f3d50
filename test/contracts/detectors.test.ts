import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';
import { featureDetectors } from '../../shared/detectors/catalogue.ts';
import type { Detector, EntityDetector, SeriesDetector } from '../../shared/detectors/detector.ts';
import { entityDetector } from '../../shared/detectors/entity-detector.ts';
import { seriesDetector } from '../../shared/detectors/series-detector.ts';
import type { FeatureMatrix } from '../../shared/features/feature-matrix.ts';
import { createRandom } from '../../shared/numeric/random.ts';

/** The stored form of states: what goes in comes out, typed arrays as the same type. */
const codec = new Encoder({ useRecords: false, tagUint8Array: false });
const throughTheStore = <T>(state: T): T => codec.decode(codec.encode(state)) as T;
const bytesOf = (state: unknown): number => codec.encode(state).byteLength;

const NAMES = ['cpu', 'memory', 'network', 'disk'];

function history(rows: number, seed = 1): FeatureMatrix {
  const random = createRandom(seed);
  return {
    names: NAMES,
    rows,
    values: Float64Array.from({ length: rows * 4 }, (_, at) => 10 * (at % 4) + random.normal()),
  };
}
const rowOf = (matrix: FeatureMatrix, row: number) => matrix.values.subarray(row * 4, row * 4 + 4);

describe.each(Object.entries(featureDetectors))('every detector over features: %s', (name, found) => {
  const detector = found as unknown as Detector<unknown, unknown>;
  const fit = (matrix: FeatureMatrix, seed = 7) => detector.fit(matrix, detector.defaults, seed);
  const asked = history(50, 99);

  it('is known by its own name', () => expect(detector.name).toBe(name));

  it('gives the same state and answers for the same seed, bit for bit', () => {
    const [one, two] = [fit(history(400)), fit(history(400))];
    expect(codec.encode(one.state)).toEqual(codec.encode(two.state));
    for (let row = 0; row < 50; row++) expect(two.score(rowOf(asked, row))).toEqual(one.score(rowOf(asked, row)));
  });

  it('answers the same after a journey through the store', () => {
    const fitted = fit(history(400));
    const restored = detector.restore(throughTheStore(fitted.state));
    for (let row = 0; row < 50; row++)
      expect(restored.score(rowOf(asked, row))).toEqual(fitted.score(rowOf(asked, row)));
    expect(codec.encode(restored.state)).toEqual(codec.encode(fitted.state));
  });

  it.each([0, 1, 2, 3])('never calls a row normal whose value %s is missing', (hole) => {
    const fitted = fit(history(400));
    for (const missing of [Number.NaN, Infinity, -Infinity])
      expect(fitted.score(Float64Array.from(rowOf(asked, 0)).fill(missing, hole, hole + 1))).toEqual({
        unscorable: 'missing-data',
      });
  });

  it('does not care in which order the features stand', () => {
    const order = [2, 0, 3, 1];
    const turned = (matrix: FeatureMatrix): FeatureMatrix => ({
      names: order.map((feature) => matrix.names[feature]),
      rows: matrix.rows,
      values: Float64Array.from(matrix.values, (_, at) => matrix.values[at - (at % 4) + order[at % 4]]),
    });
    const [plain, other] = [fit(history(400)), fit(turned(history(400)))];
    const otherAsked = turned(asked);
    for (let row = 0; row < 50; row++)
      expect(other.score(rowOf(otherAsked, row))).toEqual(plain.score(rowOf(asked, row)));
  });

  it('does not grow with history', () => {
    expect(bytesOf(fit(history(6000)).state)).toBeLessThan(1.2 * bytesOf(fit(history(1500)).state));
  });

  it('finds an obvious spike stranger than all of history, and no less the higher it is', () => {
    const usual = history(400);
    const fitted = fit(usual);
    const value = (row: Float64Array) => {
      const score = fitted.score(row);
      return 'value' in score ? score.value : Number.NaN;
    };
    const most = Math.max(...Array.from({ length: 400 }, (_, row) => value(rowOf(usual, row))));
    const spikes = [0, 5, 10, 20, 40, 1e3, 1e6, 1e12].map((size) =>
      value(rowOf(usual, 3).map((usually) => usually + size)),
    );
    expect(spikes[3]).toBeGreaterThan(most);
    for (let at = 1; at < spikes.length; at++) expect(spikes[at]).toBeGreaterThanOrEqual(spikes[at - 1] - 1e-12);
    expect(spikes.every((score) => score >= 0 && score <= 1)).toBe(true);
  });

  it('leaves history and row as they were', () => {
    const given = history(300);
    const row = Float64Array.from(rowOf(asked, 0));
    fit(given).score(row);
    expect(given).toEqual(history(300));
    expect(row).toEqual(Float64Array.from(rowOf(asked, 0)));
  });

  it.each([0, 1])('refuses a history of %s complete rows, saying how many there were', (rows) => {
    expect(() => fit(history(rows))).toThrow(new RegExp(`${rows} complete row`));
  });
});

const STEP = 3600;
const level = (row: number, random: { normal(): number }) =>
  50 + 10 * Math.sin((2 * Math.PI * row) / 24) + random.normal();

describe.each([['series', seriesDetector as unknown as SeriesDetector<unknown, unknown>]] as const)(
  'every detector over a series: %s',
  (name, detector) => {
    const values = (rows: number) => {
      const random = createRandom(3);
      return Array.from({ length: rows }, (_, row) => level(row, random));
    };
    const run = (given: readonly number[], state = detector.start(detector.defaults, STEP)) => ({
      state,
      judged: given.map((value, row) => detector.step(state, row * STEP, value)),
    });

    it('is known by its own name', () => expect(detector.name).toBe(name));

    it('gives the same answers for the same values, bit for bit', () => {
      expect(run(values(300)).judged).toEqual(run(values(300)).judged);
    });

    it('judges on after a journey through the store as if it had never been there', () => {
      const whole = run(values(400)).judged;
      const first = run(values(400).slice(0, 211));
      const state = throughTheStore(first.state);
      const rest = values(400)
        .slice(211)
        .map((value, row) => detector.step(state, (row + 211) * STEP, value));
      expect([...first.judged, ...rest]).toEqual(whole);
    });

    it.each([Number.NaN, Infinity, -Infinity])('never calls %s normal, and learns nothing from it', (missing) => {
      const { state } = run(values(300));
      const before = codec.encode(state);
      expect(detector.step(state, 300 * STEP, missing)).toEqual({ unscorable: 'missing-data' });
      expect(codec.encode(state)).toEqual(before);
    });

    it('does not grow with what it has seen', () => {
      expect(bytesOf(run(values(3000)).state)).toBeLessThan(1.05 * bytesOf(run(values(600)).state) + 64);
    });

    it('scores the higher the higher a spike', () => {
      const after = (size: number) => {
        const last = run([...values(600), 50 + size]).judged.at(-1);
        return last !== undefined && 'score' in last ? last.score : Number.NaN;
      };
      const scores = [30, 60, 120, 1000, 1e5].map(after);
      for (let at = 1; at < scores.length; at++) expect(scores[at]).toBeGreaterThan(scores[at - 1]);
      expect(scores.at(-1)).toBeLessThan(1);
    });
  },
);

describe.each([['entity', entityDetector as unknown as EntityDetector<unknown, unknown>]] as const)(
  'every detector over an entity: %s',
  (name, detector) => {
    const rows = (count: number, columns = 4) => {
      const random = createRandom(3);
      return Array.from({ length: count }, (_, row) =>
        Float64Array.from({ length: columns }, () => level(row, random)),
      );
    };
    const run = (given: readonly Float64Array[], state = detector.start(detector.defaults, given[0].length, STEP)) => ({
      state,
      judged: given.map((row) => detector.step(state, row)),
    });
    /** What is said, without the function. */
    const said = (judged: ReturnType<typeof run>['judged']) =>
      judged.map((one) =>
        'unscorable' in one ? one : { ...one, describe: Array.from(one.shares, (_, column) => one.describe(column)) },
      );

    it('is known by its own name', () => expect(detector.name).toBe(name));

    it('gives the same answers for the same rows, bit for bit', () => {
      expect(said(run(rows(300)).judged)).toEqual(said(run(rows(300)).judged));
    });

    it('judges on after a journey through the store as if it had never been there', () => {
      const whole = said(run(rows(400)).judged);
      const first = run(rows(400).slice(0, 211));
      const rest = run(rows(400).slice(211), throughTheStore(first.state));
      expect([...said(first.judged), ...said(rest.judged)]).toEqual(whole);
    });

    it.each([Number.NaN, Infinity])('never calls a row of %s normal, and learns nothing from it', (missing) => {
      const { state } = run(rows(300));
      const before = codec.encode(state);
      expect(detector.step(state, new Float64Array(4).fill(missing))).toEqual({ unscorable: 'missing-data' });
      expect(codec.encode(state)).toEqual(before);
    });

    it('does not care in which order the columns stand', () => {
      const turn = (row: ArrayLike<number>) => Float64Array.of(row[2], row[0], row[3], row[1]);
      const [plain, turned] = [run(rows(400)).judged, run(rows(400).map(turn)).judged];
      plain.forEach((one, row) => {
        const other = turned[row];
        if ('unscorable' in one || 'unscorable' in other) {
          expect(other).toEqual(one);
          return;
        }
        expect(other.score).toBeCloseTo(one.score, 9);
        turn(one.shares).forEach((share, column) => expect(other.shares[column]).toBeCloseTo(share, 9));
      });
    });

    it('does not grow with what it has seen', () => {
      expect(bytesOf(run(rows(3000)).state)).toBeLessThan(1.05 * bytesOf(run(rows(600)).state) + 64);
    });

    it('scores no less the higher a spike over all columns', () => {
      const after = (size: number) => {
        const last = run([...rows(600), new Float64Array(4).fill(50 + size)]).judged.at(-1);
        return last !== undefined && 'score' in last ? last.score : Number.NaN;
      };
      const scores = [0, 30, 60, 120, 1000].map(after);
      for (let at = 1; at < scores.length; at++) expect(scores[at]).toBeGreaterThanOrEqual(scores[at - 1]);
      expect(scores[3]).toBeGreaterThan(scores[0]);
      expect(scores.at(-1)).toBeLessThan(1);
    });
  },
);
