import { EXACT, REALS, WHOLES } from './series-state.ts';
import type { SeriesDetectorState } from './series-state.ts';

/** What each alert adds to what the next one of the following days must exceed. */
const NOVELTY_FATIGUE = Math.fround(0.19);
const SEVERITY_FATIGUE = 1;
/** The severity gate opens at 2.05 where the novelty gate opens at 1.75; both move together. */
export const SEVERITY_PER_NOVELTY = Math.fround(2.05) / 1.75;
const DAY_SECONDS = 86_400;

/** Points over which the novelty gate's fatigue fades to 1/e: twenty days, but 500 points at least and 8,000 at most. */
const noveltyFatiguePoints = (stepSeconds: number): number =>
  Math.min(Math.max(Math.fround((20 * DAY_SECONDS) / stepSeconds), 500), 8000);

/** The severity gate is prompt, and recovers sooner where points are many: at most 5,000 points, 3.5 days of minutes. */
const severityFatiguePoints = (stepSeconds: number): number => Math.min(noveltyFatiguePoints(stepSeconds), 5000);

/** Points after any alert in which no novelty is told: 8 h 20 min, 12 to 100 points. */
const noveltyRestPoints = (stepSeconds: number): number =>
  Math.trunc(Math.min(Math.max(Math.fround(30_000 / stepSeconds), 12), 100));

/** Points after any alert in which no severity is told: 1 h, 5 to 60 points. */
export const severityRestPoints = (stepSeconds: number): number =>
  Math.trunc(Math.min(Math.max(Math.fround(3600 / stepSeconds), 5), 60));

/** Which gate let a point through. */
export type Opened = 'none' | 'novelty' | 'severity' | 'both';

export interface Gated {
  readonly alert: number;
  readonly opened: Opened;
}

/** What so many calls of {@link passGates} leave that tell nothing: for replays, which would spend their time on them. */
export function restGates({ reals, exact }: SeriesDetectorState, rows: number): void {
  const stepSeconds = Math.fround(exact[EXACT.stepSeconds]);
  reals[REALS.noveltyFatigue] *= Math.exp(-rows / noveltyFatiguePoints(stepSeconds));
  reals[REALS.severityFatigue] *= Math.exp(-rows / severityFatiguePoints(stepSeconds));
}

const SILENT: Gated = { alert: 0, opened: 'none' };

/**
 * Decides whether anyone is told. Each gate compares with the threshold what is left after fatigue, which grows with
 * every alert and fades over days; after an alert both rest. The novelty gate is slow and exact, the severity gate
 * prompt on sharp deviations.
 *
 * @param novelty in decades. @param excess severity over its usual worst, in decades.
 * @param least decades from which the gates open where that is more than the threshold.
 * @returns the gated strength in the novelty gate's unit, 0 where nobody is told.
 */
export function passGates(state: SeriesDetectorState, novelty: number, excess: number, least = 0): Gated {
  const { reals, exact, wholes } = state;
  const stepSeconds = Math.fround(exact[EXACT.stepSeconds]);
  const point = wholes[WHOLES.points];
  const threshold = Math.max(exact[EXACT.threshold], least);
  reals[REALS.noveltyFatigue] *= Math.exp(-1 / noveltyFatiguePoints(stepSeconds));
  reals[REALS.severityFatigue] *= Math.exp(-1 / severityFatiguePoints(stepSeconds));

  const fresh = novelty - Math.fround(NOVELTY_FATIGUE * reals[REALS.noveltyFatigue]);
  const sharp = (excess - SEVERITY_FATIGUE * reals[REALS.severityFatigue]) / SEVERITY_PER_NOVELTY;
  const isNovel = fresh >= threshold && point > wholes[WHOLES.noveltyUntil];
  const isSevere = exact[EXACT.severityGate] === 1 && sharp >= threshold && point > wholes[WHOLES.severityUntil];
  if (!isNovel && !isSevere) return SILENT;

  wholes[WHOLES.noveltyUntil] = point + noveltyRestPoints(stepSeconds);
  wholes[WHOLES.severityUntil] = point + severityRestPoints(stepSeconds);
  if (isNovel) reals[REALS.noveltyFatigue] += 1;
  if (isSevere) reals[REALS.severityFatigue] += 1;
  if (isNovel && isSevere) return { alert: Math.max(fresh, sharp), opened: 'both' };
  return isNovel ? { alert: fresh, opened: 'novelty' } : { alert: sharp, opened: 'severity' };
}
