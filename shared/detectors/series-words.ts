import { MEMORY, REALS, WHOLES } from './series-state.ts';
import type { SeriesDetectorState } from './series-state.ts';

/** The channels of the series detector, in the order of their rarities. */
export const CHANNEL = { m1: 0, m8: 1, s4: 2, ls16: 3, r1: 4, r4: 5, r8: 6, d1: 7 } as const;

/** 1 above all that is remembered, -1 below all, 0 between. */
function placeAmongRemembered({ reals, wholes }: SeriesDetectorState, channel: number, value: number): -1 | 0 | 1 {
  const at = REALS.memories + channel * MEMORY.length;
  const size = wholes[WHOLES.memorySizes + channel];
  if (value > reals[at + size - 1]) return 1;
  return value < reals[at] ? -1 : 0;
}

const choose = (place: -1 | 0 | 1, above: string, below: string, between: string): string =>
  place > 0 ? above : place < 0 ? below : between;

/** The newest point in numbers relative to the series' origin, for its explanation. */
export interface Sighting {
  readonly value: number;
  readonly mean8: number;
  /** Observed less expected: of the newest point, and its means over four and eight. */
  readonly residual: number;
  readonly residual4: number;
  readonly residual8: number;
  readonly change: number;
  readonly outside: boolean;
}

/** What the channel with the largest rarity of those `among` has seen, for people. */
export function explainChannel(
  state: SeriesDetectorState,
  rarities: Float64Array,
  among: readonly number[],
  seen: Sighting,
): string {
  let strongest = among[0];
  for (const channel of among) if (rarities[channel] > rarities[strongest]) strongest = channel;
  switch (strongest) {
    case CHANNEL.m1:
      return choose(
        placeAmongRemembered(state, CHANNEL.m1, seen.value),
        'a level higher than any remembered',
        'a level lower than any remembered',
        'a level never seen between two usual ones',
      );
    case CHANNEL.m8:
      return choose(
        placeAmongRemembered(state, CHANNEL.m8, seen.mean8),
        'the mean of the last eight points is higher than any remembered',
        'the mean of the last eight points is lower than any remembered',
        'the mean of the last eight points has never been between these two usual levels',
      );
    case CHANNEL.s4:
      return 'an unusual variation over the last four points';
    case CHANNEL.ls16:
      return 'an unusual variation over the last sixteen points';
    case CHANNEL.r4:
      return `the last four points ${seen.residual4 > 0 ? 'above' : 'below'} what was expected`;
    case CHANNEL.r8:
      return `the last eight points ${seen.residual8 > 0 ? 'above' : 'below'} what was expected`;
    case CHANNEL.d1:
      return `a sudden ${seen.change > 0 ? 'rise' : 'drop'} from one point to the next`;
    default:
      if (seen.outside) return 'outside the expected range';
      return `further ${seen.residual > 0 ? 'above' : 'below'} what was expected than usual`;
  }
}
