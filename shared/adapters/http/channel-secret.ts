import type { Delivery } from '../../ports/channel.ts';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';

export type SecretRead = { readonly value: string } | { readonly failed: Delivery };

/**
 * A channel's secret, without the line break that editors leave at its end. One that cannot be read may be there in a
 * minute, so what was to be told is owed; it has certainly not been told.
 */
export async function channelSecret(secrets: Secrets, reference: SecretReference): Promise<SecretRead> {
  try {
    return { value: (await secrets.read(reference)).trim() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { failed: { outcome: 'retryable', reason, maybe: false } };
  }
}

/** Where a secret lies, for people. */
export function referenceWords(reference: SecretReference): string {
  if ('parameter' in reference) return `parameter ${reference.parameter}`;
  if ('variable' in reference) return `variable ${reference.variable}`;
  return `secret ${reference.secret}${reference.field === undefined ? '' : `, field ${reference.field}`}`;
}

/**
 * An address that a secret may be sent to: https, or http on this very machine; undefined for anything else.
 */
export function safeAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && here) ? url : undefined;
}
