import { describe, expect, it } from 'vitest';
import {
  emptyWatchBook,
  isAlwaysPaged,
  pageDay,
  registerBeginning,
  type StormPolicy,
  takePage,
  type WatchBook,
  watchBookSchema,
} from '../../shared/alerting/watch-book.ts';
import { day, finding, heard, hour, interval, signal, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const policy: StormPolicy = { entities: 5, ticks: 2 };

/** Groups that begin at ticks; what each of them is told that it belongs to, and the book afterwards. */
function begin(ticks: readonly (readonly [group: string, tick: number])[], by: StormPolicy | 'off' = policy) {
  let book = emptyWatchBook('web');
  const storms = ticks.map(([group, tick]) => {
    const openedAt = t0 + tick * interval;
    const registered = registerBeginning(book, { group, number: openedAt, openedAt, intervalSeconds: interval }, by);
    book = registered.book;
    return registered.storm;
  });
  return { book, storms };
}
const many = (count: number, tick: number, prefix = 'e') =>
  Array.from({ length: count }, (_, k) => [`${prefix}${tick}-${k}`, tick] as const);
/** How large the storm is that the last of them belongs to; 0 for a story of its own. */
const stormOf = (...ticks: readonly (readonly [string, number])[]): number => begin(ticks).storms.at(-1)?.length ?? 0;

describe('a storm', () => {
  it.each([
    ['is not five at once', many(5, 0), 0],
    ['is six at once', many(6, 0), 6],
    ['is six within two ticks', [...many(3, 0), ...many(3, 1)], 6],
    ['is not six within three', [...many(2, 0), ...many(2, 1), ...many(2, 2)], 0],
    ['is not six beginnings of the same thing', [0, 0, 0, 0, 0, 0].map((tick) => ['e', tick] as const), 0],
    ['takes in what begins within two ticks of it', [...many(6, 0), ['late', 1] as const], 7],
    ['and no more what begins later', [...many(6, 0), ['late', 2] as const], 0],
    [
      'goes on no longer because something new trickles in at each tick',
      [...many(6, 0), ...[1, 2, 3].map((tick) => [`t${tick}`, tick] as const)],
      0,
    ],
    ['goes on while as many begin', [...many(6, 0), ...many(6, 1), ...many(6, 2)], 18],
    ['takes in what began just before it', [...many(1, 0, 'first'), ...many(6, 1)], 7],
    ['is another one an hour later', [...many(6, 0), ...many(6, 12)], 6],
  ])('%s', (_title, ticks, size) => expect(stormOf(...ticks)).toBe(size));

  it('is told to the sixth, and to whoever asks again of those before', () => {
    const { book, storms } = begin(many(6, 0));
    expect(storms.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 6]);
    const again = registerBeginning(
      book,
      { group: 'e0-0', number: t0, openedAt: t0, intervalSeconds: interval },
      policy,
    );
    expect(again.storm).toHaveLength(6);
    expect(again.book).toBe(book);
  });

  it('is nothing where nobody asks for it', () => {
    const { book, storms } = begin(many(20, 0), 'off');
    expect(storms.every(({ length }) => length === 0)).toBe(true);
    expect(book).toEqual(emptyWatchBook('web'));
  });

  it('comes to the same, whatever order its beginnings arrive in', () => {
    const ticks = [...many(4, 0), ...many(3, 1), ...many(1, 3)];
    fc.assert(
      fc.property(fc.shuffledSubarray(ticks, { minLength: ticks.length }), (shuffled) => {
        const { book } = begin(shuffled);
        expect(book).toEqual(begin(ticks).book);
        expect(watchBookSchema.parse(JSON.parse(JSON.stringify(book)))).toEqual(book);
      }),
    );
  });

  it('leaves a book that does not grow', () => {
    const { book } = begin(Array.from({ length: 1200 }, (_, k) => [`e${k}`, k % 3] as const));
    expect(book.beginnings.length).toBeLessThanOrEqual(1000);
    expect(begin([...many(5, 0), ...many(1, 100)]).book.beginnings).toHaveLength(1);
  });
});

describe('the pages of a day', () => {
  const pages = (
    asked: readonly string[],
    perDay: number | 'off',
    start: WatchBook = emptyWatchBook('web'),
    on = '2026-11-21',
  ) => {
    let book = start;
    const answers = asked.map((page) => {
      const taken = takePage(book, page, on, perDay);
      book = taken.book;
      return taken.answer;
    });
    return { book, answers: answers.join(' ') };
  };
  it.each([
    ['are as many as are allowed', ['a', 'b'], 2, 'page page'],
    ['the one too many says that they are spent', ['a', 'b', 'c'], 2, 'page page budget-spent'],
    ['those after it leave people in peace', ['a', 'b', 'c', 'd'], 2, 'page page budget-spent withheld'],
    ['the same page is one page, however often it is taken', ['a', 'a', 'b', 'a'], 2, 'page page page page'],
    [
      'the same answer is given again after a crash',
      ['a', 'b', 'b', 'c', 'b'],
      1,
      'page budget-spent budget-spent withheld budget-spent',
    ],
    ['are without end where nobody counts', ['a', 'b', 'c'], 'off', 'page page page'],
  ] as const)('%s', (_title, asked, perDay, answers) => expect(pages(asked, perDay).answers).toBe(answers));

  it('begin anew each day', () => {
    const spent = pages(['a', 'b'], 1).book;
    expect(pages(['c'], 1, spent, '2026-11-22').answers).toBe('page');
  });

  it('are counted by the day of the watch', () => {
    expect(pageDay(Date.parse('2026-11-21T15:00Z') / 1000, 'Asia/Tokyo')).toBe('2026-11-22');
    expect(pageDay(Date.parse('2026-11-21T15:00Z') / 1000, 'America/New_York')).toBe('2026-11-21');
  });

  it.each([
    ['CRITICAL is never withheld', finding('cpu', { severity: 'CRITICAL' }), true],
    ['a static limit is never withheld', finding('cpu', { kind: 'rule', source: 'above 90' }), true],
    ['nor is one from below', finding('cpu', { kind: 'rule', source: 'below 5' }), true],
    ['a jump may be', finding('cpu', { kind: 'rule', source: 'jump 30' }), false],
    ['what is HIGH may be', finding('cpu', { severity: 'HIGH' }), false],
    ['an anomaly that happens to be called like a limit may be', finding('cpu', { source: 'above 90' }), false],
  ])('%s', (_title, given, always) => expect(isAlwaysPaged(heard([signal(t0, [given])]))).toBe(always));

  it('a limit that is kept again withholds nothing that still fires for another reason', () => {
    const limit = { kind: 'rule' as const, source: 'above 90' };
    const both = [
      signal(t0, [finding('limit', limit), finding('cpu')]),
      signal(t0 + interval, [finding('limit', { ...limit, status: 'normal' }), finding('cpu')]),
    ];
    expect(isAlwaysPaged(heard(both))).toBe(false);
    expect(day / hour).toBe(24);
  });
});
