import { createRandom, type Random } from '../../../../shared/numeric/random.ts';
import type { Fault } from './scenario.ts';

/** A call takes no longer: a service that does is timed out by its client. */
const LONGEST_CALL_SECONDS = 20;
/** The platform ends a process that runs for longer. */
export const LONGEST_RUN_SECONDS = 120;

/** A process: it dies with the call that kills it, and only what it stored remains. */
export interface Process {
  readonly name: string;
  readonly startedAt: number;
  dead: boolean;
  /** Calls of it that threw. */
  failures: number;
}

interface Ticket {
  readonly process: Process;
  readonly name: string;
  readonly until: number;
  readonly perform: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

/**
 * Runs processes side by side, one port call at a time. Who goes on, how long each call takes, who dies and whose call
 * fails are drawn from the seed and named by the faults: the same again is the very same story.
 */
export class Scheduler {
  time: number;
  readonly processes: Process[] = [];
  /** Calls made, of all processes. */
  calls = 0;
  crashes = 0;
  readonly #random: Random;
  readonly #faults: readonly Fault[];
  #tells = 0;
  readonly #planned: Planned[] = [];
  #tickets: Ticket[] = [];
  #order = 0;

  constructor(seed: number, faults: readonly Fault[], start: number) {
    this.time = start;
    this.#random = createRandom(seed + 0.5 * 2 ** 40);
    this.#faults = faults;
  }

  plan(at: number, happen: () => void): void {
    this.#planned.push({ at, order: this.#order++, happen });
  }

  /** Starts a process now. @param work is given the process, and ends or never does. */
  spawn(name: string, work: (process: Process) => Promise<void>): void {
    const process: Process = { name, startedAt: this.time, dead: false, failures: 0 };
    this.processes.push(process);
    void work(process);
  }

  /** A port call of a process: it waits for its turn. */
  call<T>(process: Process, name: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const perform = async (): Promise<void> => {
        const value = await work();
        if (!process.dead) resolve(value);
      };
      this.#tickets.push({ process, name, until: this.time + LONGEST_CALL_SECONDS, perform, refuse: reject });
    });
  }

  /** Until nothing is planned and nobody waits. */
  async run(): Promise<void> {
    for (;;) {
      await settled();
      this.#tickets = this.#tickets.filter(({ process }) => !process.dead);
      const planned = this.#nextPlanned();
      if (planned !== undefined && (planned.at <= this.time || this.#tickets.length === 0)) {
        this.time = Math.max(this.time, planned.at);
        this.#planned.splice(this.#planned.indexOf(planned), 1);
        planned.happen();
      } else if (this.#tickets.length > 0) await this.#turn();
      else return;
    }
  }

  #nextPlanned(): Planned | undefined {
    return this.#planned.reduce<Planned | undefined>(
      (first, one) =>
        first === undefined || one.at < first.at || (one.at === first.at && one.order < first.order) ? one : first,
      undefined,
    );
  }

  async #turn(): Promise<void> {
    const earliest = Math.min(...this.#tickets.map(({ until }) => until));
    const pause = this.#random.next() < 0.04 ? 15 * this.#random.next() : 0.2 * this.#random.next();
    this.time = Math.min(this.time + pause, Math.max(this.time, earliest));
    const overdue = this.#tickets.findIndex(({ until }) => until <= this.time);
    const [ticket] = this.#tickets.splice(overdue !== -1 ? overdue : this.#random.integer(this.#tickets.length), 1);
    const { process } = ticket;
    if (this.time - process.startedAt > LONGEST_RUN_SECONDS) {
      this.#kill(process);
      return;
    }
    this.calls++;
    const isTell = ticket.name.startsWith('tell');
    if (isTell) this.#tells++;
    const how = this.#faults.find(({ of, call }) =>
      of === 'all' ? call === this.calls : isTell && call === this.#tells,
    )?.how;
    if (how === 'dies-before') this.#kill(process);
    else if (how === 'fails-before') this.#fail(ticket);
    else if (how === 'dies-after') {
      this.#kill(process);
      await ticket.perform();
    } else if (how === 'fails-after') {
      this.#fail(ticket);
      await ticket.perform();
    } else await ticket.perform();
  }

  #kill(process: Process): void {
    process.dead = true;
    this.crashes++;
  }

  #fail({ process, name, refuse }: Ticket): void {
    process.failures++;
    refuse(new Error(`${name}: connection reset`));
  }
}

/** All that is not waiting for a turn has come to rest. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
