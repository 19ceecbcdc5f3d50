import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, Delivery } from '../shared/ports/channel.ts';

/** Slack takes a message a second: https://docs.slack.dev/apis/web-api/rate-limits */
const PAUSE_MILLISECONDS = 1100;
/** Who asks for a longer pause is not waited for. */
const LONGEST_WAIT_SECONDS = 30;

/**
 * A channel for a story that is told faster than it happened: its notices are marked as a test, for nothing of it is
 * real, and go out as fast as the service takes them, in real time. Where `signal` is aborted, nothing is waited for.
 */
export function pacedChannel(channel: Channel, signal: AbortSignal): Channel {
  let last: Promise<unknown> = Promise.resolve();
  const rest = (milliseconds: number): Promise<unknown> =>
    pause(milliseconds, undefined, { signal }).catch(() => undefined);
  const one = async (notice: Parameters<Channel['deliver']>[0]): Promise<Delivery> => {
    const delivery = await channel.deliver({ ...notice, test: true });
    if (delivery.outcome !== 'retryable' || delivery.afterSeconds === undefined) return delivery;
    if (delivery.afterSeconds > LONGEST_WAIT_SECONDS || signal.aborted) return delivery;
    await rest(delivery.afterSeconds * 1000);
    return channel.deliver({ ...notice, test: true });
  };
  return {
    kind: channel.kind,
    deliver: (notice) => {
      const mine = last.then(() => one(notice));
      last = mine.then(
        () => rest(PAUSE_MILLISECONDS),
        () => undefined,
      );
      return mine;
    },
  };
}
