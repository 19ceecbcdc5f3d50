const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * Sixteen hexadecimal digits that stand for a text: FNV-1a of 64 bits over its UTF-8
 * (http://www.isthe.com/chongo/tech/comp/fnv/). For names that are too long to be kept whole; keeps no secret.
 */
export function fingerprint(text: string): string {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
}
