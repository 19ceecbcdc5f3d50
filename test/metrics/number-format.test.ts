import { describe, expect, it } from 'vitest';
import { isMissing, numberFormat } from '../../shared/metrics/number-format.ts';
import fc from '../fakes/property.ts';

const { NaN: none } = Number;
const read = (samples: readonly string[], delimiter = ',') => {
  const format = numberFormat(samples, delimiter);
  return samples.map((sample) => format.read(sample));
};

describe('a number', () => {
  it.each([
    ['0', 0],
    ['-0.5', -0.5],
    ['+3', 3],
    [' 12 ', 12],
    ['1e3', 1000],
    ['1E-9', 1e-9],
    ['.5', 0.5],
    ['5.', 5],
    ['1e308', 1e308],
    ['1e309', Infinity],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['45%', 45],
    ['45.5 %', 45.5],
    ['', none],
    [' ', none],
    ['NaN', none],
    ['null', none],
    ['%', none],
    ['0x10', none],
    ['1_000', none],
    ['true', none],
    ['12 apples', none],
    ['1.2.3', none],
    ['%'.repeat(100_000), none],
    ['9'.repeat(100_000), none],
  ])('%j is %s', (text, value) => {
    expect(numberFormat(['1'], ',').read(text)).toBe(value);
  });

  it.each([
    ['a decimal comma, where fields are separated otherwise', ['1,5', '2,25'], ';', [1.5, 2.25]],
    ['a decimal comma in quotes, where fields are separated by commas', ['1,5', '2,25'], ',', [1.5, 2.25]],
    ['a decimal comma and dots between thousands', ['1.234,5', '2.000.000,25', '12'], ';', [1234.5, 2_000_000.25, 12]],
    ['dots between thousands where the comma is decimal', ['1,5', '1.234'], ';', [1.5, 1234]],
    ['commas between thousands', ['1,234.5', '1,234,567', '12.5'], ',', [1234.5, 1_234_567, 12.5]],
    ['spaces between thousands', ['1 234 567', '12.5', '1 234,5'], ';', [1_234_567, 12.5, 1234.5]],
    ['narrow spaces between thousands', ['1\u202f234', '7'], ';', [1234, 7]],
    ['apostrophes between thousands', ["1'234.5", '7'], ';', [1234.5, 7]],
    ['negative ones', ['-1,5', '-2'], ';', [-1.5, -2]],
    ['one comma that may be either, between fields with commas', ['1,234', '2'], ',', [1234, 2]],
    ['one comma that may be either, between others', ['1,234', '2'], ';', [1.234, 2]],
    ['a dot where the comma is decimal is no number, rather than a wrong one', ['1,5', '2.5'], ';', [1.5, none]],
    ['plain ones are never touched', ['1.234', '5.678'], ';', [1.234, 5.678]],
  ])('%s', (_title, samples, delimiter, values) => {
    expect(read(samples, delimiter)).toEqual(values);
  });

  it('says where a comma could have meant either', () => {
    expect(numberFormat(['1,234'], ';').note).toMatch(/decimal comma/);
    expect(numberFormat(['1,234'], ',').note).toMatch(/thousands/);
    expect(numberFormat(['1,23'], ';').note).toBeUndefined();
    expect(numberFormat(['1.23'], ';').note).toBeUndefined();
  });

  it('is read as it was written, by any program', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(read([String(value)])).toEqual([value === 0 ? Number(String(value)) : value]);
      }),
    );
  });
});

describe('a missing value', () => {
  it.each(['', ' ', 'NaN', 'nan', 'NA', 'N/A', '#N/A', 'null', 'NULL', 'None', '-', 'missing'])('%j is one', (text) => {
    expect(isMissing(text)).toBe(true);
  });
  it.each(['0', 'inf', 'text', '-1', 'nano'])('%j is none', (text) => {
    expect(isMissing(text)).toBe(false);
  });
});
