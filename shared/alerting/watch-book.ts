import * as z from 'zod';
import { localTime } from '../metrics/time-zone.ts';
import { standingOf } from './standing.ts';
import type { Story } from './incident.ts';

const time = z.number();

export const watchBookSchema = z.object({
  version: z.literal(1),
  watch: z.string(),
  /** Incidents of the watch that began within the last ticks: group, number, and the tick that opened it. */
  beginnings: z.array(z.object({ group: z.string(), number: z.int(), openedAt: time })),
  /** Pages of one day of the watch's time zone (`2026-11-21`), by what each is about. */
  pages: z.object({ day: z.string(), taken: z.array(z.string()), spentBy: z.string().nullable() }),
});

/** What is counted per watch: beginnings for storms, pages of the day. Stored under compare-and-swap. */
export type WatchBook = z.infer<typeof watchBookSchema>;

/** More than so many groups that begin within so many ticks are told as one. */
export interface StormPolicy {
  readonly entities: number;
  readonly ticks: number;
}

/** A record before anything was counted. */
export const emptyWatchBook = (watch: string): WatchBook => ({
  version: 1,
  watch,
  beginnings: [],
  pages: { day: '', taken: [], spentBy: null },
});

/** An account that fails as a whole is one storm; its list need not be longer. */
const MOST_BEGINNINGS = 1000;

/** An incident that begins: the tick that opened it, and the watch's own tick length in seconds. */
export type Beginning = Pick<Story, 'group' | 'number' | 'openedAt'> & { readonly intervalSeconds: number };

/**
 * Writes down that an incident of the watch began. In any order and any number of times: the same beginnings come to the
 * same book, which is the very same object where nothing is new.
 *
 * @returns the groups that are a storm with it, this one included; empty where it is a story of its own.
 */
export function registerBeginning(
  book: WatchBook,
  { group, number, openedAt, intervalSeconds }: Beginning,
  policy: StormPolicy | 'off',
): { readonly book: WatchBook; readonly storm: readonly string[] } {
  if (policy === 'off') return { book, storm: [] };
  // Two ticks are one interval apart; half of one more forgives a scheduler that is not exact.
  const span = (policy.ticks - 0.5) * intervalSeconds;
  const isKnown = book.beginnings.some((one) => one.group === group && one.number === number);
  const beginnings = isKnown
    ? book.beginnings
    : [...book.beginnings, { group, number, openedAt }].sort(byTime).slice(-MOST_BEGINNINGS);
  const storm = stormAround(beginnings, openedAt, span, policy.entities);
  if (isKnown) return { book, storm };
  const newest = beginnings[beginnings.length - 1].openedAt;
  return {
    book: { ...book, beginnings: beginnings.filter((one) => one.openedAt >= newest - KEPT_SPANS * span) },
    storm,
  };
}

/** Late signals may still join: beginnings are kept for so many times the span in which they are one storm. */
const KEPT_SPANS = 10;

type Known = WatchBook['beginnings'][number];

const byTime = (a: Known, b: Known): number =>
  a.openedAt - b.openedAt || (a.group < b.group ? -1 : a.group > b.group ? 1 : a.number - b.number);

/**
 * The groups of the storm to which one that began at `at` belongs. Where more than `entities` groups begin within one
 * span, they are a storm, together with what began within a span of any of them; what then still trickles in is not.
 */
function stormAround(sorted: readonly Known[], at: number, span: number, entities: number): readonly string[] {
  const cores = coresOf(sorted, span, entities);
  let storm: Known[] = [];
  let next = 0;
  for (const one of sorted) {
    while (next < cores.length && cores[next] < one.openedAt) next += 1;
    const isNear =
      one.openedAt - (cores[next - 1] ?? -Infinity) <= span || (cores[next] ?? Infinity) - one.openedAt <= span;
    if (!isNear) continue;
    const last = storm.at(-1);
    if (last !== undefined && one.openedAt - last.openedAt > span) {
      if (last.openedAt >= at) break;
      storm = [];
    }
    storm.push(one);
  }
  const isIn = storm.some(({ openedAt }) => openedAt === at);
  return isIn ? [...new Set(storm.map(({ group }) => group))] : [];
}

/** Ascending times at which one began that lies in a span with more than `entities` groups. */
function coresOf(sorted: readonly Known[], span: number, entities: number): readonly number[] {
  const cores: number[] = [];
  const inSpan = new Map<string, number>();
  let past = 0;
  let kept = 0;
  sorted.forEach((first, k) => {
    while (past < sorted.length && sorted[past].openedAt - first.openedAt <= span) {
      inSpan.set(sorted[past].group, (inSpan.get(sorted[past].group) ?? 0) + 1);
      past += 1;
    }
    if (inSpan.size > entities)
      for (kept = Math.max(kept, k); kept < past; kept += 1) cores.push(sorted[kept].openedAt);
    const left = (inSpan.get(first.group) ?? 0) - 1;
    if (left > 0) inSpan.set(first.group, left);
    else inSpan.delete(first.group);
  });
  return cores;
}

/** May get people out of bed; is to say, once, that the day's pages are spent; or must leave them in peace. */
export type PageAnswer = 'page' | 'budget-spent' | 'withheld';

/**
 * Takes a page out of the day's budget. Asked again for the same page it answers the same and takes nothing.
 *
 * @param page what it is about: an incident, however often it is told. @param day see {@link pageDay}.
 */
export function takePage(
  book: WatchBook,
  page: string,
  day: string,
  pagesPerDay: number | 'off',
): { readonly book: WatchBook; readonly answer: PageAnswer } {
  if (pagesPerDay === 'off') return { book, answer: 'page' };
  const pages = book.pages.day === day ? book.pages : { day, taken: [], spentBy: null };
  if (pages.taken.includes(page)) return { book, answer: 'page' };
  if (pages.taken.length < pagesPerDay)
    return { book: { ...book, pages: { ...pages, taken: [...pages.taken, page] } }, answer: 'page' };
  if (pages.spentBy === page) return { book, answer: 'budget-spent' };
  if (pages.spentBy !== null) return { book, answer: 'withheld' };
  return { book: { ...book, pages: { ...pages, spentBy: page } }, answer: 'budget-spent' };
}

/** The day of a time (epoch seconds) on the wall clock of a time zone: `2026-11-21`. */
export const pageDay = (now: number, timezone: string): string =>
  new Date(localTime(timezone)(now) * 1000).toISOString().slice(0, 10);

/** Whether no budget may withhold it: it is CRITICAL, or breaks a limit that somebody set by hand. */
export function isAlwaysPaged(incident: Pick<Story, 'members'>): boolean {
  const { firing, unknown, fired, severity } = standingOf(incident);
  const lasting = firing.length + unknown.length > 0 ? [...firing, ...unknown] : fired;
  return (
    severity === 'CRITICAL' ||
    lasting.some(([, { finding }]) => finding.kind === 'rule' && /^(?:above|below)(?: |$)/.test(finding.source))
  );
}
