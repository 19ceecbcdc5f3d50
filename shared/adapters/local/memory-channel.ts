import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';

/** Keeps what people would have been told, and answers as it is bidden. */
export class MemoryChannel implements Channel {
  readonly kind: Channel['kind'];
  readonly #told: Notice[] = [];
  readonly #answer: (notice: Notice, call: number) => Delivery;
  #calls = 0;

  /** @param answer to the given call, from 1. @default delivered */
  constructor(
    kind: Channel['kind'],
    answer: (notice: Notice, call: number) => Delivery = () => ({ outcome: 'delivered', answer: 'kept' }),
  ) {
    this.kind = kind;
    this.#answer = answer;
  }

  /** What arrived, in order: also where the answer was lost. */
  get told(): readonly Notice[] {
    return this.#told;
  }

  async deliver(notice: Notice): Promise<Delivery> {
    const answer = this.#answer(notice, ++this.#calls);
    if (answer.outcome === 'delivered' || (answer.outcome === 'retryable' && answer.maybe)) this.#told.push(notice);
    return answer;
  }
}
