import { bridgedSlots, slotsADay, slotsIn } from './recent-window.ts';

const HOUR = 3600;
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const MEAN_SECONDS = [2 * HOUR, 4 * HOUR, 8 * HOUR];
/** How long after the same time of yesterday. */
const YESTERDAY_SECONDS = [0, 900, 1800, 2700, 3600, 7200];
const DAY_WAVES = 4;
const WEEK_WAVES = 3;

/** What a row of features is made of: all differences from the newest value, so that a level of its own costs nothing. */
export interface RidgeDesign {
  readonly features: number;
  /** Slots before the newest that a row looks back to. */
  readonly reach: number;
  /** Writes the features at a slot. `filled` has no gaps from `slot - reach` to `slot`; `time` is the slot's. */
  write(filled: Float64Array, sums: Float64Array, slot: number, time: number, row: Float64Array): void;
}

/** Lags up to an hour, means up to eight, yesterday at this time and after, and waves of a day and of a week. */
export function ridgeDesign(stepSeconds: number, weekly: boolean): RidgeDesign {
  const lags: number[] = [];
  for (let lag = 1; lag <= Math.max(6, slotsIn(HOUR, stepSeconds)); lag = Math.max(lag + 1, Math.round(lag * 1.4)))
    lags.push(lag);
  const means = MEAN_SECONDS.map((seconds) => slotsIn(seconds, stepSeconds)).filter((slots) => slots > 1);
  const day = slotsADay(stepSeconds);
  const yesterday = [
    ...new Set(YESTERDAY_SECONDS.map((seconds) => day - Math.round(seconds / stepSeconds)).filter((lag) => lag > 0)),
  ];
  const all = [...lags, ...yesterday];
  const waves = [
    { seconds: DAY_SECONDS, count: stepSeconds < DAY_SECONDS / 4 ? DAY_WAVES : 0 },
    { seconds: WEEK_SECONDS, count: weekly ? WEEK_WAVES : 0 },
  ];
  const reach = Math.max(...all, ...means);
  return {
    features: all.length + means.length + 2 * waves.reduce((sum, { count }) => sum + count, 0),
    reach,
    write(filled, sums, slot, time, row) {
      const now = filled[slot];
      let at = 0;
      for (const lag of all) row[at++] = filled[slot - lag] - now;
      for (const slots of means) row[at++] = (sums[slot + 1] - sums[slot + 1 - slots]) / slots - now;
      for (const { seconds, count } of waves) {
        const turn = (2 * Math.PI * (time % seconds)) / seconds;
        for (let wave = 1; wave <= count; wave++) {
          row[at++] = Math.cos(wave * turn);
          row[at++] = Math.sin(wave * turn);
        }
      }
    },
  };
}

/** Values without gaps for the features: each gap is the value before it, those at the start the first there is. */
export function carriedForward(values: Float64Array): Float64Array {
  const filled = new Float64Array(values);
  let last = filled.find((value) => !Number.isNaN(value)) ?? 0;
  for (let slot = 0; slot < filled.length; slot++) {
    if (Number.isNaN(filled[slot])) filled[slot] = last;
    else last = filled[slot];
  }
  return filled;
}

/** Values to be learned from: short gaps lie on the line between their neighbours, long ones stay gaps. */
export function linedUp(values: Float64Array, stepSeconds: number): Float64Array {
  const longest = bridgedSlots(stepSeconds);
  const lined = new Float64Array(values);
  let known = -1;
  for (let slot = 0; slot < values.length; slot++) {
    if (Number.isNaN(values[slot])) continue;
    const gap = slot - known - 1;
    if (known >= 0 && gap > 0 && gap <= longest)
      for (let inside = known + 1; inside < slot; inside++)
        lined[inside] = values[known] + ((inside - known) / (slot - known)) * (values[slot] - values[known]);
    known = slot;
  }
  return lined;
}

/** `sums[k]` is the sum of the first k values. */
export function runningSums(filled: Float64Array): Float64Array {
  const sums = new Float64Array(filled.length + 1);
  for (let slot = 0; slot < filled.length; slot++) sums[slot + 1] = sums[slot] + filled[slot];
  return sums;
}
