import { describe, expect, it } from 'vitest';
import {
  type ActionToken,
  decodeToken,
  encodeToken,
  linkActions,
  signedText,
  splitToken,
} from '../../shared/alerting/action-token.ts';
import fc from '../fakes/property.ts';

const tokens: fc.Arbitrary<ActionToken> = fc.record(
  {
    action: fc.constantFrom(...linkActions),
    incident: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' }).filter((text) => text.length <= 64),
    group: fc.string({ minLength: 1, maxLength: 180, unit: 'binary' }).filter((text) => text.length <= 200),
    number: fc.nat(),
    member: fc.stringMatching(/^[0-9a-f]{16}$/),
    expiresAt: fc.nat(),
  },
  { requiredKeys: ['action', 'incident', 'group', 'number', 'expiresAt'] },
);

describe('a token', () => {
  it('says what it was made of, whatever the names are', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(decodeToken(encodeToken(token))).toEqual(token);
      }),
    );
  });

  it('has nothing in it that an address would have to escape, and fits where a message has room for three', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const signed = encodeToken(token);
        expect(signed).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(splitToken(`${signed}.${'s'.repeat(43)}`)).toEqual({ signed, signature: 's'.repeat(43) });
      }),
    );
    const usual = {
      action: 'normal',
      incident: '3w5e11264sgsg',
      group: 'entity:servers/i-0abc1234',
      number: 1_763_719_200,
    };
    const longest = encodeToken({
      ...usual,
      action: 'normal',
      group: 'g'.repeat(180),
      member: 'f'.repeat(16),
      expiresAt: 2e9,
    });
    expect(longest.length).toBeLessThan(450);
  });

  it.each([
    ['nothing', ''],
    ['no signature', 'abcd'],
    ['two dots', `abcd.${'s'.repeat(43)}.x`],
    ['spaces', `ab cd.${'s'.repeat(43)}`],
    ['a path', `../../a.${'s'.repeat(43)}`],
    ['a megabyte', `${'a'.repeat(1_000_000)}.${'s'.repeat(43)}`],
    ['a signature of a megabyte', `abcd.${'s'.repeat(1_000_000)}`],
  ])('cannot be %s', (_, text) => {
    expect(splitToken(text)).toBeUndefined();
  });

  const signedOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { v: 1, a: 'snooze', i: 'id', g: 'all', n: 1, e: 1 };
  it.each([
    ['is no base64', '!'],
    ['is no text', Buffer.from([0xff, 0xfe, 0xfd]).toString('base64url')],
    ['is no JSON', Buffer.from('{').toString('base64url')],
    ['is null', signedOf(null)],
    ['is of another version', signedOf({ ...good, v: 2 })],
    ['names an action that links do not have', signedOf({ ...good, a: 'close' })],
    ['has a group of any length', signedOf({ ...good, g: 'g'.repeat(201) })],
    ['says more than it may', signedOf({ ...good, admin: true })],
    ['never ends', signedOf({ ...good, e: null })],
  ])('is read as nothing where it %s', (_, signed) => {
    expect(decodeToken(signedOf(good))).toBeDefined();
    expect(decodeToken(signed)).toBeUndefined();
  });

  it('is signed for its deployment and its purpose: two that differ in either never share a text', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z-]{1,20}$/),
        fc.stringMatching(/^[a-z-]{1,20}$/),
        tokens,
        (one, other, token) => {
          const signed = encodeToken(token);
          expect(signedText(one, signed) === signedText(other, signed)).toBe(one === other);
        },
      ),
    );
  });
});
