import type { Notice } from '../../../../shared/alerting/notice.ts';
import type { Delivery } from '../../../../shared/ports/channel.ts';
import type { Process } from './scheduler.ts';
import type { Trouble } from './scenario.ts';

/** A message that reached a service. */
export interface Arrival {
  readonly at: number;
  readonly channel: string;
  readonly notice: Notice;
  readonly process: Process;
  /** The service took it, and its answer never came back. */
  answerLost: boolean;
  /** The process stored something of the incident afterwards: it may remember. */
  remembered: boolean;
}

/** Slack and PagerDuty, as far as the router can tell: what they were told, and what is open by deduplication key. */
export class Services {
  readonly arrivals: Arrival[] = [];
  /** PagerDuty's incidents, and those of them that somebody is known to be at. */
  readonly open = new Set<string>();
  readonly takenUp = new Set<string>();
  /** Incident and channel of everything that was refused for good. */
  readonly refused = new Set<string>();
  readonly #troubles: readonly Trouble[];
  readonly #start: number;
  #calls = 0;

  constructor(troubles: readonly Trouble[], start: number) {
    this.#troubles = troubles;
    this.#start = start;
  }

  deliver(channel: string, notice: Notice, process: Process, now: number): Delivery {
    this.#calls++;
    const minute = (now - this.#start) / 60;
    const trouble = this.#troubles.find((one) => one.channel === channel && minute >= one.from && minute < one.to);
    switch (trouble?.answer) {
      case 'down':
        return { outcome: 'retryable', reason: '503', maybe: false };
      case 'busy':
        return { outcome: 'retryable', reason: '429', afterSeconds: 90, maybe: false };
      case 'refused':
        this.refused.add(`${notice.incident} ${channel}`);
        return { outcome: 'rejected', reason: '403' };
      case 'lost':
        this.#arrive(channel, notice, process, now, true);
        return { outcome: 'retryable', reason: 'no answer', maybe: true };
      case 'flaky':
        if (this.#calls % 2 === 1) return { outcome: 'retryable', reason: 'connection refused', maybe: false };
        this.#arrive(channel, notice, process, now, true);
        return { outcome: 'retryable', reason: 'no answer', maybe: true };
      case undefined:
        this.#arrive(channel, notice, process, now, false);
        return { outcome: 'delivered', answer: 'ok' };
    }
  }

  /** Where it arrived at all, the process does not know. */
  loseAnswer(channel: string, notice: Notice, process: Process): void {
    for (const one of this.arrivals)
      if (one.process === process && one.channel === channel && one.notice === notice) one.answerLost = true;
  }

  #arrive(channel: string, notice: Notice, process: Process, at: number, answerLost: boolean): void {
    this.arrivals.push({ at, channel, notice, process, answerLost, remembered: false });
    if (channel !== 'pager') return;
    const { dedupKey, reason } = notice;
    if (isEnd(notice)) this.#close(dedupKey);
    else if (reason !== 'acknowledged') this.open.add(dedupKey);
    // PagerDuty drops the acknowledgement of what it does not know.
    else if (this.open.has(dedupKey)) this.takenUp.add(dedupKey);
  }

  #close(key: string): void {
    this.open.delete(key);
    this.takenUp.delete(key);
  }
}

export const isEnd = ({ reason }: Notice): boolean =>
  reason === 'all-resolved' || reason === 'closed' || reason === 'began-and-ended';
