import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts';

/** Dead letters in this process. */
export class MemoryDeadLetters implements DeadLetters {
  readonly letters: DeadLetter[] = [];

  async put(letter: DeadLetter): Promise<void> {
    this.letters.push(letter);
  }
}
