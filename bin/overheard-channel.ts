import type { Notice } from '../shared/alerting/notice.ts';
import type { Channel, Delivery } from '../shared/ports/channel.ts';
import { webhookBody } from '../shared/presentation/webhook-body.ts';

/** What was said on a channel, and what became of it. */
export interface Told {
  /** As the settings name it. */
  readonly channel: string;
  readonly kind: Channel['kind'];
  readonly notice: Notice;
  readonly delivery: Delivery;
}

/** The same channel, and whoever wants to know what is said on it. */
export function overheard(name: string, channel: Channel, heard: (told: Told) => void): Channel {
  const { kind } = channel;
  const digests = channel.deliverDigest === undefined ? {} : { deliverDigest: channel.deliverDigest.bind(channel) };
  return {
    kind,
    deliver: async (notice) => {
      const delivery = await channel.deliver(notice);
      heard({ channel: name, kind, notice, delivery });
      return delivery;
    },
    ...digests,
  };
}

/** For programs: the notice as a webhook would have it. */
export const toldAsJson = ({ channel, kind, notice, delivery }: Told): object => ({
  channel,
  kind,
  ...delivery,
  notice: webhookBody(notice),
});
