import { describe, expect, it } from 'vitest';
import { groupOf } from '../../shared/alerting/grouping.ts';
import { checkObjectKey } from '../../shared/models/object-key.ts';
import { keys } from '../../shared/settings/keys.ts';
import fc from '../fakes/property.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '/', '.', '~', '%', '€', '😀'), maxLength: 400 }),
);

describe('keys of incidents', () => {
  it('are keys that every store takes, whatever an entity is called', () => {
    fc.assert(
      fc.property(hostile, (entity) => {
        const { group } = groupOf({ deployment: 'd', watch: 'w', entity, labels: {} }, 'entity');
        for (const key of [keys.incident(group), keys.closedIncident(1_700_000_000, group, 1_700_000_000)]) {
          expect(() => checkObjectKey(key)).not.toThrow();
          expect(key.split('/')).toHaveLength(key.startsWith('incidents/open/') ? 3 : 4);
        }
      }),
    );
  });

  it('stay readable where they can', () => {
    expect(keys.incident('entity:servers/web-1')).toBe('incidents/open/entity%3Aservers%2Fweb-1.json');
  });
});
