import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** Something that comes back at a rate, and of which at most one second's worth (or one piece) lies ready. */
class Allowance {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #clock: Clock;
  #ready: number;
  #at: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond);
    this.#clock = clock;
    this.#ready = this.#most;
    this.#at = clock.now();
  }

  /** Takes, going into debt where needed, and answers how many seconds to wait until the debt is paid. */
  take(amount: number): number {
    const now = this.#clock.now();
    this.#ready = Math.min(this.#most, this.#ready + Math.max(0, now - this.#at) * this.#perSecond);
    this.#at = now;
    this.#ready -= amount;
    return Math.max(0, -this.#ready / this.#perSecond);
  }
}

/** CloudWatch's default quotas per account and region, per second. */
const getCalls = 50;
const listCalls = 25;
/** Points are counted as asked for, not as found; recent ones, of the last three hours, are dearer. */
const recentPoints = 180_000;
const oldPoints = 396_000;
const recentSeconds = 3 * 3600;

/**
 * Keeps one process within its share of CloudWatch's quotas, which are shared with everything else in the account.
 * Functions that run at once do not know of each other: divide the share by how many there may be.
 */
export class Quota {
  readonly #clock: Clock;
  readonly #wait: (seconds: number) => Promise<unknown>;
  readonly #gets: Allowance;
  readonly #lists: Allowance;
  readonly #recent: Allowance;
  readonly #old: Allowance;

  /** @throws RangeError on a share that is not above 0 and at most 1. */
  constructor(share: number, clock: Clock, wait = (seconds: number): Promise<unknown> => sleep(seconds * 1000)) {
    if (!(share > 0 && share <= 1)) throw new RangeError(`quota share ${share}: give a number above 0 and at most 1`);
    this.#clock = clock;
    this.#wait = wait;
    this.#gets = new Allowance(getCalls * share, clock);
    this.#lists = new Allowance(listCalls * share, clock);
    this.#recent = new Allowance(recentPoints * share, clock);
    this.#old = new Allowance(oldPoints * share, clock);
  }

  async list(): Promise<void> {
    await this.#pay(this.#lists.take(1));
  }

  /** @param from start of what is asked, epoch seconds. */
  async get(points: number, from: number): Promise<void> {
    const pool = from >= this.#clock.now() - recentSeconds ? this.#recent : this.#old;
    await this.#pay(Math.max(this.#gets.take(1), pool.take(points)));
  }

  async #pay(seconds: number): Promise<void> {
    if (seconds > 0) await this.#wait(seconds);
  }
}
