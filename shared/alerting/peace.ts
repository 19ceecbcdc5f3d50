import type { Story } from './incident.ts';
import type { AskedSilence } from './notice-reason.ts';
import { standingOf } from './standing.ts';

/**
 * The story with what must be remembered of its silence for the time when it is over: whether nobody was to be told
 * each time that it fired. Once it fired while people were to be told, that it did stays known, whatever is asked for
 * later. The very same object where it has not fired since this was asked last, and once people were told.
 *
 * @param askedAt why nobody was to be told at a time (epoch seconds); undefined where they were.
 */
export function notePeace<S extends Story>(story: S, askedAt: (at: number) => AskedSilence | undefined): S {
  const { announced, peace, openedAt } = story;
  const { fired, inShadow } = standingOf(story);
  if (announced || fired.length === 0 || (peace !== undefined && peace.asked === null)) return story;
  const firedAt = Math.max(...fired.map(([, { lastFiredAt }]) => lastFiredAt ?? openedAt));
  if (peace !== undefined && peace.firedAt >= firedAt) return story;
  const moments = peace === undefined ? [openedAt, firedAt] : [firedAt];
  const reasons = moments.map((at) => (inShadow ? 'shadow-mode' : askedAt(at)));
  return { ...story, peace: { firedAt, asked: reasons.includes(undefined) ? null : (reasons[0] ?? null) } };
}
