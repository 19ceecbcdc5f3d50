import { describe, expect, it } from 'vitest';
import { textHash } from '../../shared/numeric/text-hash.ts';

describe('the hash of a text', () => {
  // python: '%08x' of struct.unpack('<4I', mmh3.hash_bytes(text.encode(), 0, x64arch=False)), mmh3 5
  it.each([
    ['', '00000000000000000000000000000000'],
    ['a', 'a794933c5556b01b5556b01b5556b01b'],
    ['web-1', '258eb1a1ccd0aee0cb9af98ecb9af98e'],
    ['0123456789abcdef', 'fb7d440936aed30a48ad1d9b572b3bfd'],
    ['the quick brown fox jumps over the lazy dog', 'af7db4fd400d17025393603ff28a389b'],
    ['ä€😀'.repeat(7), '0f04e69690a8c7ecea2e10d199d48dec'],
  ])('of %j is what the reference implementation says', (text, hash) => {
    expect(textHash(text)).toBe(hash);
  });
});
