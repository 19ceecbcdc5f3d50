import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';
import type { Signer } from '../../ports/signer.ts';

/** Where the key lies, and the one before the last rotation. */
export interface RotatedSecrets extends Secrets {
  previous(reference: SecretReference): Promise<string | undefined>;
}

/** Shorter keys can be guessed. */
const LEAST_CHARACTERS = 32;

/** HMAC-SHA-256 from Node itself, under a key that is read whenever it is needed, so that a rotation needs no deploy. */
export class HmacSigner implements Signer {
  readonly #secrets: RotatedSecrets;
  readonly #reference: SecretReference;

  constructor(secrets: RotatedSecrets, reference: SecretReference) {
    this.#secrets = secrets;
    this.#reference = reference;
  }

  /** @throws Error where the key is missing or too short; never says what it is. */
  async sign(text: string): Promise<string> {
    return mac(await this.#secrets.read(this.#reference), text).toString('base64url');
  }

  async verify(text: string, signature: string): Promise<boolean> {
    const given = Buffer.from(signature, 'base64url');
    // The decoder skips what is no base64url: a second spelling of a signature is none.
    if (given.toString('base64url') !== signature) return false;
    const current = isEqual(mac(await this.#secrets.read(this.#reference), text), given);
    const previous = await this.#secrets.previous(this.#reference);
    if (previous === undefined || previous.length < LEAST_CHARACTERS) return current;
    return isEqual(mac(previous, text), given) || current;
  }
}

function mac(key: string, text: string): Buffer {
  if (key.length < LEAST_CHARACTERS)
    throw new Error(
      `the key that signs links has ${key.length} characters → give it ${LEAST_CHARACTERS} or more, such as openssl rand -base64 32`,
    );
  return createHmac('sha256', key).update(text).digest();
}

const isEqual = (expected: Buffer, given: Buffer): boolean =>
  expected.length === given.length && timingSafeEqual(expected, given);
