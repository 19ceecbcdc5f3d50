import type { Incident } from './incident.ts';

/**
 * An incident that follows another in its group's record, with what is still to be said of that one: a channel that is
 * still to hear of its end hears of it, whatever begins meanwhile.
 *
 * @param before the record that it replaces.
 */
export function withEndings(before: Incident | undefined, after: Incident): Incident {
  if (before === undefined || before.number === after.number) return after;
  const { endings = [] } = before;
  const story = { ...before };
  delete story.endings;
  delete story.forgottenUntil;
  const isOwed = Object.values(story.channels).some(({ owed }) => owed !== null);
  if (!isOwed && endings.length === 0) return after;
  return { ...after, endings: isOwed ? [...endings, story] : endings };
}
