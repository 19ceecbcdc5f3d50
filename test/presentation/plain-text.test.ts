import { describe, expect, it } from 'vitest';
import { bracketless, mrkdwn, mrkdwnLink, webAddress } from '../../shared/presentation/mrkdwn.ts';
import { cut, plainName, plainText, someOf } from '../../shared/presentation/plain-text.ts';
import fc from '../fakes/property.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(fc.constantFrom('<!channel>', '<@U1>', '&', '*', '_', '~', '`', '|', '\n', '\u202e', '😀', 'שרת', 'x', ' '))
    .map((parts) => parts.join('')),
);

describe('plain text', () => {
  it.each([
    ['lines become one', 'a\n\tb\r\nc', 'a b c'],
    ['terminal sequences are disarmed', '\u001b[2Jgone\u0007', '[2Jgone'],
    ['text cannot be turned around', 'a\u202egnp.exe', 'agnp.exe'],
    ['nothing hides', 'ad\u200bmin\ufeff', 'admin'],
    ['emoji that are joined stay joined', '👩‍🚒', '👩‍🚒'],
    ['half a character is none', 'a\ud83d', 'a\ufffd'],
    ['a right-to-left name stands in isolation', 'שרת', '\u2068שרת\u2069'],
    ['an empty name stays empty', '  ', ''],
  ])('%s', (_, given, expected) => {
    expect(plainText(given)).toBe(expected);
  });

  it('is one line within its limit without control characters, whatever it is given', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 4, max: 300 }), (text, most) => {
        const line = plainText(text, most);
        expect(line.length).toBeLessThanOrEqual(most);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e]/u);
        expect(plainName(text, most)).not.toBe('');
      }),
    );
  });

  it('is quick with a name of megabytes', () => {
    expect(plainText('\u0000a'.repeat(4_000_000), 100).length).toBeLessThanOrEqual(100);
  });

  it('cuts between characters', () => {
    expect(cut('😀😀', 3)).toBe('😀…');
    expect(cut('😀😀', 4)).toBe('😀😀');
    expect(cut('abc', 2)).toBe('a…');
  });

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and 1 more'],
  ])('names some of %j', (all, words) => {
    expect(someOf(all, 2)).toBe(words);
  });
});

describe('mrkdwn', () => {
  it.each([
    ['mentions reach nobody', '<!channel> <@U123>', '&lt;!channel&gt; &lt;@U123&gt;'],
    ['marks within a name stay', 'cpu_usage_total a*b', 'cpu_usage_total a*b'],
    ['marks at its edges format nothing', '*bold* _it_ ~no~', '∗bold∗ ＿it＿ ∼no∼'],
    ['code is no code', '`rm`', 'ˋrmˋ'],
    ['an ampersand is one', 'a & b &amp; c', 'a &amp; b &amp;amp; c'],
  ])('%s', (_, given, expected) => {
    expect(mrkdwn(given)).toBe(expected);
  });

  it('stays within its limit, and whole in its escapes, whatever it is given', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 10, max: 300 }), (text, most) => {
        const words = mrkdwn(text, most);
        expect(words.length).toBeLessThanOrEqual(most);
        expect(words).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(words).not.toMatch(/(?<![\p{L}\p{N}])[*_~]|`/u);
      }),
    );
  });

  it('uses the room that there is', () => {
    expect(mrkdwn('&'.repeat(100), 50)).toHaveLength(46);
    expect(mrkdwn('a'.repeat(100), 50)).toHaveLength(50);
  });

  it('leaves no bracket in plain text', () => {
    expect(bracketless('<!here> a')).toBe('‹!here› a');
  });

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['no address', 'graph'],
    ['an endless one', `https://example.com/${'a'.repeat(5000)}`],
    ['none', ''],
  ])('makes no link of %s', (_, url) => {
    expect(mrkdwnLink(url, 'Graph')).toBeUndefined();
    expect(webAddress(url)).toBeUndefined();
  });

  it('lets nothing out of a link', () => {
    expect(mrkdwnLink('https://example.com/a|b?x=<1>&y=2', 'A|<!here>')).toBe(
      '<https://example.com/a%7Cb?x=%3C1%3E&amp;y=2|A|&lt;!here&gt;>',
    );
  });
});
