import { describe, expect, it } from 'vitest';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import { lateShards as lateOf, livenessMetrics } from '../../shared/pipeline/late-shards.ts';
import { callTheRoll } from '../../shared/pipeline/roll-call.ts';
import type { WrittenTimes } from '../../shared/ports/written-times.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, world } from '../scenarios/world.ts';

const now = 1_800_000_000;
const watch = { name: 'w', every: 300 };
const shard = (name: string, count: number) => ({ shard: name, series: count, version: '1' });
const three = [shard('s-0001', 500), shard('s-0002', 500), shard('s-0003', 20)];

/** Objects that were written so many seconds ago. */
const written = (ages: Readonly<Record<string, number>>): WrittenTimes & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    async *written(prefix) {
      asked.push(prefix);
      for (const [key, age] of Object.entries(ages)) if (key.startsWith(prefix)) yield { key, writtenAt: now - age };
    },
  };
};
const state = (name: string) => keys.state('w', name, 'anomaly');
/** Everything fits the period of today. */
const lateShards = (of: typeof watch, shards: typeof three, at: number, store: WrittenTimes) =>
  lateOf(of, shards, at, store, async ({ series }) => series);

describe('the shards of a watch', () => {
  it('that were judged at the last tick are not late, and are found with one list', async () => {
    const store = written({ [state('s-0001')]: 290, [state('s-0002')]: 280, [state('s-0003')]: 300 });
    expect(await lateShards(watch, three, now, store)).toEqual({ late: [], seriesOverdue: 0, oldestVerdictAge: 300 });
    expect(store.asked).toEqual(['state/w/']);
  });

  it.each([
    [899, []],
    [900, ['s-0003']],
  ])('are late when %i seconds have passed of three intervals of 300: %j', async (age, late) => {
    const store = written({ [state('s-0001')]: 10, [state('s-0002')]: 10, [state('s-0003')]: age });
    const found = await lateShards(watch, three, now, store);
    expect(found).toEqual({ late, seriesOverdue: late.length * 20, oldestVerdictAge: age });
  });

  it('that were never judged are as old as the inventory that has them', async () => {
    const store = written({ [state('s-0001')]: 10, [state('s-0003')]: 10, [keys.inventory('w')]: 1000 });
    expect(await lateShards(watch, three, now, store)).toMatchObject({ late: ['s-0002'], seriesOverdue: 500 });
    const fresh = written({ [state('s-0001')]: 10, [state('s-0003')]: 10, [keys.inventory('w')]: 20 });
    expect(await lateShards(watch, three, now, fresh)).toMatchObject({ late: [], oldestVerdictAge: 20 });
  });

  it('that are planned no more are nobody’s, and neither are forecasts or a watch whose name begins alike', async () => {
    const store = written({
      [state('s-0003')]: 10,
      [state('s-0009')]: 99_999,
      [keys.state('w', 's-0003', 'forecast')]: 99_999,
      [keys.state('w2', 's-0003', 'anomaly')]: 99_999,
    });
    expect(await lateShards(watch, [three[2]], now, store)).toMatchObject({ late: [], oldestVerdictAge: 10 });
  });

  it('are not younger than now where clocks differ', async () => {
    const store = written({ [state('s-0003')]: -7 });
    expect(await lateShards(watch, [three[2]], now, store)).toMatchObject({ late: [], oldestVerdictAge: 0 });
  });
});

describe('a shard that seems late', () => {
  const store = written({ [state('s-0001')]: 10, [state('s-0002')]: 2000, [state('s-0003')]: 1500 });

  it('is not where none of its series is to be judged, and counts those that are', async () => {
    const asked: string[] = [];
    const found = await lateOf(watch, three, now, store, async ({ shard: name }) => {
      asked.push(name);
      return name === 's-0002' ? 0 : 7;
    });
    expect(found).toEqual({ late: ['s-0003'], seriesOverdue: 7, oldestVerdictAge: 1500 });
    expect(asked).toEqual(['s-0002', 's-0003']);
  });
});

describe('the roll of a watch', () => {
  const called = async (store: WrittenTimes | undefined) => {
    const { ports, sink, logged, clock } = world([], () => 1);
    clock.time = now;
    const [one] = Object.entries(ports.settings.watches).map(([name, settings]) => ({ name, ...settings }));
    const members = Array.from({ length: 1020 }, (_, k) => series(`i-${k}`, 'cpu'));
    await updateInventory(ports, 'w', members, now);
    const found = await callTheRoll(one, three, now, { ...ports, ...(store === undefined ? {} : { written: store }) });
    return { found, published: sink.published, logged };
  };

  it('is published for this deployment and watch alone, and who is late is named', async () => {
    const store = written({ [state('s-0001')]: 10, [state('s-0002')]: 2000, [state('s-0003')]: 10 });
    const { published, logged } = await called(store);
    expect(published).toEqual(
      livenessMetrics('aiops', 'w', { late: [], seriesOverdue: 500, oldestVerdictAge: 2000 }, now),
    );
    expect(logged).toMatchObject([{ level: 'warn', fields: { shards: ['s-0002'], series: 500 } }]);
  });

  it('says the age of the oldest verdict where it is no usual one, and a few times a day', async () => {
    const names = async (age: number) => {
      const store = written({ [state('s-0001')]: 10, [state('s-0002')]: age, [state('s-0003')]: 10 });
      return (await called(store)).published.map(({ name }) => name);
    };
    expect(await names(300)).toEqual(['SeriesOverdue']);
    expect(await names(451)).toEqual(['SeriesOverdue', 'OldestVerdictAge']);
  });

  it('that cannot be called publishes nothing, which the alarm takes for bad news, and harms no tick', async () => {
    const broken: WrittenTimes = {
      async *written() {
        throw new Error('AccessDenied');
      },
    };
    const { found, published, logged } = await called(broken);
    expect({ found, published }).toEqual({ found: undefined, published: [] });
    expect(logged).toMatchObject([{ level: 'error', message: 'roll not called' }]);
  });

  it('is not called on a laptop', async () => {
    expect(await called(undefined)).toEqual({ found: undefined, published: [], logged: [] });
  });
});
