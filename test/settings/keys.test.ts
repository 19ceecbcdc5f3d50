import { describe, expect, it } from 'vitest';
import { groupOf } from '../../shared/alerting/grouping.ts';
import { checkObjectKey } from '../../shared/models/object-key.ts';
import { keys, tickOfKey } from '../../shared/settings/keys.ts';
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

describe('keys of forecasts', () => {
  it('are keys that every store takes, each below its own shard, whatever a watch is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\p{Cc}/\\]{1,64}$/u), (watch) => {
        const shard = 's-0001';
        const all = [
          keys.forecasts(watch, shard, 1_700_000_000),
          keys.forecasters(watch, shard, 'a'),
          keys.forecasters(watch, shard, 'b'),
          keys.forecastersInUse(watch, shard),
        ];
        for (const key of all) {
          expect(() => checkObjectKey(key)).not.toThrow();
          expect(key.split('/')).toHaveLength(5);
        }
        expect(new Set(all).size).toBe(4);
        expect(all[0].startsWith(keys.forecastsPrefix(watch, shard))).toBe(true);
      }),
    );
  });

  it('sort by time, until and beyond the year 2001', () => {
    const at = (tick: number) => keys.forecasts('w', 's', tick);
    expect([at(1_700_000_300), at(999_999_999), at(1_700_000_000)].sort()).toEqual(
      [999_999_999, 1_700_000_000, 1_700_000_300].map(at),
    );
  });
});

describe('the tick of a key', () => {
  it('is found whatever a watch is called, of anomalies and forecasts alone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\p{Cc}/\\]{1,64}$/u), (watch) => {
        const tick = 1_700_000_100;
        const anomalies = keys.anomalies(tick, watch, 's-0001');
        expect(anomalies.startsWith(keys.anomaliesPrefix(tick, watch, 's-0001'))).toBe(true);
        expect([tickOfKey(anomalies), tickOfKey(keys.forecasts(watch, 's-0001', tick))]).toEqual([tick, tick]);
        expect(tickOfKey(keys.historyTick(watch, 's-0001', 300, tick))).toBeUndefined();
      }),
    );
  });
});
