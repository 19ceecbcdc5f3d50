import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkObjectKey } from '../../shared/models/object-key.ts';
import { keys } from '../../shared/settings/keys.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '/', '.', '~', '%', '€', '😀'), maxLength: 400 }),
);

describe('keys of incidents', () => {
  it('are keys that every store takes, whatever a group is called', () => {
    fc.assert(
      fc.property(hostile, (group) => {
        for (const key of [keys.incident(group), keys.closedIncident(1_700_000_000, group, 1_700_000_000)]) {
          expect(() => checkObjectKey(key)).not.toThrow();
          expect(key.split('/')).toHaveLength(key.startsWith('incidents/open/') ? 3 : 4);
        }
      }),
    );
  });

  it.each([
    ['differ in their last letter only', `${'x'.repeat(300)}a`, `${'x'.repeat(300)}b`],
    ['are a long one and what its key ends in', 'x'.repeat(300), `${'x'.repeat(167)}~ab`],
    ['differ in letters that look the same once encoded', 'a%2Fb', 'a/b'],
  ])('are two keys where two groups %s', (_, one, other) => {
    expect(keys.incident(one)).not.toBe(keys.incident(other));
  });

  it('stay readable where they can', () => {
    expect(keys.incident('entity:servers/web-1')).toBe('incidents/open/entity%3Aservers%2Fweb-1.json');
  });
});
