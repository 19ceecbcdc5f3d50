import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { compareKeys } from '../../shared/models/object-key.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Version } from '../../shared/ports/object-store.ts';
import type { WrittenTimes } from '../../shared/ports/written-times.ts';

/** Objects in memory that know, as those of S3 do, when they were written last; and which were read. */
export class DatedStore extends MemoryObjectStore implements WrittenTimes {
  /** Of the process that writes now. */
  clock: Clock;
  readonly gets: string[] = [];
  readonly #writtenAt = new Map<string, number>();

  constructor(clock: Clock) {
    super();
    this.clock = clock;
  }

  override async get(key: string) {
    this.gets.push(key);
    return super.get(key);
  }

  override async put(key: string, body: Uint8Array, expected?: Version | 'absent') {
    const outcome = await super.put(key, body, expected);
    if (outcome === 'stored') this.#writtenAt.set(key, this.clock.now());
    return outcome;
  }

  override async delete(key: string): Promise<void> {
    this.#writtenAt.delete(key);
    await super.delete(key);
  }

  async *written(prefix: string) {
    const found = [...this.#writtenAt].filter(([key]) => key.startsWith(prefix));
    for (const [key, writtenAt] of found.sort(([a], [b]) => compareKeys(a, b))) yield { key, writtenAt };
  }
}
