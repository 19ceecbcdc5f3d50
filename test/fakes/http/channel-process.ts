/**
 * A channel in a process of its own, told what to deliver as JSON lines: trust in a certificate is settled when a
 * process starts. Started by remote-channel.ts.
 */
import { createInterface } from 'node:readline';
import type { Notice } from '../../../shared/alerting/notice.ts';
import { PagerDutyChannel } from '../../../shared/adapters/http/pagerduty-channel.ts';

interface Order {
  readonly id: number;
  readonly notice: Notice;
  readonly key: string;
  readonly server: string;
  readonly timeoutMs: number;
  readonly now: number;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, notice, key, server, timeoutMs, now } = JSON.parse(line) as Order;
  const channel = new PagerDutyChannel({
    key: { variable: 'PAGERDUTY_KEY' },
    region: 'us',
    secrets: { read: async () => key },
    clock: { now: () => now },
    server,
    timeoutMs,
  });
  void channel
    .deliver(notice)
    .catch((error: unknown) => ({ thrown: String(error) }))
    .then((delivery) => process.stdout.write(`${JSON.stringify({ id, delivery })}\n`));
}
