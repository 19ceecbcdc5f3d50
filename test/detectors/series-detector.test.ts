import { Encoder } from 'cbor-x/index-no-eval';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SeriesJudgement } from '../../shared/detectors/detector.ts';
import {
  seriesDetector,
  setThreshold,
  type SeriesDetectorOptions,
  type SeriesDetectorState,
} from '../../shared/detectors/series-detector.ts';
import { SERIES_STATE_BYTES } from '../../shared/detectors/series-state.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { drawSeries, type SyntheticSeries } from '../fixtures/series-detector/synthetic-series.ts';
import fc from '../fakes/property.ts';

interface Reference extends SyntheticSeries {
  readonly variant: 'small' | 'full' | 'one-gate';
  /** Row, value, z, A, alert, expected. */
  readonly kept: readonly (readonly [number, number, number, number, number, number])[];
}

const references = JSON.parse(
  readFileSync(new URL('../fixtures/series-detector/reference.json', import.meta.url), 'utf8'),
) as readonly Reference[];

const variants: Readonly<Record<Reference['variant'], Partial<SeriesDetectorOptions>>> = {
  small: {},
  full: { novelty: 'full' },
  'one-gate': { severityGate: false },
};

const begin = (options: Partial<SeriesDetectorOptions> = {}, stepSeconds = 300): SeriesDetectorState =>
  seriesDetector.start({ ...seriesDetector.defaults, ...options }, stepSeconds);

type Scored = Extract<SeriesJudgement, { score: number }>;

const scored = (judgement: SeriesJudgement): Scored => {
  if ('unscorable' in judgement) throw new Error(`unscorable: ${judgement.unscorable}`);
  return judgement;
};

const judgeAll = (state: SeriesDetectorState, values: ArrayLike<number>, start = 0, step = 300): SeriesJudgement[] =>
  Array.from(values, (value, row) => seriesDetector.step(state, start + row * step, value));

/** The score's z, undone. */
const excess = (score: number): number => {
  const part = 2 * score - 1;
  return (6 * part) / Math.sqrt(1 - part * part);
};

describe('series detector against the reference implementation', () => {
  it.each(references.map((one) => [`${one.kind} × ${one.scale} + ${one.offset}, ${one.variant}`, one] as const))(
    '%s',
    (_, reference) => {
      const { times, values } = drawSeries(reference);
      const state = begin(variants[reference.variant], reference.stepSeconds);
      const judged = Array.from(values, (value, row) => seriesDetector.step(state, times[row], value));
      const alerts = judged.filter((one) => 'alert' in one && one.alert > 0).length;
      expect(alerts).toBe(reference.kept.filter((row) => row[4] > 0).length);
      for (const [row, value, z, novelty, alert, expected] of reference.kept) {
        expect(values[row]).toBe(value);
        const judgement = judged[row];
        if ('unscorable' in judgement) {
          expect([judgement.unscorable, novelty, alert]).toEqual(['not-enough-history', 0, 0]);
          continue;
        }
        expect(excess(judgement.score)).toBeCloseTo(z, 9);
        expect(judgement.novelty).toBeCloseTo(novelty, 9);
        expect(judgement.alert).toBeCloseTo(alert, 9);
        expect(Math.abs(judgement.expected - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
      }
    },
  );
});

const anyValue = fc.oneof(
  fc.double({ noNaN: false }),
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.constantFrom(0, 1, 1e308, -1e308, 5e-324, 1e15, -1e-9),
);

describe('series detector', () => {
  it('judges bit for bit the same after its state went through the store', () => {
    const codec = new Encoder({ useRecords: false, tagUint8Array: false });
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(anyValue, { maxLength: 40 }),
        fc.integer({ min: 60, max: 300 }),
        (seed, odd, warm) => {
          const random = createRandom(seed);
          const state = begin();
          judgeAll(
            state,
            Float64Array.from({ length: warm }, () => random.normal()),
          );
          const stored = codec.decode(codec.encode(state)) as Record<keyof SeriesDetectorState, ArrayBufferView>;
          const restored: SeriesDetectorState = {
            reals: stored.reals as Float32Array,
            exact: stored.exact as Float64Array,
            wholes: stored.wholes as Int32Array,
            visits: new Uint8Array(stored.visits as Uint8Array),
          };
          expect(restored).toEqual(state);
          expect(judgeAll(restored, odd, warm * 300)).toEqual(judgeAll(state, odd, warm * 300));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('judges the same from a slice of a longer array, as a shard keeps it', () => {
    const alone = begin();
    const within = {
      reals: new Float32Array(3 * alone.reals.length).subarray(alone.reals.length, 2 * alone.reals.length),
      exact: new Float64Array(2 * alone.exact.length).subarray(alone.exact.length),
      wholes: new Int32Array(2 * alone.wholes.length).subarray(alone.wholes.length),
      visits: new Uint8Array(2 * alone.visits.length).subarray(alone.visits.length),
    };
    for (const part of ['reals', 'exact', 'wholes', 'visits'] as const) within[part].set(alone[part]);
    const random = createRandom(3);
    const values = Float64Array.from({ length: 400 }, () => random.normal());
    expect(judgeAll(within, values)).toEqual(judgeAll(alone, values));
  });

  it('answers any sequence of numbers with finite judgements or a reason', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 400 }),
        fc.constantFrom(1, 60, 300, 86_400 * 7),
        (values, step) => {
          const state = begin({ novelty: 'full' }, step);
          for (const [row, value] of values.entries()) {
            const judgement = seriesDetector.step(state, row * step, value);
            if (!Number.isFinite(value)) {
              expect(judgement).toEqual({ unscorable: 'missing-data' });
            } else if ('unscorable' in judgement) {
              expect(judgement.unscorable).toBe('not-enough-history');
            } else {
              expect(judgement.score).toBeGreaterThan(0);
              expect(judgement.score).toBeLessThan(1);
              for (const number of [judgement.alert, judgement.novelty, judgement.expected]) {
                expect(Number.isFinite(number)).toBe(true);
              }
              expect(judgement.lower).toBeLessThanOrEqual(judgement.expected);
              expect(judgement.upper).toBeGreaterThanOrEqual(judgement.expected);
            }
          }
          for (const number of state.reals) expect(Number.isFinite(number)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is moved by neither gaps nor infinities', () => {
    const state = begin();
    judgeAll(
      state,
      Float64Array.from({ length: 100 }, (_, row) => row % 7),
    );
    const before = structuredClone(state);
    for (const gap of [NaN, Infinity, -Infinity]) {
      expect(seriesDetector.step(state, 30_000, gap)).toEqual({ unscorable: 'missing-data' });
    }
    expect(state).toEqual(before);
  });

  it('says so while it has too little history, and judges every point from then on', () => {
    const random = createRandom(5);
    const judged = judgeAll(
      begin(),
      Float64Array.from({ length: 200 }, () => random.normal()),
    );
    expect(judged.findIndex((one) => 'score' in one)).toBe(53);
    expect(judged.slice(53).every((one) => 'score' in one)).toBe(true);
    expect(judged.slice(0, 53)).toEqual(Array.from({ length: 53 }, () => ({ unscorable: 'not-enough-history' })));
  });

  it.each([1e-9, 1, 1e15])('finds an obvious spike at scale %s, and scores a larger one higher', (scale) => {
    const spike = (height: number) => {
      const random = createRandom(9);
      const state = begin();
      judgeAll(
        state,
        Float64Array.from({ length: 2000 }, () => scale * (100 + random.normal())),
      );
      return scored(seriesDetector.step(state, 2000 * 300, scale * (100 + height)));
    };
    const heights = [10, 20, 40, 80, 1e3, 1e6].map(spike);
    for (const [index, found] of heights.entries()) {
      expect(found.alert).toBeGreaterThan(1.75);
      expect(['a level higher than any remembered', 'outside the expected range']).toContain(found.channel);
      if (index > 0) expect(found.score).toBeGreaterThanOrEqual(heights[index - 1].score);
    }
  });

  it('goes silent when the threshold is out of reach, and says more when it is lower', () => {
    const random = createRandom(11);
    const values = Float64Array.from({ length: 4000 }, () => random.normal() / (Math.abs(random.normal()) + 0.05));
    const alerts = (threshold: number) =>
      judgeAll(begin({ threshold }), values).filter((one) => 'alert' in one && one.alert > 0).length;
    expect(alerts(20)).toBe(0);
    expect(alerts(1.2)).toBeGreaterThan(alerts(1.75));
  });

  it('recovers its resolution after a first value that is out of all proportion', () => {
    const random = createRandom(13);
    const state = begin();
    seriesDetector.step(state, -300, 1e20);
    judgeAll(
      state,
      Float64Array.from({ length: 1500 }, () => 5 + random.normal()),
    );
    const found = scored(seriesDetector.step(state, 1500 * 300, 25));
    expect(found.alert).toBeGreaterThan(1.75);
    expect(Math.abs(found.expected - 5)).toBeLessThan(1);
  });

  it('keeps its eyes after one value out of all proportion in the middle', () => {
    const random = createRandom(15);
    const state = begin();
    const usual = () => Float64Array.from({ length: 1500 }, () => 5 + random.normal());
    judgeAll(state, usual());
    expect(scored(seriesDetector.step(state, 1500 * 300, 1e20)).alert).toBeGreaterThan(1.75);
    judgeAll(state, usual(), 1501 * 300);
    expect(scored(seriesDetector.step(state, 3001 * 300, 40)).novelty).toBeGreaterThan(1.75);
  });

  it('follows a counter that was 0 for a day before it began to live', () => {
    const random = createRandom(17);
    const state = begin();
    judgeAll(state, new Float64Array(300));
    const judged = judgeAll(
      state,
      Float64Array.from({ length: 4000 }, () => 50 + random.normal()),
      300 * 300,
    );
    expect(Math.abs(scored(judged.at(-1)!).expected - 50)).toBeLessThan(2);
  });

  it('holds 99 % of ordinary points in its range, on noise and on a daily wave', () => {
    const random = createRandom(19);
    const values = Float64Array.from(
      { length: 12_000 },
      (_, row) => 40 + 15 * Math.sin((row / 288) * 2 * Math.PI) + random.normal(),
    );
    const judged = judgeAll(begin(), values)
      .map((one, row) => ({ one, value: values[row] }))
      .slice(3000);
    const inside = judged.filter(({ one, value }) => value >= scored(one).lower && value <= scored(one).upper).length;
    expect(inside / judged.length).toBeGreaterThan(0.98);
    expect(inside / judged.length).toBeLessThan(0.998);
  });

  it.each([
    ['a value between two usual levels', [10, 50], 30, 'a level never seen between two usual ones'],
    ['a value under all', [10, 11], -40, 'a level lower than any remembered'],
  ] as const)('explains %s', (_, levels, value, words) => {
    const random = createRandom(21);
    const state = begin();
    judgeAll(
      state,
      Float64Array.from({ length: 2000 }, () => levels[random.integer(2)] + 0.3 * random.normal()),
    );
    const found = scored(seriesDetector.step(state, 2000 * 300, value));
    expect(found.channel).toBe(words);
    expect(found.alert).toBeGreaterThan(1.75);
  });

  it('says "outside the expected range" only of points that are', () => {
    const random = createRandom(23);
    const values = Float64Array.from({ length: 20_000 }, (_, row) => (row % 400 < 200 ? 1 : 9) + random.normal() ** 3);
    const told = judgeAll(begin(), values).flatMap((one, row) => {
      if (!('score' in one) || one.channel !== 'outside the expected range') return [];
      return [values[row] < one.lower || values[row] > one.upper];
    });
    expect(told.length).toBeGreaterThan(10);
    expect(told.every(Boolean)).toBe(true);
  });

  it.each([
    [{ threshold: 0 }, 300, /threshold is 0/],
    [{ threshold: NaN }, 300, /threshold is NaN/],
    [{}, 0, /stepSeconds is 0/],
    [{}, Infinity, /stepSeconds is Infinity/],
  ] as const)('refuses to start with %o and a step of %s s', (options, stepSeconds, message) => {
    expect(() => begin(options, stepSeconds)).toThrow(message);
  });

  it('refuses a time that is none', () => {
    expect(() => seriesDetector.step(begin(), NaN, 1)).toThrow(/time is NaN/);
  });

  it('keeps under 6 KB a series', () => {
    const { reals, exact, wholes, visits } = begin();
    expect(reals.byteLength + exact.byteLength + wholes.byteLength + visits.byteLength).toBe(SERIES_STATE_BYTES);
    expect(SERIES_STATE_BYTES).toBeLessThan(6000);
  });

  it('takes another threshold without forgetting what it learned', () => {
    const random = createRandom(25);
    const values = Float64Array.from({ length: 1000 }, () => random.normal());
    const moved = begin();
    judgeAll(moved, values);
    const kept = structuredClone(moved);
    setThreshold(moved, 8.9);
    const spike = (state: SeriesDetectorState) => scored(seriesDetector.step(state, 300_000, 12));
    expect(spike(moved)).toMatchObject({ alert: 0, novelty: spike(kept).novelty });
    expect(() => setThreshold(moved, 0)).toThrow(/threshold is 0/);
  });
});
