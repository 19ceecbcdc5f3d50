import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';
import { pagerDutyEvent } from '../../presentation/pagerduty-event.ts';
import { pagerDutyLimits } from '../../presentation/pagerduty-limits.ts';
import { channelSecret, referenceWords } from './channel-secret.ts';
import { deliveryOf } from './delivery-status.ts';
import { REQUEST_TIMEOUT_MS, type HttpAnswer } from './http-post.ts';
import { pagerDutyRequest } from './pagerduty-request.ts';

export interface PagerDutyChannelOptions {
  /** Where the integration (routing) key lies. */
  readonly key: SecretReference;
  readonly region: 'us' | 'eu';
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Host and port of something else that speaks Events API v2. @default that of the region */
  readonly server?: string;
  /** @default 10 s a request */
  readonly timeoutMs?: number;
}

const servers = { us: 'events.pagerduty.com', eu: 'events.eu.pagerduty.com' } as const;

/** PagerDuty through Events API v2. https://developer.pagerduty.com/docs/events-api-v2-overview */
export class PagerDutyChannel implements Channel {
  readonly kind = 'pagerduty';
  readonly #options: PagerDutyChannelOptions;

  constructor(options: PagerDutyChannelOptions) {
    this.#options = options;
  }

  /** @throws RangeError where the notice has a dedup key that PagerDuty does not take. */
  async deliver(notice: Notice): Promise<Delivery> {
    const { key, region, secrets, clock, server = servers[region], timeoutMs = REQUEST_TIMEOUT_MS } = this.#options;
    const event = pagerDutyEvent(notice);
    const secret = await channelSecret(secrets, key);
    if ('failed' in secret) return secret.failed;
    if (!keyPattern.test(secret.value)) {
      const reason = `${referenceWords(key)} holds no integration key → store the ${pagerDutyLimits.routingKey} letters and digits that PagerDuty shows for an Events API v2 integration`;
      return { outcome: 'rejected', reason };
    }
    const came = await pagerDutyRequest(server, { ...event, routing_key: secret.value }, timeoutMs);
    return deliveryOf(came, { name: 'PagerDuty', accepts: saysYes, secret: secret.value }, clock.now());
  }
}

const keyPattern = new RegExp(`^[0-9a-zA-Z]{${pagerDutyLimits.routingKey}}$`);

/** 202 and `{"status":"success",…}`. */
const saysYes = ({ status, body, whole }: HttpAnswer): boolean =>
  status === 202 && whole && /^\{(?:.*,)?\s*"status"\s*:\s*"success"/s.test(body);
