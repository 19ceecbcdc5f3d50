import type { Delivery } from '../../ports/channel.ts';
import { plainText } from '../../presentation/plain-text.ts';
import type { HttpAnswer, HttpLoss } from './http-post.ts';

/** How a service is spoken of, and what may not be repeated of it. */
export interface Service {
  /** Such as `Slack`. */
  readonly name: string;
  /** Whether this body is how the service says yes. */
  readonly accepts: (answer: HttpAnswer) => boolean;
  /** What must never be seen in a reason, even where the service repeats it. */
  readonly secret: string;
}

/** Whoever asks for longer is asked again after this. Seconds. */
const LONGEST_PAUSE = 1800;

type Verdict = 'retry' | 'retry-maybe' | 'rejected';
interface Row {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  readonly words: string;
}

/** The first row that holds decides; https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
const table: readonly Row[] = [
  { from: 300, to: 399, verdict: 'rejected', words: 'it has moved: write the address it has now' },
  { from: 400, to: 400, verdict: 'rejected', words: 'it does not take this message' },
  { from: 401, to: 403, verdict: 'rejected', words: 'it does not accept the key: check the secret' },
  { from: 404, to: 404, verdict: 'rejected', words: 'there is nothing at this address: make a new one and store it' },
  { from: 408, to: 408, verdict: 'retry', words: 'it waited too long for us' },
  { from: 410, to: 410, verdict: 'rejected', words: 'it is gone for good: make a new one and store it' },
  { from: 413, to: 413, verdict: 'rejected', words: 'the message is too large for it' },
  { from: 421, to: 421, verdict: 'retry', words: 'another server is responsible' },
  { from: 425, to: 425, verdict: 'retry', words: 'too early' },
  { from: 429, to: 429, verdict: 'retry', words: 'too many messages at once' },
  { from: 400, to: 499, verdict: 'rejected', words: 'it does not take this message' },
  { from: 503, to: 503, verdict: 'retry', words: 'it is not available now' },
  { from: 500, to: 599, verdict: 'retry-maybe', words: 'it has trouble of its own' },
];

/**
 * What an answer, or its loss, comes to: the one table for all channels that speak HTTP. A yes that is not said as the
 * service says it may come from something between us and it, so it counts as no more than "maybe".
 *
 * @param now epoch seconds, for a `Retry-After` that is a date.
 */
export function deliveryOf(came: HttpAnswer | HttpLoss, service: Service, now: number): Delivery {
  const clean = (words: string): string => withoutSecret(words, service.secret);
  if ('lost' in came) {
    return { outcome: 'retryable', reason: clean(`${service.name}: ${came.lost}`), maybe: came.sent };
  }
  const { status } = came;
  const said = clean(plainText(came.body, 200));
  const answered = `${service.name} answered ${status}${said === '' ? '' : ` (${said})`}`;
  if (status >= 200 && status <= 299) {
    return service.accepts(came)
      ? { outcome: 'delivered', answer: answered }
      : { outcome: 'retryable', reason: `${answered}, which is not how it says yes`, maybe: true };
  }
  const row = table.find(({ from, to }) => status >= from && status <= to);
  if (row?.verdict === 'rejected') return { outcome: 'rejected', reason: `${answered}: ${row.words}` };
  const after = retryAfterSeconds(came.retryAfter, now);
  return {
    outcome: 'retryable',
    reason: row === undefined ? `${answered}, which means nothing` : `${answered}: ${row.words}`,
    maybe: row?.verdict !== 'retry',
    ...(after === undefined ? {} : { afterSeconds: after }),
  };
}

/**
 * Seconds to wait, from seconds or an HTTP date, at most half an hour; undefined where it is neither.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const seconds = /^\d{1,15}$/.test(text)
    ? Number(text)
    : / GMT$/.test(text)
      ? Math.ceil(Date.parse(text) / 1000 - now)
      : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(LONGEST_PAUSE, Math.max(0, seconds));
}

/** Services repeat what they were sent, and errors name addresses. */
export function withoutSecret(words: string, secret: string): string {
  return secret === '' ? words : words.replaceAll(secret, '…');
}
