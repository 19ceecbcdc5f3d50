import { randomUUID } from 'node:crypto';
import { matchesPattern, type EventPattern } from './event-pattern.ts';
import { Refusal, refuseUnknown } from './wire.ts';

interface WireEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number;
}

/** An event as a subscriber would get it. */
export interface FakeEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly time: number;
}

export interface Rule {
  readonly bus: string;
  readonly pattern: EventPattern;
  readonly deliver: (event: FakeEvent) => void;
}

export interface EntryFault {
  readonly when: (detail: unknown) => boolean;
  readonly code: string;
  /** How many entries it refuses. */
  times: number;
}

const mostEntries = 10;
const largestRequestBytes = 1024 * 1024;

/** As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
export function entryBytes(entry: WireEntry): number {
  const bytes = (text = ''): number => Buffer.byteLength(text);
  const time = entry.Time === undefined ? 0 : 14;
  const resources = (entry.Resources ?? []).reduce((sum, one) => sum + bytes(one), 0);
  return time + bytes(entry.Source) + bytes(entry.DetailType) + bytes(entry.Detail) + resources;
}

export class FakeEventBridge {
  readonly events: FakeEvent[] = [];
  readonly entryFaults: EntryFault[] = [];
  /** Number of entries of each accepted request. */
  readonly batches: number[] = [];
  private readonly buses = new Set(['default']);
  private readonly rules: Rule[] = [];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Hands every event of the bus that matches to `deliver`, as EventBridge does, once. */
  putRule(rule: Rule): void {
    this.rules.push(rule);
  }

  /** What a service of AWS, or anybody with the right to it, puts on a bus. */
  emit(event: Omit<FakeEvent, 'id' | 'time'> & { readonly time?: number }): FakeEvent {
    const whole: FakeEvent = { id: randomUUID(), time: this.now(), ...event };
    this.events.push(whole);
    const seen = { source: whole.source, 'detail-type': whole.detailType, detail: whole.detail };
    for (const { bus, pattern, deliver } of this.rules) {
      if (bus === whole.bus && matchesPattern(pattern, seen)) deliver(whole);
    }
    return whole;
  }

  createBus(name: string): void {
    this.buses.add(name);
  }

  /** Names of the buses that a request speaks to. */
  static busesOf(input: unknown): string[] {
    return (input as { Entries: readonly WireEntry[] }).Entries.map((entry) =>
      busName(entry.EventBusName ?? 'default'),
    );
  }

  answer(operation: string, input: unknown): object {
    if (operation !== 'PutEvents') {
      throw new Refusal(400, 'UnknownOperationException', `the fake EventBridge does not know ${operation}`);
    }
    refuseUnknown(input as object, ['Entries', 'EndpointId'], 'PutEvents');
    const { Entries } = input as { readonly Entries: readonly WireEntry[] };
    if (Entries.length < 1 || Entries.length > mostEntries) {
      throw new Refusal(
        400,
        'ValidationException',
        `Entries must have 1 to ${mostEntries} members, not ${Entries.length}`,
      );
    }
    const bytes = Entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
    if (bytes > largestRequestBytes) {
      throw new Refusal(
        400,
        'ValidationException',
        `Total size of the entries in the request is over the limit: ${bytes}`,
      );
    }
    this.batches.push(Entries.length);
    const outcomes = Entries.map((entry) => this.accept(entry));
    return { FailedEntryCount: outcomes.filter((one) => 'ErrorCode' in one).length, Entries: outcomes };
  }

  private accept(entry: WireEntry): object {
    const known = ['Time', 'Source', 'Resources', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'];
    refuseUnknown(entry, known, 'Entry');
    const fail = (ErrorCode: string, ErrorMessage: string): object => ({ ErrorCode, ErrorMessage });
    if (!entry.Source || !entry.DetailType)
      return fail('InvalidArgument', 'Parameter Source or DetailType is not valid.');
    if (entry.Source.startsWith('aws.'))
      return fail('NotAuthorizedForSourceException', 'Not authorized for the source.');
    const bus = busName(entry.EventBusName ?? 'default');
    if (!this.buses.has(bus)) return fail('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
    const detail = parsed(entry.Detail);
    if (detail === undefined) return fail('MalformedDetail', 'Detail is malformed.');
    const fault = this.entryFaults.find((one) => one.times > 0 && one.when(detail));
    if (fault !== undefined) {
      fault.times -= 1;
      return fail(fault.code, `injected ${fault.code}`);
    }
    const time = entry.Time ?? this.now();
    const { id } = this.emit({ bus, source: entry.Source, detailType: entry.DetailType, detail, time });
    return { EventId: id };
  }
}

const busName = (nameOrArn: string): string => nameOrArn.replace(/^arn:[^/]*\//, '');

function parsed(detail: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(detail ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
