import { describe, expect, it } from 'vitest';
import { NAB_PROFILES, nabScore, type NabFile } from '../../shared/evaluation/nab-score.ts';

/** A hundred rows, a second apart; rows 0 to 14 are probation. */
const file = (alerts: readonly number[], windows: readonly (readonly [number, number])[] = [[50, 59]]): NabFile => ({
  times: Float64Array.from({ length: 100 }, (_, row) => row),
  windows,
  alerts: Uint8Array.from({ length: 100 }, (_, row) => (alerts.includes(row) ? 1 : 0)),
});

const sigma = (position: number): number => 2 / (1 + Math.exp(5 * position)) - 1;

describe('NAB score', () => {
  it.each([
    ['silence scores 0', [], 0],
    ['an alert in the first row of the window scores 100', [50], 100],
    ['an alert in its last row earns little', [59], 100 * ((sigma(-0.1) / sigma(-1) + 1) / 2)],
    ['only the earliest alert in a window counts', [50, 52, 59], 100],
    ['an alert before any window costs its full weight', [20], 100 * (-0.11 / 2)],
    ['one right after a window costs little', [60], 100 * ((0.11 * sigma(1 / 9)) / 2)],
    ['one long after it costs its full weight', [99], 100 * (-0.11 / 2)],
    ['alerts in the probation count for nothing', [0, 14], 0],
  ])('%s', (_, alerts, score) => {
    expect(nabScore([file(alerts)], NAB_PROFILES.standard).score).toBeCloseTo(score, 9);
  });

  it('weighs false alerts and misses by the profile', () => {
    expect(nabScore([file([20])], NAB_PROFILES.rewardLowFalsePositives).score).toBeCloseTo(-11, 9);
    expect(nabScore([file([50, 20])], NAB_PROFILES.rewardLowFalseNegatives).score).toBeCloseTo(
      (100 * (3 - 0.11)) / 3,
      9,
    );
  });

  it('counts over all files, those without a window too', () => {
    expect(nabScore([file([50]), file([20, 30], [])], NAB_PROFILES.standard)).toEqual({
      score: expect.closeTo((100 * (2 - 0.22)) / 2, 9) as number,
      found: 1,
      missed: 0,
      falseAlerts: 2,
    });
  });

  it('takes windows in any order, and an alert between two by the one before', () => {
    const windows = [
      [70, 79],
      [40, 49],
    ] as const;
    const expected = 0.11 * sigma(3 / 9) - 2;
    expect(nabScore([file([52], windows)], NAB_PROFILES.standard).score).toBeCloseTo((100 * (expected + 2)) / 4, 9);
  });

  it('refuses a window without a row, naming it', () => {
    expect(() => nabScore([file([], [[500, 600]])], NAB_PROFILES.standard)).toThrow(/from 500 to 600/);
  });
});
