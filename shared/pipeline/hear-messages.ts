import type { ObjectStore } from '../ports/object-store.ts';
import type { AlertPorts } from './alert-ports.ts';
import { ALERT_TEST, type AlertMessage, readAlertMessage } from './read-alert-message.ts';
import { routeAlerts } from './route-alert.ts';
import { runScheduledTest } from './scheduled-test.ts';

export interface HearPorts extends AlertPorts {
  /** An empty store for one test, forgotten after it. */
  readonly scratch: () => ObjectStore;
}

/**
 * One batch from the queue: what people are to know goes first; then tests of ourselves, for which nobody waits.
 *
 * @returns ids of the messages that must come again.
 */
export async function hearMessages(
  messages: readonly AlertMessage[],
  ports: HearPorts,
): Promise<{ readonly failed: readonly string[] }> {
  const tests = new Map(messages.flatMap((message) => (isTest(message) ? [[message.id, message] as const] : [])));
  const { failed } = await routeAlerts(
    messages.filter(({ id }) => !tests.has(id)),
    ports,
  );
  const failedTests: string[] = [];
  for (const [id, message] of tests) {
    try {
      const event = readAlertMessage(message);
      if (event.kind === 'test') await runScheduledTest(event.at ?? Math.floor(ports.clock.now()), ports);
    } catch (error) {
      failedTests.push(id);
      ports.log.error('alert test failed', { message: id, error: String(error) });
    }
  }
  return { failed: [...failed, ...failedTests] };
}

/** What cannot be read is refused where all messages are read. */
function isTest(message: AlertMessage): boolean {
  if (!message.body.includes(ALERT_TEST)) return false;
  try {
    return readAlertMessage(message).kind === 'test';
  } catch {
    return false;
  }
}
