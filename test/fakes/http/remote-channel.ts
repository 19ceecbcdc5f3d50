import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Notice } from '../../../shared/alerting/notice.ts';
import type { Channel, Delivery } from '../../../shared/ports/channel.ts';

export interface RemotePagerDuty {
  /** @param change what differs from a channel that is set up well. */
  channel(change?: { readonly key?: string; readonly server?: string; readonly timeoutMs?: number }): Channel;
  stop(): Promise<void>;
}

/** The real PagerDuty channel and client, in a process that trusts `authorityFile`. */
export function startRemotePagerDuty(
  fake: { readonly host: string; readonly routingKey: string; readonly authorityFile: string },
  now: () => number = () => 1_763_700_300,
): RemotePagerDuty {
  const program = fileURLToPath(new URL('channel-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: fake.authorityFile, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, { done: (delivery: Delivery) => void; fail: (error: Error) => void }>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { fail } of waiting.values()) fail(new Error('the process of the channel ended'));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, delivery } = JSON.parse(line) as { id: number; delivery: Delivery | { thrown: string } };
    const one = waiting.get(id);
    waiting.delete(id);
    if ('thrown' in delivery) one?.fail(new Error(delivery.thrown));
    else one?.done(delivery);
  });
  let orders = 0;
  return {
    channel: ({ key = fake.routingKey, server = fake.host, timeoutMs = 10_000 } = {}) => ({
      kind: 'pagerduty',
      deliver: (notice: Notice) =>
        new Promise<Delivery>((done, fail) => {
          const id = orders++;
          waiting.set(id, { done, fail });
          child.stdin.write(`${JSON.stringify({ id, notice, key, server, timeoutMs, now: now() })}\n`);
        }),
    }),
    stop: async () => {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}
