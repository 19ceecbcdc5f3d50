import { expect, it } from 'vitest';
import { type Happening, type Moment, play, Timeline, type TimelineOptions } from './timeline.ts';

/** Grave enough to page. */
export const HIGH = { severity: 'HIGH' } as const;
/** How a grave incident of web-1 that begins with its story is told first. */
export const toldFirst = ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'] as const;

/** A story as it is told: signals, what else happens, and what people heard. */
export interface Story extends TimelineOptions {
  /** Such as `2h`. */
  readonly until: string;
  /** Each moment's signals. The first of them is the beginning. */
  readonly signals: readonly Moment[];
  /** What people, channels and deployments do meanwhile. */
  readonly others?: readonly Moment[];
  /** Lines such as `1m slack first-notice HIGH web-1`; those of the same moment in any order. */
  readonly told: readonly string[];
  /** The same where no signal comes after those of the first moment: what the clock alone brings about. */
  readonly alone?: readonly string[];
}

/** One test for each story, and one for the same story with nothing but the clock after its beginning. */
export function tellStories(stories: readonly (readonly [title: string, Story])[]): void {
  it.each(stories)('%s', async (_title, { until, signals, others = [], told, ...options }) => {
    expect(inOrder(await play(new Timeline(options), until, [...others, ...signals]))).toEqual(inOrder(told));
  });
  const lonely = stories.flatMap(([title, story]) =>
    story.alone === undefined ? [] : [{ title, ...story, alone: story.alone }],
  );
  it.each(lonely)(
    '$title — and then no signal any more',
    async ({ until, signals, others = [], alone, ...options }) => {
      const first = signals.slice(0, 1);
      expect(inOrder(await play(new Timeline(options), until, [...others, ...first]))).toEqual(inOrder(alone));
    },
  );
}

/** Who is told first within a moment is nobody's promise. */
const inOrder = (lines: readonly string[]): readonly string[] =>
  [...lines].sort((a, b) => parseInt(a, 10) - parseInt(b, 10) || (a < b ? -1 : 1));

/** The same signals at each tick of five minutes, from the first to the last minute. */
export function eachTick(from: number, to: number, ...what: readonly Happening[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (let minute = from; minute <= to; minute += 5) moments.push([minute === 0 ? '0' : `${minute}m`, ...what]);
  return moments;
}
