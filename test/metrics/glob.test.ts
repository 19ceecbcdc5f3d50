import { describe, expect, it } from 'vitest';
import { isExact, matchesGlob } from '../../shared/metrics/glob.ts';
import fc from '../fakes/property.ts';

describe('a glob', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['?', '', false],
    ['?', 'a', true],
    ['', '', true],
    ['', 'a', false],
    ['CPU*', 'CPUUtilization', true],
    ['CPU*', 'cpu', false],
    ['*Errors', '4xxErrors', true],
    ['*Errors', 'ErrorsTotal', false],
    ['app/*/x', 'app/a/b/x', true],
    ['a*b*c', 'aXbXbc', true],
    ['a*b*c', 'aXcXb', false],
    ['a?c', 'abc', true],
    ['a.c', 'abc', false],
    ['EBSIOBalance%', 'EBSIOBalance%', true],
    ['[a]', 'a', false],
    ['a**b', 'ab', true],
  ])('%j on %j: %s', (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches);
  });

  it('is the regular expression that it looks like', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*', '?', '.'), { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern.replace(/[.]/g, '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  // Backtracking would not end before the time that a test is given.
  it('of many stars takes no time that grows with their number', () => {
    expect(matchesGlob('*a'.repeat(200) + 'b', 'a'.repeat(5000))).toBe(false);
  });

  it('without star and question mark is exact', () => {
    expect(isExact('i-0abc')).toBe(true);
    expect(isExact('i-*')).toBe(false);
    expect(isExact('i-?')).toBe(false);
  });
});
