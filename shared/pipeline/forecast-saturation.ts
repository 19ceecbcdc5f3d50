import { isBeyond } from '../forecasters/limits.ts';
import type { Recommendation } from '../forecasters/outlook.ts';
import { severityOfRecommendation } from '../forecasters/recommendation.ts';
import { median } from '../numeric/statistics.ts';
import { behindLine } from './behind-line.ts';
import type { FittedSaturation } from './fitted-shard.ts';
import { digits, headOf, type SeriesToTell } from './series-to-tell.ts';
import type { Told } from './shard-state.ts';
import type { Statement } from './tell-entity.ts';

const DAY = 86_400;
/** What will be full later is nobody's business yet. */
const SATURATION_SECONDS = 14 * DAY;
/** A line that should have got there so long ago was wrong: by then it was fitted anew, or cannot be. */
const OVERDUE_SECONDS = DAY;
/** One value alone says nothing of a line. */
const NEWEST_SLOTS = 3;

export const saturationKey = (series: string): string => `saturation:${series}`;

/**
 * What is said of a slow trend at a tick. It fires where the end is near: never where it is there already when nobody
 * foresaw it, for then the crossing of a limit tells it; and what was foreseen and has come goes on for as long as it
 * is there. It ends, too, where the newest values are a day and more behind the line, beyond what is usual: somebody
 * cleaned up; and where the end should have come a day ago.
 */
export function saturationStatement(one: SeriesToTell, earlier: Told | undefined, tick: number): Statement {
  const { saturation, description, made } = one;
  const head = { key: saturationKey(description.id), source: 'saturation', score: 0, ...headOf(one) };
  const since = earlier?.finding.since ?? tick;
  if (saturation === undefined)
    return { ...head, status: 'unknown', since, explanation: `whether ${description.label} fills up cannot be said` };
  if (saturation === null)
    return { ...head, status: 'normal', since, explanation: `${description.label} does not fill up any more` };
  const { limit, reachesAt, earliest, latest, note, perDay } = saturation;
  const isOngoing = earlier !== undefined && earlier.normalTicks === 0;
  const isThere = isAtEnd(made.current, limit);
  const left = isThere ? 0 : (reachesAt ?? Infinity) - tick;
  const isFiring = isThere ? isOngoing : isNear(left, isOngoing) && !isBehind(one, saturation);
  const end = limit.side === 'above' ? 'full' : 'used up';
  const rate = `: ${digits(Math.abs(perDay))} a day`;
  const when = left <= 0 ? `should be ${end} by now${rate}` : `will be ${end} in about ${dayWords(left)}${rate}`;
  return {
    ...head,
    status: isFiring ? 'firing' : 'normal',
    since: isFiring && !isOngoing ? tick : since,
    ...(isFiring ? { severity: severityOfRecommendation[adviceFor(left)], isProposed: true } : {}),
    explanation: isFiring
      ? `${description.label} ${isThere ? `is ${end}` : when}`
      : `${description.label} is not about to be ${end} any more`,
    forecast: {
      limit,
      probability: null,
      crossesAt: isThere ? null : reachesAt,
      ...(earliest === null || latest === null ? {} : { between: [earliest, latest] as [number, number] }),
      isBeyond: isThere || (Number.isFinite(made.current) && isBeyond(made.current, limit)),
      recommendation: isFiring ? adviceFor(left) : 'NONE',
      scaleTo: null,
      skill: null,
      note,
    },
  };
}

const isNear = (left: number, isOngoing: boolean): boolean =>
  left <= SATURATION_SECONDS && (left > 0 || (isOngoing && left > -OVERDUE_SECONDS));

const isAtEnd = (value: number, { value: end, side }: FittedSaturation['limit']): boolean =>
  side === 'above' ? value >= end : value <= end;

/** Whether the newest values are farther on the good side of the line than the series usually is, by a day and more. */
function isBehind({ known }: SeriesToTell, line: FittedSaturation): boolean {
  if (line.reachesAt === null) return true;
  const newest: number[] = [];
  for (let slot = known.values.length - 1; slot >= 0 && newest.length < NEWEST_SLOTS; slot--) {
    const behind = behindLine(line, known.values[slot], known.start + slot * known.stepSeconds);
    if (!Number.isNaN(behind)) newest.push(behind);
  }
  return newest.length === NEWEST_SLOTS && median(newest) > line.usual + Math.abs(line.perDay);
}

/** Days in which disks are ordered, hours in which somebody must come. */
const adviceFor = (seconds: number): Recommendation =>
  seconds <= DAY ? 'SCALE_SOON' : seconds <= 3 * DAY ? 'PREPARE_SCALING' : 'MONITOR';

function dayWords(seconds: number): string {
  const [count, unit] =
    seconds < 1.5 * DAY ? [Math.max(1, Math.round(seconds / 3600)), 'hour'] : [Math.round(seconds / DAY), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
