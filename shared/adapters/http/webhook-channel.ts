import { createHmac } from 'node:crypto';
import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';
import { webhookBody } from '../../presentation/webhook-body.ts';
import { channelSecret, referenceWords, safeAddress } from './channel-secret.ts';
import { deliveryOf } from './delivery-status.ts';
import { httpPost, REQUEST_TIMEOUT_MS } from './http-post.ts';

export interface WebhookChannelOptions {
  readonly url: string;
  /** Where the key lies that every request is signed with. */
  readonly secret: SecretReference;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** @default 10 s a request */
  readonly timeoutMs?: number;
}

const SHORTEST_SECRET = 16;

/** Any service of your own: a notice as signed JSON. What the receiver does is in docs/webhook.md. */
export class WebhookChannel implements Channel {
  readonly kind = 'webhook';
  readonly #options: WebhookChannelOptions;
  readonly #url: URL;

  /** @throws TypeError where the address is not https (or http on this machine). */
  constructor(options: WebhookChannelOptions) {
    const url = safeAddress(options.url);
    if (url === undefined) throw new TypeError(`webhook: ${JSON.stringify(options.url)} is no https:// address`);
    this.#options = options;
    this.#url = url;
  }

  async deliver(notice: Notice): Promise<Delivery> {
    const { secret: reference, secrets, clock, timeoutMs = REQUEST_TIMEOUT_MS } = this.#options;
    const secret = await channelSecret(secrets, reference);
    if ('failed' in secret) return secret.failed;
    if (secret.value.length < SHORTEST_SECRET) {
      const reason = `${referenceWords(reference)} is too short to sign with → store ${SHORTEST_SECRET} characters or more`;
      return { outcome: 'rejected', reason };
    }
    const content = webhookBody(notice);
    const body = JSON.stringify(content);
    const came = await httpPost(
      this.#url,
      body,
      {
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'aiops-monitoring',
        'X-Aiops-Id': encodeURIComponent(content.id),
        'X-Aiops-Signature': webhookSignature(body, secret.value, clock.now()),
      },
      timeoutMs,
    );
    return deliveryOf(came, { name: this.#url.host, accepts: () => true, secret: secret.value }, clock.now());
  }
}

/**
 * `t=<epoch seconds>,v1=<HMAC-SHA-256 of "<t>.<body>" as lower-case hexadecimal>`. The time is signed with the body, so
 * that a receiver that refuses what is older than five minutes cannot be told an old notice again.
 */
export function webhookSignature(body: string, secret: string, now: number): string {
  const time = Math.floor(now);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}
