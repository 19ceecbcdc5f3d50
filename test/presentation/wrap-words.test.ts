import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { wrapWords } from '../../shared/presentation/wrap-words.ts';
import fc from '../fakes/property.ts';

describe('wrapping at words', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['what fits stays as it is', 'a  b', 4, ['a  b']],
    ['what does not is cut at a space', 'one two three', 8, ['one two', 'three']],
    ['the rest is indented like the line', '   one two', 6, ['   one', '   two']],
    ['a word that is too wide stays whole', 'a Megabytes/Second b', 5, ['a', 'Megabytes/Second', 'b']],
    ['colours have no width', `${createColors(true).red('one')} two`, 7, [`${createColors(true).red('one')} two`]],
  ])('%s', (_title, line, width, expected) => {
    expect(wrapWords(line, width)).toEqual(expected);
  });

  it('loses no word, and no line is wider than asked unless it is one word', () =>
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (words, width) => {
          const lines = wrapWords(words.join(' '), width);
          expect(lines.flatMap((line) => line.split(' '))).toEqual(words);
          for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
        },
      ),
    ));
});
