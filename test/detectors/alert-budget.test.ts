import { describe, expect, it } from 'vitest';
import {
  noticesPerWeek,
  parseAlertBudget,
  thresholdForBudget,
  type JudgedTrace,
} from '../../shared/detectors/alert-budget.ts';
import { seriesDetector } from '../../shared/detectors/series-detector.ts';
import { passGates, restGates } from '../../shared/detectors/series-gates.ts';
import { createSeriesState, EXACT, REALS, WHOLES } from '../../shared/detectors/series-state.ts';
import { excessOf } from '../../shared/detectors/series-score.ts';
import { createRandom } from '../../shared/numeric/random.ts';

const STEP = 300;
const WEEK_ROWS = 2016;

/** A quiet series with an event of random strength, exponential in decades, in about every fiftieth row. */
function trace(seed: number, weeks: number, entity = `entity-${seed}`): JudgedTrace {
  const random = createRandom(seed);
  const rows = weeks * WEEK_ROWS;
  const novelty = Float32Array.from({ length: rows }, () =>
    random.next() < 0.02 ? 1 - 1.5 * Math.log(1 - random.next()) : 0.3,
  );
  const times = Float64Array.from({ length: rows }, (_, row) => row * STEP);
  return { entity, stepSeconds: STEP, times, novelty, excess: new Float32Array(rows).fill(-1), countedFrom: 0 };
}

describe('alert budget', () => {
  it.each([
    ['3 per week', 3],
    ['1 a day', 7],
    ['10/month', 10 / (30.4375 / 7)],
    [' 0.5 PER Week ', 0.5],
  ])('reads "%s" as %d a week', (text, perWeek) => {
    expect(parseAlertBudget(text).perWeek).toBeCloseTo(perWeek, 9);
  });

  it.each(['', 'three per week', '3', '3 per hour', '0 per week', '-1 per week', '3 per week or so'])(
    'refuses "%s" and says what to write',
    (text) => {
      expect(() => parseAlertBudget(text)).toThrow(/no alert budget; write a number/);
    },
  );

  it.each([1, 3, 10])('finds the threshold that brings %d a week, also on weeks it has not seen', (perWeek) => {
    const history = Array.from({ length: 20 }, (_, seed) => trace(seed + 1, 12));
    const found = thresholdForBudget(history, { perWeek });
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(found.noticesPerWeek).toBeLessThanOrEqual(perWeek);
    const later = Array.from({ length: 20 }, (_, seed) => trace(seed + 101, 12));
    const received = noticesPerWeek(later, found.threshold);
    expect(received).toBeGreaterThan(perWeek / 2);
    expect(received).toBeLessThan(perWeek * 2);
  });

  it('lets a larger budget never raise the threshold', () => {
    const history = Array.from({ length: 5 }, (_, seed) => trace(seed + 1, 8));
    const thresholds = [1, 2, 4, 8, 16].map((perWeek) => {
      const found = thresholdForBudget(history, { perWeek });
      return found.kind === 'found' ? found.threshold : NaN;
    });
    expect(thresholds).toEqual([...thresholds].sort((a, b) => b - a));
  });

  it('counts what strikes several series of an entity at once as one notice', () => {
    const alone = trace(1, 8);
    const together = [alone, { ...trace(1, 8), entity: alone.entity }];
    expect(noticesPerWeek(together, 3)).toBe(noticesPerWeek([alone], 3));
    expect(noticesPerWeek([alone, { ...alone, entity: 'another' }], 3)).toBe(2 * noticesPerWeek([alone], 3));
  });

  it('says that the history is too short rather than guess', () => {
    expect(thresholdForBudget([trace(1, 1), trace(2, 1)], { perWeek: 0.5 })).toEqual({
      kind: 'not-enough-history',
      entityWeeks: 2,
      neededWeeks: 4,
    });
    expect(thresholdForBudget([], { perWeek: 3 }).kind).toBe('not-enough-history');
  });

  it('leaves rows that could not be judged out of the time it divides by', () => {
    const whole = trace(3, 8);
    const novelty = Float32Array.from(whole.novelty, (value, row) => (row < 4 * WEEK_ROWS ? NaN : value));
    const found = thresholdForBudget([{ ...whole, novelty }], { perWeek: 3 });
    expect(found.entityWeeks).toBe(4);
  });

  it('counts the later two thirds of a series that has not yet 900 rows', () => {
    const rows = 720;
    const hourly = {
      entity: 'e',
      stepSeconds: 3600,
      times: Float64Array.from({ length: rows }, (_, row) => row * 3600),
      novelty: new Float32Array(rows),
      excess: new Float32Array(rows).fill(-1),
    };
    expect(thresholdForBudget([hourly], { perWeek: 3 }).entityWeeks).toBeCloseTo((480 * 3600) / 604_800, 9);
    expect(thresholdForBudget([trace(1, 2)], { perWeek: 3 }).entityWeeks).toBe(2);
  });

  it('heeds what came late more than what came early', () => {
    const later = trace(5, 12);
    const rows = later.novelty.length;
    const novelty = Array.from(later.novelty, (value, row) => (row < rows / 2 ? 0.3 : value));
    const thresholdOf = (of: ArrayLike<number>): number => {
      const found = thresholdForBudget([{ ...later, novelty: of }], { perWeek: 3 });
      return found.kind === 'found' ? found.threshold : NaN;
    };
    expect(thresholdOf(novelty)).toBeGreaterThan(thresholdOf([...novelty].reverse()) + 0.5);
  });

  it('passes over rows that open no gate as if each had been asked', () => {
    const one = createSeriesState();
    one.exact[EXACT.stepSeconds] = STEP;
    one.exact[EXACT.threshold] = 2;
    one.exact[EXACT.severityGate] = 1;
    expect(passGates(one, 5, 5).alert).toBeGreaterThan(0);
    const other = structuredClone(one);
    for (let row = 0; row < 1000; row++) {
      expect(passGates(one, 1.9, -1).alert).toBe(0);
      one.wholes[WHOLES.points] += 1;
    }
    restGates(other, 1000);
    for (const fatigue of [REALS.noveltyFatigue, REALS.severityFatigue])
      expect(other.reals[fatigue]).toBeCloseTo(one.reals[fatigue], 4);
    expect(one.reals[REALS.noveltyFatigue]).toBeLessThan(0.9);
  });

  it('replays the very alerts that the detector gave', () => {
    const random = createRandom(7);
    const rows = 4000;
    const state = seriesDetector.start(seriesDetector.defaults, STEP);
    const times = Float64Array.from({ length: rows }, (_, row) => row * STEP);
    const novelty = new Float64Array(rows).fill(NaN);
    const excess = new Float64Array(rows).fill(NaN);
    let alerts = 0;
    let last = -Infinity;
    times.forEach((time, row) => {
      const judged = seriesDetector.step(state, time, 5 + random.normal() + (row % 500 === 499 ? 12 : 0));
      if ('unscorable' in judged) return;
      novelty[row] = judged.novelty;
      excess[row] = excessOf(judged.score);
      if (judged.alert > 0 && time - last > 3600) alerts++;
      if (judged.alert > 0) last = time;
    });
    const replayed = noticesPerWeek([{ entity: 'e', stepSeconds: STEP, times, novelty, excess, countedFrom: 0 }], 1.75);
    const judgedWeeks = ((rows - 53) * STEP) / 604_800;
    expect(alerts).toBeGreaterThan(3);
    expect(replayed * judgedWeeks).toBeCloseTo(alerts, 6);
  });
});
