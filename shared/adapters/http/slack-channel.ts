import { IncomingWebhook, type FetchFunction, type IncomingWebhookSendArguments } from '@slack/webhook';
import type { Digest } from '../../alerting/digest.ts';
import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';
import { slackDigest } from '../../presentation/digest-message.ts';
import { slackMessage, type SlackMessage } from '../../presentation/slack-message.ts';
import { channelSecret, referenceWords, safeAddress } from './channel-secret.ts';
import { deliveryOf, withoutSecret } from './delivery-status.ts';
import { httpPost, REQUEST_TIMEOUT_MS, type HttpAnswer, type HttpLoss } from './http-post.ts';

export interface SlackChannelOptions {
  /** Where the webhook's address lies: whoever knows it may write to the channel. */
  readonly webhook: SecretReference;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** @default 10 s a request */
  readonly timeoutMs?: number;
}

/** Slack through an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export class SlackChannel implements Channel {
  readonly kind = 'slack';
  readonly #options: SlackChannelOptions;

  constructor(options: SlackChannelOptions) {
    this.#options = options;
  }

  /** With the picture; where Slack does not take it so, without, and then as text alone. */
  async deliver(notice: Notice): Promise<Delivery> {
    const full = slackMessage(notice, 'full');
    const pictured = full.blocks?.some(({ type }) => type === 'image') === true;
    return this.#sendOneOf([
      full,
      ...(pictured ? [slackMessage(notice, 'without-image')] : []),
      slackMessage(notice, 'plain'),
    ]);
  }

  async deliverDigest(digest: Digest): Promise<Delivery> {
    return this.#sendOneOf([slackDigest(digest, 'full'), slackDigest(digest, 'plain')]);
  }

  /** @param messages from what we would like to say to what Slack must be able to take. */
  async #sendOneOf(messages: readonly SlackMessage[]): Promise<Delivery> {
    const { webhook, secrets, clock } = this.#options;
    const secret = await channelSecret(secrets, webhook);
    if ('failed' in secret) return secret.failed;
    const url = safeAddress(secret.value);
    if (url === undefined) {
      const where = referenceWords(webhook);
      const reason = `${where} holds no webhook address → store what Slack gave you: https://hooks.slack.com/services/…`;
      return { outcome: 'rejected', reason };
    }
    const service = { name: 'Slack', accepts: saysYes, secret: secret.value };
    const refusals: string[] = [];
    for (const message of messages) {
      const came = await this.#send(url, message);
      const delivery = deliveryOf(came, service, clock.now());
      const isRefusal = 'status' in came && (came.status === 400 || came.status === 413);
      if (delivery.outcome !== 'rejected' || !isRefusal) return delivery;
      refusals.push(delivery.reason);
    }
    return { outcome: 'rejected', reason: withoutSecret([...new Set(refusals)].join('; '), secret.value) };
  }

  async #send(url: URL, message: SlackMessage): Promise<HttpAnswer | HttpLoss> {
    let came: HttpAnswer | HttpLoss | undefined;
    // The client tells status and body, but no headers, and knows no time-out of its own: see `Retry-After`.
    const fetch: FetchFunction = async (_url, init) => {
      const body = typeof init?.body === 'string' ? init.body : '';
      came = await httpPost(url, body, init?.headers ?? {}, this.#options.timeoutMs ?? REQUEST_TIMEOUT_MS);
      return asResponse(came, url);
    };
    try {
      await new IncomingWebhook(url.href, { fetch }).send(message as IncomingWebhookSendArguments);
    } catch (error) {
      if (came === undefined) throw error;
    }
    return came ?? { lost: 'the client sent nothing', sent: false };
  }
}

/** `ok`; services that take Slack's messages answer with an object. */
function saysYes({ body, whole }: HttpAnswer): boolean {
  const said = body.trim();
  if (!whole) return false;
  return said === 'ok' || /^\{\s*"(?:ok|success)"\s*:\s*true\b/.test(said);
}

function asResponse(came: HttpAnswer | HttpLoss, url: URL): Awaited<ReturnType<FetchFunction>> {
  if ('lost' in came) throw new Error(came.lost);
  const { status, body } = came;
  return {
    ok: status >= 200 && status <= 299,
    status,
    statusText: '',
    url: url.href,
    headers: new Headers(),
    text: async () => body,
    json: async (): Promise<unknown> => JSON.parse(body),
    arrayBuffer: async () => new TextEncoder().encode(body).buffer,
  };
}
