import {
  type Beginning,
  emptyWatchBook,
  type PageAnswer,
  registerBeginning,
  type StormPolicy,
  takePage,
  type WatchBook,
  watchBookSchema,
} from '../alerting/watch-book.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { updateJson } from './stored-json.ts';

/** Changes a book and answers; called again after a conflict. */
type Entry = (book: WatchBook) => WatchBook;

interface Waiting {
  readonly entry: Entry;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The books of the watches, as one run writes them: what is entered while a write is under way goes with the next one, so
 * that a hundred beginnings of a storm are not a hundred swaps that lose to each other. Where a book cannot be read, nothing
 * is a storm and no page is withheld.
 */
export class WatchBooks {
  readonly #store: ObjectStore;
  readonly #log: Log;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(store: ObjectStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** @returns groups that are one storm with this beginning, see {@link registerBeginning}. */
  async begin(watch: string, beginning: Beginning, policy: StormPolicy | 'off'): Promise<readonly string[]> {
    if (policy === 'off') return [];
    let storm: readonly string[] = [];
    await this.#enter(watch, (book) => {
      const registered = registerBeginning(book, beginning, policy);
      storm = registered.storm;
      return registered.book;
    });
    return storm;
  }

  /** See {@link takePage}. */
  async takePage(watch: string, page: string, day: string, perDay: number | 'off'): Promise<PageAnswer> {
    if (perDay === 'off') return 'page';
    let answer: PageAnswer = 'page';
    await this.#enter(watch, (book) => {
      const taken = takePage(book, page, day, perDay);
      answer = taken.answer;
      return taken.book;
    });
    return answer;
  }

  #enter(watch: string, entry: Entry): Promise<void> {
    return new Promise((done, failed) => {
      const one = { entry, done: () => done(), failed };
      const waiting = this.#waiting.get(watch);
      if (waiting !== undefined) waiting.push(one);
      else {
        this.#waiting.set(watch, [one]);
        void this.#write(watch);
      }
    });
  }

  async #write(watch: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(watch)?.splice(0) ?? [];
      if (batch.length === 0) break;
      try {
        await updateJson(this.#store, watchBookSchema, keys.watchBook(watch), (book) =>
          batch.reduce((before: WatchBook | undefined, { entry }) => entry(before ?? emptyWatchBook(watch)), book),
        );
        for (const { done } of batch) done();
      } catch (error) {
        if (error instanceof StoredObjectError) {
          // People are told one by one, and paged, rather than not at all.
          this.#log.error('watch book unreadable', { watch, error: error.message });
          for (const { done } of batch) done();
        } else for (const { failed } of batch) failed(error);
      }
    }
    this.#waiting.delete(watch);
  }
}
