import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { type ShardState, shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { withFault } from './faults.ts';
import { copyStore, noise, series, type Signalling, usual, world, type World } from './world.ts';

/** A minute before midnight, so that the ticks meet discovery, a new day and its compaction. */
const start = Date.parse('2026-03-02T23:30:00Z') / 1000;
const every = 300;
const ticks = 24;
const faultAt = start + 7 * every;

const members = [
  series('a', 'cpu'),
  series('b', 'cpu'),
  series('b', 'memory'),
  series('b', 'errors', { gap: 'zero', bad: 'up' }),
];
const value: Signalling = (one, time) => {
  if (one.label === 'errors') return noise('errors', time) < 0.3 ? 1 : Number.NaN;
  if (one.entity === 'b' && time === faultAt - every) return Number.NaN;
  return usual(one, time) + (time >= faultAt && time < faultAt + 600 ? 90 : 0);
};
/** What the source says when it is asked once more: no value is the same. */
const otherwise: Signalling = (one, time) => value(one, time) + 1 + noise('otherwise', one.id, time);

const rules = [{ kind: 'above', metric: 'cpu', limit: 110 }];
const open = (store?: MemoryObjectStore, answer = value): World =>
  world(members, answer, { rules }, { retention: '2d' }, store);

const tickAt = (k: number): number => start + k * every;

async function run(w: World, k: number): Promise<void> {
  w.clock.time = tickAt(k);
  await detectAnomalies({ tick: tickAt(k) }, w.ports);
}

interface Outcome {
  readonly state: string;
  readonly signals: readonly string[];
  readonly anomalies: readonly string[];
}

const shard = 's-0001';

async function stateOf(store: MemoryObjectStore, change: (state: ShardState) => ShardState = same): Promise<string> {
  const found = await readStored({ ...open(store).ports }, shardStateKind, keys.state('w', shard, 'anomaly'));
  return found === undefined
    ? 'none'
    : Buffer.from(packArtefact(shardStateKind, change(found.value))).toString('base64');
}

const same = (state: ShardState): ShardState => state;
/** A tick whose points nobody stored asked for nothing that anybody knows of. */
const uncounted = (state: ShardState): ShardState => ({ ...state, asked: null });

async function anomaliesOf(store: MemoryObjectStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of store.list('anomalies/')) found.push(`${key} ${String((await store.get(key))?.body)}`);
  return found;
}

async function outcome(store: MemoryObjectStore, worlds: readonly World[]): Promise<Outcome> {
  const said = worlds.flatMap(({ bus }) => bus.published.map((signal) => JSON.stringify(signal)));
  return { state: await stateOf(store), signals: [...new Set(said)].sort(), anomalies: await anomaliesOf(store) };
}

/** Stores as they were before each tick, and what each tick made of it, nothing having gone wrong. */
const before: MemoryObjectStore[] = [];
const undisturbed: Outcome[] = [];

beforeAll(async () => {
  const w = open();
  for (let k = 0; k < ticks; k++) {
    before.push(await copyStore(w.store));
    const own = open(w.store);
    await run(own, k);
    undisturbed.push(await outcome(w.store, [own]));
  }
  before.push(await copyStore(w.store));
});

describe('a run that dies and is repeated', () => {
  it('meets in these ticks everything there is to meet', () => {
    expect(undisturbed.filter(({ signals }) => signals.length > 0).length).toBeGreaterThanOrEqual(3);
    expect(undisturbed.flatMap(({ signals }) => signals).join()).toMatch(/"kind":"rule"[^}]*"status":"firing"/);
    expect(undisturbed.flatMap(({ signals }) => signals).join()).toMatch(/"status":"normal"/);
  });

  it.each([0, 1, 2, 3, 6, 8, 9, 12, 20, 22])(
    'leaves the state and the signals of tick %i as if nothing had happened, whichever call kills it',
    async (k) => {
      for (const when of ['before', 'after'] as const) {
        for (let at = 1; ; at++) {
          const store = await copyStore(before[k]);
          const first = open(store);
          first.clock.time = tickAt(k);
          const faulty = withFault(first.ports, { at, when });
          const end = await Promise.race([detectAnomalies({ tick: tickAt(k) }, faulty.ports), faulty.died]);
          if (end !== 'died') break;
          const pulled = (await store.get(keys.historyTick('w', shard, every, tickAt(k)))) !== undefined;
          const second = open(store, pulled ? otherwise : value);
          await run(second, k);
          const name = `${when} call ${at}: ${faulty.calls.at(-1) ?? ''}`;
          const left = await outcome(store, [first, second]);
          expect({ name, ...left }).toEqual({ name, ...undisturbed[k] });
          const published = [first, second].map(
            ({ sink }) => sink.published.filter((m) => m.name === 'AnomaliesDetected').length,
          );
          expect(published[0] + published[1], name).toBeLessThanOrEqual(1);
        }
      }
    },
  );

  it('is made up for by the ticks after it where nobody repeats it', async () => {
    const at = 3;
    const end = await stateOf(before[ticks], uncounted);
    const calls = withFault(open(await copyStore(before[at])).ports, undefined);
    await detectAnomalies({ tick: tickAt(at) }, calls.ports);
    for (let call = 1; call <= calls.calls.length; call++) {
      const store = await copyStore(before[at]);
      const first = open(store);
      first.clock.time = tickAt(at);
      const faulty = withFault(first.ports, { at: call, when: 'after' });
      await Promise.race([detectAnomalies({ tick: tickAt(at) }, faulty.ports), faulty.died]);
      for (let k = at + 1; k < ticks; k++) await run(open(store), k);
      expect((await stateOf(store, uncounted)) === end, `after call ${call}: ${faulty.calls.at(-1) ?? ''}`).toBe(true);
    }
  });
});

describe('two runs of one tick at once', () => {
  const pauses = (seed: number) => {
    let turn = 0;
    return async () => {
      const wait = Math.floor(noise('pause', seed, turn++) * 6);
      for (let k = 0; k < wait; k++) await new Promise((resolve) => setImmediate(resolve));
    };
  };

  it.each([0, 1, 2, 5, 7, 8, 9])('leave one state and one set of signals of tick %i', async (k) => {
    for (let seed = 0; seed < 12; seed++) {
      const store = await copyStore(before[k]);
      const worlds = [open(store), open(store, otherwise), open(store)];
      // The first answers as before; the others differently, and theirs must not count if the first has stored its own.
      const runs = worlds.map((one, place) => {
        one.clock.time = tickAt(k);
        const late = place === 0 ? async () => undefined : pauses(seed * 10 + place);
        return detectAnomalies({ tick: tickAt(k) }, withFault(one.ports, undefined, late).ports);
      });
      const summaries = await Promise.all(runs);
      const judged = summaries.filter(({ watches }) => watches[0]?.ran[0]?.outcome === 'judged');
      expect(judged.length, `seed ${seed}`).toBe(1);
      const published = worlds.flatMap(({ sink }) => sink.published.filter(({ name }) => name === 'AnomaliesDetected'));
      expect(published.length, `seed ${seed}`).toBe(1);
      const signals = new Set(worlds.flatMap(({ bus }) => bus.published.map((signal) => JSON.stringify(signal))));
      const entities = new Set([...signals].map((signal) => (JSON.parse(signal) as { entity: string }).entity));
      expect(signals.size, `seed ${seed}: one voice per entity`).toBe(entities.size);
    }
  });
});
