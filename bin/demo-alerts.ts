import { nodeBytes } from '../shared/adapters/local/node-bytes.ts';
import type { Signal } from '../shared/alerting/signal.ts';
import { actOnIncident } from '../shared/pipeline/act-on-incident.ts';
import { listIncidents } from '../shared/pipeline/list-incidents.ts';
import type { Channel } from '../shared/ports/channel.ts';
import type { Log } from '../shared/ports/log.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { LocalAlerts } from './local-alerts.ts';
import { overheard } from './overheard-channel.ts';
import type { Told } from './overheard-channel.ts';

export interface DemoAlertsOptions {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly log: Log;
  /** The time of the story, epoch seconds, and how it is set. */
  readonly now: () => number;
  readonly setTo: (time: number) => void;
}

/** A deployed sweep comes every minute; in the story one between two ticks, after what waits to be grouped. */
const SWEEP_AFTER_SECONDS = 60;

/** The router of the demo: real but for the clock, which is the story's. */
export class DemoAlerts {
  readonly told: Told[] = [];
  #isOpen = false;
  readonly #alerts: LocalAlerts;
  readonly #options: DemoAlertsOptions;

  constructor(options: DemoAlertsOptions) {
    const { settings, store, channels, log, now } = options;
    this.#options = options;
    this.#alerts = new LocalAlerts({
      settings,
      store,
      bytes: nodeBytes,
      sink: { publish: async () => undefined },
      clock: { now },
      log,
      channels: new Map(
        [...channels].map(([name, one]) => [name, overheard(name, one, (told) => this.told.push(told))]),
      ),
      actionLinks: async () => [],
    });
  }

  hear(signal: Signal): void {
    this.#isOpen = true;
    this.#alerts.hear(signal);
  }

  /** What a tick said, and what is due a minute later. */
  async afterTick(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#alerts.tell();
    this.#options.setTo(this.#options.now() + SWEEP_AFTER_SECONDS);
    this.#isOpen = (await this.#alerts.sweep()).open > 0;
  }

  /** What still fires when the story ends would stay open at PagerDuty for ever. */
  async end(): Promise<void> {
    const { store, now } = this.#options;
    const { open } = await listIncidents(store, now(), now());
    const ports = { store, clock: { now }, runId: 'demo-end' };
    for (const { id, group } of open)
      await actOnIncident({ incident: id, group, action: 'close', by: 'the end of the demo', now: now() }, ports);
    if (open.length > 0) await this.#alerts.sweep();
  }
}
