import { randomUUID } from 'node:crypto';
import { MemoryMetricSink } from '../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../shared/adapters/local/node-bytes.ts';
import { isPager } from '../shared/alerting/routes.ts';
import type { Severity } from '../shared/alerting/severities.ts';
import type { AlertPorts } from '../shared/pipeline/alert-ports.ts';
import { routeAlerts } from '../shared/pipeline/route-alert.ts';
import { sweepIncidents } from '../shared/pipeline/sweep-incidents.ts';
import type { Channel } from '../shared/ports/channel.ts';
import type { Log } from '../shared/ports/log.ts';
import { isEnding } from '../shared/presentation/notice-words.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { alertMessage } from './alert-message.ts';
import { exampleSignal } from './example-signal.ts';
import { overheard } from './overheard-channel.ts';
import type { Told } from './overheard-channel.ts';

export interface AlertTestOptions {
  readonly settings: Settings;
  /** Those that are tried, by name; all of them are told, whatever the routes say. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly severity: Severity;
  readonly watch: string;
  /** Epoch seconds. */
  readonly now: number;
  readonly log: Log;
}

/** So long the test is calm before it ends; the clock of the test passes it at once. */
const RESOLVE_AFTER_SECONDS = 60;

/**
 * A signal and its recovery through grouping, severity, claim, message and client, marked as a test wherever it is read.
 * What tells the end of things (pagers, programs) is told the end; people are spared the second message. Nothing of it
 * is stored, and what was not delivered is not tried again.
 */
export async function testAlerts(options: AlertTestOptions): Promise<readonly Told[]> {
  const { settings, channels, severity, watch, now, log } = options;
  const answers: Told[] = [];
  const tested = new Map(
    [...channels].map(([name, channel]) => [name, asTest(name, channel, (answer) => answers.push(answer))]),
  );
  let time = now;
  const ports: AlertPorts = {
    settings: forTest(settings, [...channels.keys()]),
    store: new MemoryObjectStore(),
    bytes: nodeBytes,
    sink: new MemoryMetricSink(),
    clock: { now: () => time },
    log,
    channels: tested,
    actionLinks: async () => [],
    runId: `test-${randomUUID()}`,
  };
  const explanation = 'Somebody tries whether this arrives: aiops alert test.';
  const { name: deployment, watches } = settings;
  const { labels } = watches[watch];
  const example = { deployment, watch, entity: 'aiops-test', labels, severity, since: now - 720, explanation };
  await routed(alertMessage(exampleSignal({ ...example, status: 'firing', now }), 'firing'), ports);
  time += RESOLVE_AFTER_SECONDS;
  await routed(alertMessage(exampleSignal({ ...example, status: 'normal', now: time }), 'normal'), ports);
  time += RESOLVE_AFTER_SECONDS;
  await sweepIncidents(ports);
  return answers;
}

async function routed(message: Parameters<typeof routeAlerts>[0][number], ports: AlertPorts): Promise<void> {
  const { failed } = await routeAlerts([message], ports);
  if (failed.length > 0) throw new Error('the test signal could not be routed: see the log with --debug');
}

/** The same settings, but everybody who is tried is told, now, and nothing keeps them from it. */
const forTest = (settings: Settings, channels: readonly string[]): Settings => ({
  ...settings,
  alerts: {
    ...settings.alerts,
    route: { channels, groupWait: 0, resolveAfter: RESOLVE_AFTER_SECONDS, continue: false, routes: [] },
    groupBy: 'entity',
    quiet: [],
    storm: 'off',
    flapping: 'off',
    pagesPerDay: 'off',
  },
});

function asTest(name: string, channel: Channel, heard: (told: Told) => void): Channel {
  const { kind } = channel;
  const hearsEnds = isPager(kind) || kind === 'webhook' || kind === 'lambda';
  const real = overheard(name, channel, heard);
  let failed = false;
  return {
    kind,
    deliver: async (notice) => {
      if (isEnding(notice) && !hearsEnds) return { outcome: 'delivered', answer: 'spared' };
      // What may have arrived is ended; nothing else is said twice.
      if (failed && notice.reason !== 'all-resolved') return { outcome: 'rejected', reason: 'tried once' };
      const delivery = await real.deliver({ ...notice, test: true });
      failed ||= delivery.outcome !== 'delivered';
      return delivery;
    },
  };
}
