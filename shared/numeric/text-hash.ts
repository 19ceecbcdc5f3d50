const utf8 = new TextEncoder();

const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function finish(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Little-endian word at `at`; bytes past the end are 0. */
const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);

const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, c1), 15), c2);
const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, c2), 16), c3);
const mix3 = (k: number): number => Math.imul(rotate(Math.imul(k, c3), 17), c4);
const mix4 = (k: number): number => Math.imul(rotate(Math.imul(k, c4), 18), c1);

/**
 * 128 bits of a text's UTF-8 bytes as 32 hexadecimal digits: MurmurHash3_x86_128, seed 0
 * (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp). For names that are too long for where they
 * go; whoever wants two texts of one hash can make them, so it protects nothing.
 */
export function textHash(text: string): string {
  const bytes = utf8.encode(text);
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 = rotate(h1 ^ mix1(wordAt(bytes, at)), 19) + h2;
    h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0;
    h2 = rotate(h2 ^ mix2(wordAt(bytes, at + 4)), 17) + h3;
    h2 = (Math.imul(h2, 5) + 0x0bcaa747) | 0;
    h3 = rotate(h3 ^ mix3(wordAt(bytes, at + 8)), 15) + h4;
    h3 = (Math.imul(h3, 5) + 0x96cd1c35) | 0;
    h4 = rotate(h4 ^ mix4(wordAt(bytes, at + 12)), 13) + h1;
    h4 = (Math.imul(h4, 5) + 0x32ac3b17) | 0;
  }
  const words: number[] = [
    h1 ^ mix1(wordAt(bytes, whole)),
    h2 ^ mix2(wordAt(bytes, whole + 4)),
    h3 ^ mix3(wordAt(bytes, whole + 8)),
    h4 ^ mix4(wordAt(bytes, whole + 12)),
  ].map((word) => word ^ bytes.length);
  const mixed = spread(spread(words).map(finish));
  return mixed.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function spread([a, b, c, d]: readonly number[]): number[] {
  const first = (a + b + c + d) | 0;
  return [first, (b + first) | 0, (c + first) | 0, (d + first) | 0];
}
