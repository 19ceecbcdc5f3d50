import { describe, expect, it } from 'vitest';
import { nearest } from '../../shared/settings/nearest.ts';

const keys = [
  'source',
  'select',
  'metrics',
  'every',
  'period',
  'settle',
  'maxSeries',
  'entityBy',
  'timezone',
  'forest',
];

describe('the nearest right word', () => {
  it.each([
    ['one letter too few', 'slect', 'select'],
    ['two exchanged', 'metircs', 'metrics'],
    ['another case', 'maxseries', 'maxSeries'],
    ['another style', 'entity_by', 'entityBy'],
    ['a hyphen', 'time-zone', 'timezone'],
    ['only its beginning', 'peri', 'period'],
    ['something else', 'colour', undefined],
    ['nothing', '', undefined],
    ['a very long word', 'x'.repeat(10_000), undefined],
  ])('%s', (_title, written, meant) => {
    expect(nearest(written, keys)).toBe(meant);
  });

  it('is none among none', () => expect(nearest('select', [])).toBeUndefined());
});
