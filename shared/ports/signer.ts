/** HMAC-SHA-256 as base64url, under a key that is not passed around. */
export interface Signer {
  sign(text: string): Promise<string>;
  /** Compares in constant time; also accepts the key before the last rotation. */
  verify(text: string, signature: string): Promise<boolean>;
}
