/** What the domain needs of the platform to store things: compression and a content digest. */
export interface Bytes {
  gzip(body: Uint8Array): Promise<Uint8Array>;
  /** Refuses, by throwing, a body that is truncated, damaged or larger than `maxBytes` once unpacked. */
  gunzip(body: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  /** SHA-256 as lower-case hexadecimal. */
  digest(body: Uint8Array): string;
}
