import { isPager } from '../alerting/routes.ts';
import type { Notice } from '../alerting/notice.ts';
import type { Severity } from '../alerting/severities.ts';
import type { Channel, Delivery } from '../ports/channel.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Settings } from '../settings/settings.ts';
import { alertMessage } from './alert-message.ts';
import type { AlertPorts } from './alert-ports.ts';
import { exampleSignal } from './example-signal.ts';
import { isEnding } from './incident-claim.ts';
import { routeAlerts } from './route-alert.ts';
import { sweepIncidents } from './sweep-incidents.ts';

export interface AlertTest {
  /** Those that are tried, by name; all of them are told, whatever the routes say. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly severity: Severity;
  readonly watch: string;
  /** Who tries it, in a sentence that people read. */
  readonly explanation: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** What the test needs from outside besides its channels. Nothing of it is kept: the store is forgotten with it. */
export type AlertTestPorts = Pick<AlertPorts, 'settings' | 'bytes' | 'log' | 'runId' | 'painter' | 'consoleRegion'> & {
  /** Empty, and nobody else's. */
  readonly scratch: ObjectStore;
};

/** What was said on a channel, and what became of it. */
export interface TestAnswer {
  /** As the settings name it. */
  readonly channel: string;
  readonly kind: Channel['kind'];
  readonly notice: Notice;
  readonly delivery: Delivery;
}

/** So long the test is calm before it ends; the clock of the test passes it at once. */
const RESOLVE_AFTER_SECONDS = 60;

/**
 * A signal and its recovery through grouping, severity, claim, message and client, marked as a test wherever it is read.
 * What tells the end of things (pagers, programs) is told the end; people are spared the second message. Nothing of it
 * is stored, and what was not delivered is not tried again.
 *
 * @throws Error where the test itself cannot be routed.
 */
export async function testAlerts(test: AlertTest, ports: AlertTestPorts): Promise<readonly TestAnswer[]> {
  const { channels, severity, watch, explanation, now } = test;
  const { scratch, ...around } = ports;
  const answers: TestAnswer[] = [];
  let time = now;
  const own: AlertPorts = {
    ...around,
    settings: forTest(ports.settings, [...channels.keys()]),
    store: scratch,
    sink: { publish: async () => undefined },
    clock: { now: () => time },
    channels: new Map(
      [...channels].map(([name, channel]) => [name, asTest(name, channel, (answer) => answers.push(answer))]),
    ),
    actionLinks: async () => [],
  };
  const { name: deployment, watches } = ports.settings;
  const { labels } = watches[watch];
  const example = { deployment, watch, entity: 'aiops-test', labels, severity, since: now - 720, explanation };
  await routed(alertMessage(exampleSignal({ ...example, status: 'firing', now }), 'firing'), own);
  time += RESOLVE_AFTER_SECONDS;
  await routed(alertMessage(exampleSignal({ ...example, status: 'normal', now: time }), 'normal'), own);
  time += RESOLVE_AFTER_SECONDS;
  await sweepIncidents(own);
  return answers;
}

async function routed(message: Parameters<typeof routeAlerts>[0][number], ports: AlertPorts): Promise<void> {
  const { failed } = await routeAlerts([message], ports);
  if (failed.length > 0) throw new Error('the test signal could not be routed: the log says why');
}

/** The same settings, but everybody who is tried is told, now, and nothing keeps them from it. */
const forTest = (settings: Settings, channels: readonly string[]): Settings => ({
  ...settings,
  alertTestEvery: 'off',
  alerts: {
    ...settings.alerts,
    route: { channels, groupWait: 0, resolveAfter: RESOLVE_AFTER_SECONDS, continue: false, routes: [] },
    groupBy: 'entity',
    quiet: [],
    storm: 'off',
    flapping: 'off',
    pagesPerDay: 'off',
    digest: 'off',
  },
});

function asTest(name: string, channel: Channel, heard: (told: TestAnswer) => void): Channel {
  const { kind } = channel;
  const hearsEnds = isPager(kind) || kind === 'webhook' || kind === 'lambda';
  let failed = false;
  return {
    kind,
    deliver: async (given) => {
      if (isEnding(given.reason) && !hearsEnds) return { outcome: 'delivered', answer: 'spared' };
      // What may have arrived is ended; nothing else is said twice.
      if (failed && given.reason !== 'all-resolved') return { outcome: 'rejected', reason: 'tried once' };
      const notice = { ...given, test: true };
      const delivery = await channel.deliver(notice);
      heard({ channel: name, kind, notice, delivery });
      failed ||= delivery.outcome !== 'delivered';
      return delivery;
    },
  };
}
