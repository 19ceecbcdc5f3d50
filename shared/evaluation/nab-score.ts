/** How much a found window, a missed one and a false alert weigh. */
export interface NabProfile {
  readonly found: number;
  readonly missed: number;
  readonly falseAlert: number;
}

export const NAB_PROFILES = {
  standard: { found: 1, missed: 1, falseAlert: 0.11 },
  rewardLowFalsePositives: { found: 1, missed: 1, falseAlert: 0.22 },
  rewardLowFalseNegatives: { found: 1, missed: 2, falseAlert: 0.11 },
} as const satisfies Readonly<Record<string, NabProfile>>;

/** One file of the benchmark: a row per point in the file's order, and its labelled windows. */
export interface NabFile {
  /** Epoch seconds, in the file's order, even where that is not ascending. */
  readonly times: Float64Array;
  readonly windows: readonly (readonly [start: number, end: number])[];
  /** 1 where somebody was told, else 0. */
  readonly alerts: Uint8Array;
}

export interface NabResult {
  /** 100 is perfect, 0 is silence, less is worse than silence. */
  readonly score: number;
  readonly found: number;
  readonly missed: number;
  readonly falseAlerts: number;
}

const PROBATION_SHARE = 0.15;
const PROBATION_ROWS = 5000;
const sigma = (position: number): number => 2 / (1 + Math.exp(5 * position)) - 1;
const MOST = sigma(-1);

interface Span {
  readonly first: number;
  readonly last: number;
}

function spansOf(file: NabFile): readonly Span[] {
  return file.windows
    .map(([start, end]) => {
      const first = file.times.findIndex((time) => time >= start && time <= end);
      if (first < 0) throw new RangeError(`no row lies in the labelled window from ${start} to ${end}`);
      return { first, last: file.times.findLastIndex((time) => time >= start && time <= end) };
    })
    .sort((a, b) => a.first - b.first);
}

/**
 * The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, https://arxiv.org/abs/1510.03336) over files taken
 * together: the earliest alert in a window earns the more the earlier it comes, alerts outside cost the more the
 * further they lie from the last window, and the first 15 % of a file (of 5,000 rows at most) are not counted.
 *
 * @throws RangeError where a window holds no row.
 */
export function nabScore(files: readonly NabFile[], profile: NabProfile): NabResult {
  let raw = 0;
  let found = 0;
  let missed = 0;
  let falseAlerts = 0;
  for (const file of files) {
    const rows = file.times.length;
    const probation = Math.floor(PROBATION_SHARE * Math.min(rows, PROBATION_ROWS));
    const spans = spansOf(file);
    for (const { first, last } of spans) {
      const alert = file.alerts.findIndex((one, row) => one === 1 && row >= Math.max(first, probation) && row <= last);
      if (alert < 0) missed++;
      else found++;
      raw += alert < 0 ? -profile.missed : (profile.found * sigma(-(last - alert + 1) / (last - first + 1))) / MOST;
    }
    let next = 0;
    for (let row = probation; row < rows; row++) {
      while (next < spans.length && spans[next].first <= row) next++;
      const before = next > 0 ? spans[next - 1] : undefined;
      if (file.alerts[row] !== 1 || (before !== undefined && row <= before.last)) continue;
      falseAlerts++;
      const position = before === undefined ? Infinity : (row - before.last) / Math.max(before.last - before.first, 1);
      raw += profile.falseAlert * (position > 3 ? -1 : sigma(position));
    }
  }
  const windows = found + missed;
  const silence = -profile.missed * windows;
  return { score: (100 * (raw - silence)) / (profile.found * windows - silence), found, missed, falseAlerts };
}
