import pLimit from 'p-limit';
import { watchAsHeard } from '../alerting/elsewhere.ts';
import { type Group, groupOf } from '../alerting/grouping.ts';
import { hear } from '../alerting/incident-hear.ts';
import { refuseAhead } from '../alerting/signal-time.ts';
import type { Signal } from '../alerting/signal.ts';
import type { Settings } from '../settings/settings.ts';
import { advanceIncident, type Change } from './advance-incident.ts';
import type { AlertPorts } from './alert-ports.ts';
import { type AlertRun, startRun } from './alert-run.ts';
import { openMute } from './open-mute.ts';
import { advanceStorm } from './advance-storm.ts';
import { type AlertMessage, readAlertMessage } from './read-alert-message.ts';

/** Groups that are advanced at the same time: each takes a handful of calls to the store. */
export const GROUPS_AT_ONCE = 16;

interface HeardGroup {
  readonly group: Group;
  readonly signals: Signal[];
  /** Of the messages that brought them. */
  readonly messages: Set<string>;
}

/**
 * One batch from the queue: each group is handled once, whatever is late, doubled or out of order in it. What cannot be
 * read, or could not be kept, is answered as failed and comes again; everything else goes on.
 *
 * @returns ids of the messages that must come again.
 */
export async function routeAlerts(
  messages: readonly AlertMessage[],
  ports: AlertPorts,
): Promise<{ readonly failed: readonly string[] }> {
  const failed = new Set<string>();
  const groups = new Map<string, HeardGroup>();
  const fail = (ids: Iterable<string>, error: unknown): void => {
    const told = [...ids];
    for (const id of told) failed.add(id);
    ports.log.error('alert message failed', { messages: told.slice(0, 10), error: String(error) });
  };
  for (const message of messages) {
    try {
      const event = readAlertMessage(message);
      if (event.kind === 'test') throw new RangeError(`message ${message.id}: a test is no signal → see hearMessages`);
      if (event.kind === 'mute') await openMute(event.id, event.request, ports, event.askedAt);
      else {
        refuseAhead(event.signal, ports.clock.now());
        const watch = watchAsHeard(event.signal, ports.settings.name, event.from, message.here);
        sort(groups, { ...event.signal, watch }, message.id, ports.settings);
      }
    } catch (error) {
      fail([message.id], error);
    }
  }
  if (groups.size === 0) return { failed: [...failed] };
  const run = await startRun(ports);
  const limit = pLimit(GROUPS_AT_ONCE);
  await limit.map(groups.values(), async (one) => {
    try {
      await advanceIncident(one.group.group, run, hearing(one, run));
    } catch (error) {
      fail(one.messages, error);
    }
  });
  for (const watch of run.parts.keys()) {
    try {
      await advanceStorm(watch, run);
    } catch (error) {
      // Its parts are stored and know that they are: the next sweep makes the storm of them.
      ports.log.error('storm not told', { watch, error: String(error) });
    }
  }
  try {
    await run.ledger.close();
  } catch (error) {
    // People were told, and the incidents know it: were the messages to come again, this would be lost all the same.
    ports.log.error('audit or metrics not written', { error: String(error) });
  }
  return { failed: [...failed] };
}

function sort(groups: Map<string, HeardGroup>, signal: Signal, message: string, { alerts, watches }: Settings): void {
  const by = (Object.hasOwn(watches, signal.watch) ? watches[signal.watch].groupBy : undefined) ?? alerts.groupBy;
  const group = groupOf(signal, by);
  const known = groups.get(group.group);
  if (known === undefined) groups.set(group.group, { group, signals: [signal], messages: new Set([message]) });
  else {
    known.signals.push(signal);
    known.messages.add(message);
  }
}

/** All that a batch says of a group, in the order of its ticks. */
function hearing({ group, signals }: HeardGroup, { ports: { settings } }: AlertRun): Change {
  const ordered = [...signals].sort((a, b) => a.evaluatedAt - b.evaluatedAt);
  const { severity: severities, flapping } = settings.alerts;
  const policy = { deployment: settings.name, severities, flapping };
  return (record, now) => ordered.reduce((before, signal) => hear(before, { signal, group, now }, policy), record);
}
