import { setTimeout as pause } from 'node:timers/promises';
import { FileObjectStore } from '../shared/adapters/local/file-object-store.ts';
import { nodeBytes } from '../shared/adapters/local/node-bytes.ts';
import type { Channel } from '../shared/ports/channel.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { explainError } from './explain-error.ts';
import { LocalAlerts } from './local-alerts.ts';
import { alsoHeardBy, withoutGroupWait } from './local-routes.ts';
import { openChannels, terminalChannel } from './open-channels.ts';
import { overheard } from './overheard-channel.ts';
import type { Told } from './overheard-channel.ts';
import { OwnIncidents } from './own-incidents.ts';
import type { Terminal } from './terminal.ts';

export interface DetectAlertsOptions {
  /** All of them: incidents that several watches share need to know them all. */
  readonly settings: Settings;
  /** Names of the watches that this run looks after. */
  readonly watches: readonly string[];
  readonly folder: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly log: Log;
  /** One tick and no more: what belongs together is not waited for. */
  readonly once: boolean;
  /** Takes the lines of a notice for whoever sits here. */
  readonly show: (lines: readonly string[]) => void;
  readonly heard: (told: Told) => void;
}

export interface DetectAlerts {
  readonly alerts: LocalAlerts;
  /** Routes what a tick said, and does what is due. Never throws: a tick is done, whoever could be told of it or not. */
  readonly afterTick: () => Promise<void>;
  /** Channels of the settings that only the deployment tells by. */
  readonly accountOnly: readonly string[];
}

/** Channel and incidents of this machine: whoever sits here hears everything; others as settings or variables say. */
export async function openAlerts(options: DetectAlertsOptions): Promise<DetectAlerts> {
  const { settings, watches, folder, clock, log, once, heard } = options;
  const { channels: opened, accountOnly } = await openChannels({
    ...options,
    alerts: settings.alerts,
    account: false,
  });
  const channels = new Map(opened);
  let { route } = settings.alerts;
  if (![...channels.values()].some(({ kind }) => kind === 'terminal')) {
    const name = channels.has('terminal') ? 'this-terminal' : 'terminal';
    channels.set(name, terminalChannel(options));
    route = alsoHeardBy(route, name);
  }
  if (once) route = withoutGroupWait(route);
  const alerts = new LocalAlerts({
    // Tests of ourselves come from a deployment's scheduler: here none is waited for.
    settings: { ...settings, alertTestEvery: 'off', alerts: { ...settings.alerts, route } },
    store: new OwnIncidents(new FileObjectStore(folder), watches),
    bytes: nodeBytes,
    // Our own metrics are for the dashboard of a deployment.
    sink: { publish: async () => undefined },
    clock,
    log,
    channels: new Map([...channels].map(([name, one]): [string, Channel] => [name, overheard(name, one, heard)])),
    actionLinks: async () => [],
  });
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.error(what, { error: explainError(error) });
    }
  };
  return {
    alerts,
    accountOnly,
    afterTick: async () => {
      await attempt('signals of this tick are not routed, the next tick tries again', () => alerts.tell());
      await attempt('some incidents are not swept, the next minute tries again', () => alerts.sweep());
    },
  };
}

const MINUTE_MILLISECONDS = 60_000;

/** What is due between two ticks, each minute until `signal`. */
export async function sweepEachMinute({ afterTick }: DetectAlerts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await pause(MINUTE_MILLISECONDS, undefined, { signal });
    } catch {
      return;
    }
    await afterTick();
  }
}
