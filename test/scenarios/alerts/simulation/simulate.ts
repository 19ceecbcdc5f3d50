import { MemoryObjectStore } from '../../../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../../../shared/adapters/local/node-bytes.ts';
import type { Incident } from '../../../../shared/alerting/incident.ts';
import { actOnIncident } from '../../../../shared/pipeline/act-on-incident.ts';
import type { AuditRecord } from '../../../../shared/pipeline/alert-audit.ts';
import type { AlertPorts } from '../../../../shared/pipeline/alert-ports.ts';
import { listIncidents } from '../../../../shared/pipeline/list-incidents.ts';
import type { AlertMessage } from '../../../../shared/pipeline/read-alert-message.ts';
import { readAudit } from '../../../../shared/pipeline/read-audit.ts';
import { routeAlerts } from '../../../../shared/pipeline/route-alert.ts';
import { sweepIncidents } from '../../../../shared/pipeline/sweep-incidents.ts';
import type { Channel } from '../../../../shared/ports/channel.ts';
import type { ObjectStore } from '../../../../shared/ports/object-store.ts';
import { keys } from '../../../../shared/settings/keys.ts';
import { settingsSchema } from '../../../../shared/settings/settings.ts';
import { signalOf, storyStart } from '../timeline.ts';
import { type Arrival, Services } from './services.ts';
import { type Scenario, TROUBLED_MINUTES } from './scenario.ts';
import { LONGEST_RUN_SECONDS, type Process, Scheduler } from './scheduler.ts';

/** What came of a scenario. */
export interface Trace {
  readonly scenario: Scenario;
  readonly arrivals: readonly Arrival[];
  /** Deduplication keys that PagerDuty has open at the end. */
  readonly pagerOpen: ReadonlySet<string>;
  /** Those of them that it knows somebody to be at. */
  readonly pagerTakenUp: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  readonly open: readonly Incident[];
  readonly closed: readonly Incident[];
  /** What the audit says, each thing once. */
  readonly audit: readonly AuditRecord[];
  /** By entity, ticks that said so, of messages that were sent. */
  readonly said: readonly { readonly entity: string; readonly status: string; readonly tick: number }[];
  readonly counts: {
    readonly calls: number;
    readonly crashes: number;
    readonly conflicts: number;
    readonly processes: number;
  };
}

/** So long everything works after the trouble: all pauses are over by then. */
const CALM_MINUTES = 60;
/** Then nothing happens that a sweep each minute would meet sooner. */
const CALM_STEP_MINUTES = 5;
/** A normal level is said so often. */
const NORMAL_TICKS = 3;

export async function simulate(scenario: Scenario): Promise<Trace> {
  const start = storyStart;
  const scheduler = new Scheduler(scenario.seed, scenario.faults, start);
  const services = new Services(scenario.troubles, start);
  const store = new MemoryObjectStore();
  const settings = settingsOf(scenario);
  const counts = { conflicts: 0 };
  const said: { entity: string; status: string; tick: number }[] = [];
  let runs = 0;

  const portsOf = (process: Process): AlertPorts => {
    const call = <T>(name: string, work: () => Promise<T>): Promise<T> => scheduler.call(process, name, work);
    const guarded: ObjectStore = {
      get: (key) => call(`get ${key}`, () => store.get(key)),
      put: (key, body, expected) =>
        call(`put ${key}`, async () => {
          const outcome = await store.put(key, body, expected);
          if (outcome === 'conflict') counts.conflicts++;
          else noteMemory(services.arrivals, process, key);
          return outcome;
        }),
      delete: (key) => call(`delete ${key}`, () => store.delete(key)),
      list: async function* (prefix, startAfter) {
        const found: string[] = [];
        await call(`list ${prefix}`, async () => {
          for await (const key of store.list(prefix, startAfter)) found.push(key);
        });
        yield* found;
      },
    };
    const channel = (name: string, kind: Channel['kind']): [string, Channel] => [
      name,
      {
        kind,
        deliver: (notice) =>
          call(`tell ${name}`, async () => services.deliver(name, notice, process, scheduler.time)).catch(
            (error: unknown) => {
              services.loseAnswer(name, notice, process);
              throw error;
            },
          ),
      },
    ];
    return {
      settings,
      store: guarded,
      bytes: nodeBytes,
      sink: { publish: () => call('publish', async () => undefined) },
      clock: { now: () => scheduler.time },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      channels: new Map([channel('slack', 'slack'), channel('pager', 'pagerduty')]),
      actionLinks: async () => [],
      runId: `run-${++runs}`,
      speakUntil: process.startedAt + LONGEST_RUN_SECONDS - 60,
    };
  };

  const queue = new Queue(scheduler, (batch, process) => routeAlerts(batch, portsOf(process)));
  planSignals(scenario, queue, said);
  planSweeps(scenario, scheduler, portsOf);
  for (const { minute, entity, action } of scenario.acts)
    scheduler.plan(start + minute * 60 + 7, () =>
      scheduler.spawn(`${action} ${entity}`, (process) =>
        quietly(async () => {
          const ports = portsOf(process);
          const group = `entity:w/${entity}`;
          const found = await store.get(keys.incident(group));
          if (found === undefined) return;
          const { id } = JSON.parse(new TextDecoder().decode(found.body)) as Incident;
          await actOnIncident(
            { incident: id, group, action, by: 'Ada', now: scheduler.time, snoozeSeconds: 300 },
            ports,
          );
        }),
      ),
    );
  await scheduler.run();
  const { open, closed } = await listIncidents(store, start, scheduler.time);
  const { records: audit } = await readAudit(store, { from: start, to: scheduler.time });
  return {
    scenario,
    audit,
    arrivals: services.arrivals,
    pagerOpen: services.open,
    pagerTakenUp: services.takenUp,
    refused: services.refused,
    open,
    closed,
    said,
    counts: { ...counts, calls: scheduler.calls, crashes: scheduler.crashes, processes: scheduler.processes.length },
  };
}

function settingsOf({ policy }: Scenario) {
  return settingsSchema.parse({
    name: 'test',
    watches: { w: { select: 'Test', every: policy.intervalSeconds } },
    alerts: {
      channels: {
        slack: { kind: 'slack', webhook: { variable: 'S' } },
        pager: { kind: 'pagerduty', key: { variable: 'P' } },
      },
      route: { groupWait: policy.groupWait, resolveAfter: policy.resolveAfter },
      storm: policy.storm,
      flapping: policy.flapping,
      pagesPerDay: policy.pagesPerDay,
    },
  });
}

/** What a process stores of a group after it told something of it holds the memory of that. */
function noteMemory(arrivals: readonly Arrival[], process: Process, key: string): void {
  for (const arrival of arrivals)
    if (arrival.process === process && keys.incident(arrival.notice.group) === key) arrival.remembered = true;
}

/** A run that fails is a run that ended: its messages come again, or the next sweep does. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    // The failure was planned, or is found by what it leaves behind.
  }
}

type Handle = (batch: readonly AlertMessage[], process: Process) => Promise<{ readonly failed: readonly string[] }>;

/** At least once, in any order: what was not answered for in time comes again. */
class Queue {
  readonly #scheduler: Scheduler;
  readonly #handle: Handle;
  readonly #visible: AlertMessage[] = [];

  constructor(scheduler: Scheduler, handle: Handle) {
    this.#scheduler = scheduler;
    this.#handle = handle;
  }

  send(message: AlertMessage, at: number): void {
    this.#scheduler.plan(at, () => {
      // Whoever polls first takes what is there.
      if (this.#visible.push(message) === 1) this.#scheduler.plan(this.#scheduler.time + 2, () => this.#poll());
    });
  }

  #poll(): void {
    const batch = this.#visible.splice(0, 10);
    if (batch.length === 0) return;
    if (this.#visible.length > 0) this.#scheduler.plan(this.#scheduler.time, () => this.#poll());
    const done = new Set<string>();
    this.#scheduler.spawn('route', (process) =>
      quietly(async () => {
        const { failed } = await this.#handle(batch, process);
        if (!process.dead) for (const { id } of batch) if (!failed.includes(id)) done.add(id);
      }),
    );
    this.#scheduler.plan(this.#scheduler.time + LONGEST_RUN_SECONDS + 30, () => {
      for (const message of batch) if (!done.has(message.id)) this.send(message, this.#scheduler.time);
    });
  }
}

function planSignals(scenario: Scenario, queue: Queue, said: { entity: string; status: string; tick: number }[]): void {
  const { entities, stretches, policy, lostTicks, doubled, delays } = scenario;
  let number = 0;
  for (const entity of entities) {
    let normals = NORMAL_TICKS;
    for (let at = 0; at < (TROUBLED_MINUTES + CALM_MINUTES) * 60; at += policy.intervalSeconds) {
      const minute = at / 60;
      const stretch = stretches.find((one) => one.entity === entity && minute >= one.from && minute < one.to);
      const status = stretch?.status ?? 'normal';
      normals = status === 'normal' ? normals + 1 : 0;
      const isCalm = minute >= TROUBLED_MINUTES + 10;
      if (isCalm && status === 'firing' && minute % (3 * CALM_STEP_MINUTES) !== 0) continue;
      if (normals > NORMAL_TICKS || lostTicks.includes(Math.floor(minute))) continue;
      const tick = storyStart + at;
      const severity = stretch?.severity ?? 'INFO';
      const id = `m${number}`;
      const detail = signalOf(entity, status, tick, { severity, intervalSeconds: policy.intervalSeconds });
      const body = JSON.stringify({ id, 'detail-type': 'Signal', detail });
      const late = 1 + ((number * 7) % 5) + (minute < TROUBLED_MINUTES ? (delays[String(number)] ?? 0) : 0);
      said.push({ entity, status, tick });
      queue.send({ id, body }, tick + late);
      if (doubled.includes(number)) queue.send({ id: `${id}b`, body }, tick + late + ((number * 13) % 400));
      number++;
    }
  }
}

function planSweeps(
  { doubleSweeps, missedSweeps }: Scenario,
  scheduler: Scheduler,
  portsOf: (process: Process) => AlertPorts,
): void {
  const sweep = (at: number): void =>
    scheduler.plan(at, () => scheduler.spawn('sweep', (process) => quietly(() => sweepIncidents(portsOf(process)))));
  for (let minute = 0; minute <= TROUBLED_MINUTES + CALM_MINUTES; minute++) {
    if (minute > TROUBLED_MINUTES + 5 && minute % CALM_STEP_MINUTES !== 0) continue;
    const at = storyStart + minute * 60 + 31;
    if (!missedSweeps.includes(minute)) sweep(at);
    if (doubleSweeps.includes(minute)) sweep(at + 0.3);
  }
}
