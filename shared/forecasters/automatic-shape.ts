/** Durations of the automatic forecaster as rows of its core grid, and what else depends on the length of a row. */
export interface AutomaticShape {
  /** Length of a core row: several slots of a fine series, one of a coarse one. */
  readonly rowSeconds: number;
  /** Rows of a day, 1 or more. */
  readonly day: number;
  /** Rows ahead with weights, residuals and a guard of their own: the first hour of 5 minutes, a day at most. */
  readonly near: number;
  /** Rows ahead of the first hour at which longer forecasts are weighed; ascending, the last is a day. May be empty. */
  readonly far: Int32Array;
  /** Rows that the analogs compare, and how far back they look for others. */
  readonly shortWindow: number;
  readonly longWindow: number;
  readonly search: number;
  /** Rows of the median over the last hours. */
  readonly levelWindow: number;
  /** Rows between backtest origins, coprime with a day, so that they fall on all times of it; while little is known. */
  readonly stride: number;
  readonly earlyStride: number;
  /** Rows that the backtest looks back over. */
  readonly backtest: number;
  /** Fewer rows than these, and nothing is forecast: a day, and two hours to test it on. */
  readonly least: number;
  /** Rows that a forecast can make use of: 21 days; of rows of many hours more. */
  readonly window: number;
  /** Rows that may be missing in a row, and are bridged by the value before them. */
  readonly bridge: number;
  /** A factor per 5 minutes as one per row. */
  readonly decay: (per5Minutes: number) => number;
  /** A smoothing constant per 5 minutes as one per row; a row of more than 5 minutes is smoothed no less. */
  readonly smoothing: (per5Minutes: number) => number;
}

const DAY_SECONDS = 86_400;
/** All constants were found on rows of five minutes. */
const REFERENCE_SECONDS = 300;
/** As parts of a day: 90 minutes, 2, 3, 4, 6, 8, 12, 16, 20 and 24 hours. */
const FAR_PARTS = [1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1];
const NEAR_ROWS = 12;
const HISTORY_DAYS = 21;

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

function coprimeFrom(least: number, day: number): number {
  let stride = Math.max(1, Math.round(least));
  while (greatestDivisor(day, stride) !== 1) stride++;
  return stride;
}

/** The shape for rows of so many seconds; up to five minutes durations are kept, beyond them at least so many rows. */
export function automaticShape(rowSeconds: number): AutomaticShape {
  const perRow = rowSeconds / REFERENCE_SECONDS;
  const day = Math.max(1, Math.round(DAY_SECONDS / rowSeconds));
  const rows = (of5Minutes: number, least: number): number => Math.max(least, Math.round(of5Minutes / perRow));
  const near = Math.min(day, Math.max(NEAR_ROWS, Math.round(NEAR_ROWS / perRow)));
  const far = FAR_PARTS.map((part) => Math.round(part * day)).filter(
    (row, index, all) => row > near && row !== all[index - 1],
  );
  return {
    rowSeconds,
    day,
    near,
    far: Int32Array.from(far),
    shortWindow: rows(24, 8),
    longWindow: rows(96, 24),
    search: rows(14 * 288, 48),
    levelWindow: rows(36, 3),
    stride: coprimeFrom(29 / perRow, day),
    earlyStride: coprimeFrom(11 / perRow, day),
    backtest: rows(14 * 288, 48),
    least: Math.max(day + rows(24, 24), 2 * near + 24),
    window: rows(HISTORY_DAYS * 288, 72),
    bridge: rows(6, 3),
    decay: (per5Minutes) => per5Minutes ** perRow,
    smoothing: (per5Minutes) => (perRow >= 1 ? per5Minutes : 1 - (1 - per5Minutes) ** perRow),
  };
}
