import { PutEventsCommand, type EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Signal } from '../../alerting/signal.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import type { Log } from '../../ports/log.ts';
import { failure, isDenied } from './aws-failure.ts';
import { pause, type BackOff } from './back-off.ts';

/** What a rule matches signals by. */
export const signalSource = 'aiops.monitoring';
export const signalDetailType = 'Signal';

export interface EventBridgeBusOptions {
  readonly busName: string;
  readonly client: EventBridgeClient;
  readonly log: Log;
  /** For entries that EventBridge could not take now. @default 5 attempts, from 100 ms to 3 s apart */
  readonly backOff?: BackOff;
}

const mostEntries = 10;
/** EventBridge's limit of 1 MB for all entries of a request, less a margin for what it may count besides. */
const largestRequestBytes = 1024 * 1024 - 1024;
const timeBytes = 14;

/** Entries that may succeed when sent again; any other code is about the entry itself. */
const passing = new Set(['ThrottlingException', 'InternalFailure', 'InternalException', 'ServiceUnavailable']);

interface Entry {
  readonly wire: PutEventsRequestEntry;
  readonly signal: Signal;
  readonly bytes: number;
}

/** Publishes signals to an EventBridge bus, one event each, in requests of at most ten entries and 1 MB. */
export class EventBridgeBus implements EventBus {
  readonly #options: Required<EventBridgeBusOptions>;

  constructor(options: EventBridgeBusOptions) {
    this.#options = { backOff: { attempts: 5, baseMs: 100, longestMs: 3_000 }, ...options };
  }

  /**
   * @throws RangeError where one signal is larger than EventBridge takes, even without its chart points.
   * @throws Error naming the entities whose signals were refused in the end; all others were accepted.
   */
  async publish(signals: readonly Signal[]): Promise<void> {
    const refused: string[] = [];
    for (const batch of batches(signals.map((signal) => this.#entry(signal))))
      refused.push(...(await this.#put(batch)));
    if (refused.length > 0) {
      const shown = refused.slice(0, 5).join('; ');
      throw new Error(
        `${refused.length} of ${signals.length} signals were not accepted by ${this.#options.busName}: ${shown}`,
      );
    }
  }

  /** Sends again only what failed. Answers what failed in the end, and why. */
  async #put(batch: readonly Entry[]): Promise<string[]> {
    const { client, busName, backOff } = this.#options;
    const refused: string[] = [];
    let open = batch;
    for (let attempt = 1; ; attempt++) {
      const answer = await client
        .send(new PutEventsCommand({ Entries: open.map((entry) => entry.wire) }))
        .catch((error: unknown) => {
          throw failure(
            `could not publish to ${busName}`,
            error,
            isDenied(error) ? 'allow events:PutEvents on this bus' : undefined,
          );
        });
      const outcomes = answer.Entries ?? [];
      const failed = open.flatMap((entry, index) => {
        const { EventId, ErrorCode = 'no answer', ErrorMessage = '' } = outcomes[index] ?? {};
        return EventId === undefined ? [{ entry, code: ErrorCode, message: ErrorMessage }] : [];
      });
      const again = failed.filter(({ code }) => passing.has(code) && attempt < backOff.attempts);
      for (const one of failed) {
        if (!again.includes(one)) refused.push(`${one.entry.signal.entity}: ${one.code} ${one.message}`);
      }
      if (again.length === 0) return refused;
      open = again.map(({ entry }) => entry);
      await pause(backOff, attempt);
    }
  }

  #entry(signal: Signal): Entry {
    const whole = this.#wire(signal);
    if (whole.bytes <= largestRequestBytes) return whole;
    // The points only draw a chart, which can be drawn from history; the findings are the signal.
    const findings = signal.findings.map((finding) => {
      const bare = { ...finding };
      delete bare.points;
      return bare;
    });
    const bare = this.#wire({ ...signal, findings });
    if (bare.bytes > largestRequestBytes) {
      throw new RangeError(
        `the signal of entity ${signal.entity} has ${bare.bytes} bytes in ${findings.length} findings, EventBridge takes ` +
          `${largestRequestBytes}: let "entityBy" of watch ${signal.watch} name smaller things`,
      );
    }
    this.#options.log.warn('signal published without chart points: too large', {
      entity: signal.entity,
      watch: signal.watch,
      bytes: whole.bytes,
    });
    return bare;
  }

  #wire(signal: Signal): Entry {
    const Detail = JSON.stringify(signal);
    const wire = {
      EventBusName: this.#options.busName,
      Source: signalSource,
      DetailType: signalDetailType,
      Detail,
      Time: new Date(signal.evaluatedAt * 1000),
    };
    const bytes = timeBytes + signalSource.length + signalDetailType.length + Buffer.byteLength(Detail);
    return { wire, signal, bytes };
  }
}

function* batches(entries: readonly Entry[]): Iterable<readonly Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (batch.length === mostEntries || bytes + entry.bytes > largestRequestBytes) {
      if (batch.length > 0) yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += entry.bytes;
  }
  if (batch.length > 0) yield batch;
}
