import type { Series } from '../metrics/series.ts';
import { median } from '../numeric/statistics.ts';
import { measuredValues, slotsADay, slotsIn } from './recent-window.ts';

/** Medians of equal stretches that end with the newest slot; oldest first, NaN where too little of one is known. */
export interface Blocks {
  readonly seconds: number;
  readonly medians: Float64Array;
}

const HOUR = 3600;
const KNOWN_PART = 0.25;
/** A change from day to day is a jump if it lies so many times farther from the usual change than these usually lie. */
const JUMP_SPREADS = 6;
/** Jumps are not looked for below this part of the whole range. */
const JUMP_RANGE_PART = 0.08;
const SPREAD_OF_NORMAL = 1.4826;
/** So many changes in a row of one direction are a new course, fewer are a jump. */
const COURSE_DAYS = 3;

export const dayBlocks = (history: Series): Blocks => blocksOf(history, slotsADay(history.stepSeconds));

export const hourBlocks = (history: Series): Blocks => blocksOf(history, slotsIn(HOUR, history.stepSeconds));

function blocksOf({ stepSeconds, values }: Series, slots: number): Blocks {
  const measured = measuredValues(values);
  const count = Math.floor(measured.length / slots);
  const first = measured.length - count * slots;
  const medians = Float64Array.from({ length: count }, (_, block) => {
    const from = first + block * slots;
    const known = measured.subarray(from, from + slots).filter((value) => !Number.isNaN(value));
    return known.length < KNOWN_PART * slots ? Number.NaN : median(known);
  });
  return { seconds: slots * stepSeconds, medians };
}

/** A moment after which the past says nothing of what is to come. */
export interface Break {
  /** The first block of the new course. */
  readonly block: number;
  /** How far it jumped; 0 where only the course changed. */
  readonly jump: number;
}

/**
 * Where daily medians jumped (a disk was cleaned, a volume was moved) or took another course. A change is one that lies
 * far from the usual change of a day; up to two such in a row are a jump that fell into two days, more are a course.
 */
export function breaksIn(medians: Float64Array): readonly Break[] {
  const changes = changesOf(medians);
  if (changes.length === 0) return [];
  const sizes = changes.map(({ by }) => by);
  const usual = median(sizes);
  const spread = SPREAD_OF_NORMAL * median(sizes.map((by) => Math.abs(by - usual)));
  const known = medians.filter((value) => !Number.isNaN(value));
  const range = known.reduce((a, b) => Math.max(a, b)) - known.reduce((a, b) => Math.min(a, b));
  const least = Math.max(JUMP_SPREADS * spread, JUMP_RANGE_PART * range);
  const breaks: Break[] = [];
  for (let at = 0; at < changes.length; at++) {
    if (Math.abs(changes[at].by - usual) <= least) continue;
    const sign = Math.sign(changes[at].by - usual);
    let end = at + 1;
    let jump = changes[at].by;
    while (end < changes.length && sign * (changes[end].by - usual) > least) jump += changes[end++].by;
    breaks.push(end - at < COURSE_DAYS ? { block: changes[end - 1].to, jump } : { block: changes[at].from, jump: 0 });
    at = end - 1;
  }
  return breaks;
}

/** Changes between blocks that are known, over gaps too. */
function changesOf(
  medians: Float64Array,
): readonly { readonly from: number; readonly to: number; readonly by: number }[] {
  const changes: { from: number; to: number; by: number }[] = [];
  let from = -1;
  for (let to = 0; to < medians.length; to++) {
    if (Number.isNaN(medians[to])) continue;
    // Over a gap it is what it changed a day: a trend went on there.
    if (from >= 0) changes.push({ from, to, by: (medians[to] - medians[from]) / (to - from) });
    from = to;
  }
  return changes;
}
