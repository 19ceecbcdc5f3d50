import { describe, expect, it } from 'vitest';
import { compactHistory, expireHistory } from '../../shared/metrics/history-compaction.ts';
import { historyDayKind, type HistoryTick, historyTickKind } from '../../shared/metrics/history-format.ts';
import {
  appendTick,
  historyPeriods,
  type HistoryPorts,
  listTicks,
  readDays,
  readTick,
} from '../../shared/metrics/history.ts';
import { StoredObjectError } from '../../shared/models/stored-object-error.ts';
import { keys } from '../../shared/settings/keys.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';
import { chunkOf, interrupted, keysBelow, memoryPorts, mergeTicks, pairsOf, readWindow } from './stored-ports.ts';
import fc from '../fakes/property.ts';

const day = 86_400;
const hour = 3_600;
const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;
const ids = ['cpu', 'disk'];

goldenArtefactSuite(historyTickKind, {
  1: {
    ...chunkOf(
      monday + 300,
      {
        cpu: [
          [monday, 1.5],
          [monday + 60, NaN],
        ],
        disk: [
          [monday, -0],
          [monday + 60, 1e300],
        ],
        gone: [],
      },
      [monday],
    ),
    problems: new Map([['gone', { kind: 'forbidden', message: 'no right to read' }]]),
  },
});
goldenArtefactSuite(historyDayKind, {
  1: {
    day: '2026-11-16',
    series: [
      {
        id: 'cpu',
        times: Float64Array.of(monday, monday + 60),
        values: Float64Array.of(1, 2),
        ticks: Uint32Array.of(0, monday + 300),
      },
      {
        id: 'disk',
        times: Float64Array.of(monday, monday + 60),
        values: Float64Array.of(3, 4),
        ticks: Uint32Array.of(0, monday + 300),
      },
    ],
  },
});

async function ticksOf(stream: AsyncIterable<number>): Promise<readonly number[]> {
  const ticks: number[] = [];
  for await (const tick of stream) ticks.push(tick);
  return ticks;
}

describe('the history of a shard', () => {
  it('keeps what a tick pulled, to the last bit, with what it saw before and what was missing', async () => {
    const ports = memoryPorts();
    const chunk: HistoryTick = {
      ...chunkOf(
        monday + 300,
        {
          cpu: [
            [monday, 0.1 + 0.2],
            [monday + 60, 5e-324],
          ],
          disk: [[monday, 1e300]],
        },
        [monday],
      ),
      problems: new Map([['disk', { kind: 'partial', message: 'one page was lost' }]]),
    };
    expect(await appendTick(ports, 'w', 's-1', 300, chunk)).toBe('stored');
    expect(await readTick(ports, 'w', 's-1', 300, monday + 300)).toEqual(chunk);
  });

  it('gives a second run of a tick what the first one pulled, not what it pulled itself', async () => {
    const ports = memoryPorts();
    const first = chunkOf(monday, { cpu: [[monday - 60, 1]] });
    expect(await appendTick(ports, 'w', 's-1', 300, first)).toBe('stored');
    expect(await appendTick(ports, 'w', 's-1', 300, chunkOf(monday, { cpu: [[monday - 60, 2]] }))).toEqual(first);
    expect(await readTick(ports, 'w', 's-1', 300, monday)).toEqual(first);
  });

  it('reads ticks in order, after one and up to another, across hours and days', async () => {
    const ports = memoryPorts();
    const ticks = [monday - 300, monday, monday + 3_300, monday + hour, monday + day, monday + 3 * day];
    for (const tick of [...ticks].reverse()) await appendTick(ports, 'w', 's-1', 300, chunkOf(tick, {}));
    await appendTick(ports, 'w', 's-10', 300, chunkOf(monday + 1, {}));
    expect(await ticksOf(listTicks(ports, 'w', 's-1', 300, 0, monday + 9 * day))).toEqual(ticks);
    expect(await ticksOf(listTicks(ports, 'w', 's-1', 300, monday, monday + day))).toEqual(ticks.slice(2, 5));
    expect(await ticksOf(listTicks(ports, 'w', 's-1', 300, monday - 0.5, monday + 0.5))).toEqual([monday]);
  });

  it.each([[-1], [0.5], [NaN], [2 ** 32]])('refuses %s as a tick', async (tick) => {
    await expect(appendTick(memoryPorts(), 'w', 's', 300, chunkOf(tick, {}))).rejects.toThrow(
      /tick .* whole epoch seconds/,
    );
  });

  it('names no key that a watch or a shard could lead elsewhere', async () => {
    const ports = memoryPorts();
    await appendTick(ports, '../up', '..', 300, chunkOf(monday, {}));
    expect(await keysBelow(ports.store)).toEqual([keys.historyTick('../up', '..', 300, monday)]);
    expect((await keysBelow(ports.store))[0]).not.toContain('..');
  });
});

/** Pulls every 15 minutes that overlap and now and then correct what came before; some reach back over midnight. */
const somePulls = fc.uniqueArray(
  fc.record({
    slot: fc.integer({ min: 0, max: 4 * 24 * 3 - 1 }),
    points: fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 9 })), { maxLength: 6 }),
    disk: fc.boolean(),
  }),
  { selector: ({ slot }) => slot, minLength: 1, maxLength: 12 },
);
type Pulls = typeof somePulls extends fc.Arbitrary<infer P> ? P : never;
const chunksOf = (pulls: Pulls): readonly HistoryTick[] =>
  pulls.map(({ slot, points, disk }) => {
    const tick = monday + slot * 900;
    const pairs = points.map(([back, value]) => [tick - back * 60, value] as const);
    return chunkOf(tick, disk ? { cpu: pairs, disk: pairs } : { cpu: pairs });
  });

const everything = [monday - 2 * day, monday + 9 * day] as const;

describe('compaction', () => {
  it('changes nothing that a reader sees, wherever and however often it runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        somePulls,
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        async (pulls, compactions) => {
          const ports = memoryPorts();
          const chunks = chunksOf(pulls);
          const expected = mergeTicks(chunks);
          const share = Math.ceil(chunks.length / compactions.length);
          for (const [i, days] of compactions.entries()) {
            for (const chunk of chunks.slice(i * share, (i + 1) * share)) await appendTick(ports, 'w', 's', 300, chunk);
            await compactHistory(ports, 'w', 's', monday + days * day);
          }
          const read = await readWindow(ports, 'w', 's', 300, ids, ...everything);
          for (const id of ids) expect(pairsOf(read.get(id))).toEqual(pairsOf(expected.get(id)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may be cut off before any call to the store, and the next run finishes it', async () => {
    const chunks = [0, 1, 2, 30].map((i) =>
      chunkOf(monday + i * hour + 60, {
        cpu: [
          [monday + i * hour, i],
          [monday + i * hour - 7_200, -i],
        ],
      }),
    );
    const expected = pairsOf(mergeTicks(chunks).get('cpu'));
    for (let cut = 1; ; cut++) {
      const ports = memoryPorts();
      for (const chunk of chunks) await appendTick(ports, 'w', 's', 300, chunk);
      const dying = interrupted(ports.store, (call) => {
        if (call >= cut) throw new Error('power cut');
      });
      const outcome = await compactHistory({ ...ports, store: dying }, 'w', 's', monday + 3 * day).catch(() => 'died');
      expect(pairsOf((await readWindow(ports, 'w', 's', 300, ids, ...everything)).get('cpu')), `call ${cut}`).toEqual(
        expected,
      );
      await compactHistory(ports, 'w', 's', monday + 3 * day);
      expect(pairsOf((await readWindow(ports, 'w', 's', 300, ids, ...everything)).get('cpu')), `call ${cut}`).toEqual(
        expected,
      );
      expect(await keysBelow(ports.store, 'history/w/s/2')).toEqual([]);
      if (outcome !== 'died') return;
      expect(cut).toBeLessThan(100);
    }
  });

  it('may run between any two calls of a reader', async () => {
    const chunks = [0, 5, 23, 30].map((i) =>
      chunkOf(monday + i * hour + 60, {
        cpu: [
          [monday + i * hour, i],
          [monday + i * hour - 7_200, -i],
        ],
      }),
    );
    const expected = pairsOf(mergeTicks(chunks).get('cpu'));
    for (let at = 1; at < 40; at++) {
      const ports = memoryPorts();
      for (const chunk of chunks) await appendTick(ports, 'w', 's', 300, chunk);
      let call = 0;
      const meanwhile = async (): Promise<void> => {
        if (++call === at) await compactHistory(ports, 'w', 's', monday + 3 * day);
      };
      const store = {
        ...interrupted(ports.store, () => undefined),
        get: async (key: string) => {
          await meanwhile();
          return ports.store.get(key);
        },
        async *list(prefix: string, startAfter?: string) {
          await meanwhile();
          yield* ports.store.list(prefix, startAfter);
        },
      };
      const read = await readWindow({ ...ports, store }, 'w', 's', 300, ids, ...everything);
      expect(pairsOf(read.get('cpu')), `call ${at}`).toEqual(expected);
    }
  });

  it('loses nothing when two run at once', async () => {
    const ports = memoryPorts();
    const chunks = Array.from({ length: 20 }, (_, i) =>
      chunkOf(monday + i * hour, { cpu: [[monday + i * hour - 60, i]] }),
    );
    for (const chunk of chunks) await appendTick(ports, 'w', 's', 300, chunk);
    await Promise.all([1, 2, 3].map(() => compactHistory(ports, 'w', 's', monday + 3 * day)));
    const read = await readWindow(ports, 'w', 's', 300, ids, ...everything);
    expect(pairsOf(read.get('cpu'))).toEqual(pairsOf(mergeTicks(chunks).get('cpu')));
  });

  it('leaves the day that is not over, and leaves one object for each that is', async () => {
    const ports = memoryPorts();
    for (const i of [0, 1, 25])
      await appendTick(ports, 'w', 's', 300, chunkOf(monday + i * hour, { cpu: [[monday + i * hour, i]] }));
    expect(await compactHistory(ports, 'w', 's', monday + day + 2 * hour)).toEqual({
      ticks: 2,
      days: 1,
      unreadable: [],
    });
    expect(await keysBelow(ports.store)).toEqual([
      keys.historyTick('w', 's', 300, monday + 25 * hour),
      keys.historyDay('w', 's', 300, monday),
    ]);
  });

  it('leaves what it cannot read where it is, says so, and does the rest', async () => {
    const ports = memoryPorts();
    for (const i of [0, 1, 25, 26])
      await appendTick(ports, 'w', 's', 300, chunkOf(monday + i * hour, { cpu: [[monday + i * hour, i]] }));
    const broken = keys.historyTick('w', 's', 300, monday + hour);
    await ports.store.put(broken, (await ports.store.get(broken))!.body.slice(0, 40));
    const brokenDay = keys.historyDay('w', 's', 300, monday + day);
    await ports.store.put(brokenDay, new TextEncoder().encode('not ours'));

    const result = await compactHistory(ports, 'w', 's', monday + 3 * day);
    expect(result).toMatchObject({ ticks: 1, days: 1 });
    expect(result.unreadable.map(({ key, reason }) => [key, reason])).toEqual([
      [broken, 'truncated'],
      [brokenDay, 'damaged'],
    ]);
    expect(await keysBelow(ports.store)).toEqual([
      broken,
      keys.historyTick('w', 's', 300, monday + 25 * hour),
      keys.historyTick('w', 's', 300, monday + 26 * hour),
      keys.historyDay('w', 's', 300, monday),
      brokenDay,
    ]);

    await expect(readWindow(ports, 'w', 's', 300, ids, ...everything)).rejects.toThrow(StoredObjectError);
    const passedOver: (string | undefined)[] = [];
    const onUnreadable = (error: StoredObjectError): void => void passedOver.push(error.key);
    const read = await readWindow(ports, 'w', 's', 300, ids, ...everything, { onUnreadable });
    expect(pairsOf(read.get('cpu'))).toEqual([0, 25, 26].map((i) => [monday + i * hour, i]));
    expect(passedOver).toEqual([broken, brokenDay]);
  });
});

describe('reading a window', () => {
  it('answers every asked series, and only for the time asked', async () => {
    const ports = memoryPorts();
    for (let i = 0; i < 50; i++) {
      const at = monday + i * hour;
      await appendTick(ports, 'w', 's', 300, chunkOf(at + 60, { cpu: [[at, i]], disk: [[at, -i]] }));
    }
    await compactHistory(ports, 'w', 's', monday + day);
    const read = await readWindow(ports, 'w', 's', 300, ['disk', 'gone'], monday + 20 * hour, monday + 26 * hour);
    expect([...read.keys()]).toEqual(['disk', 'gone']);
    expect(pairsOf(read.get('disk'))).toEqual([20, 21, 22, 23, 24, 25].map((i) => [monday + i * hour, -i]));
    expect(pairsOf(read.get('gone'))).toEqual([]);
  });

  it('gives days in order, each by itself', async () => {
    const ports = memoryPorts();
    for (const i of [2, 0, 1])
      await appendTick(ports, 'w', 's', 300, chunkOf(monday + i * day + 60, { cpu: [[monday + i * day, i]] }));
    const days: string[] = [];
    for await (const one of readDays(ports, 'w', 's', 300, undefined, 0, Infinity)) days.push(one.day);
    expect(days).toEqual(['2026-11-16', '2026-11-17', '2026-11-18']);
  });

  it('holds two days in memory, not the window: reads no tick long before its day is asked for', async () => {
    const ports = memoryPorts();
    for (let i = 0; i < 10; i++)
      await appendTick(ports, 'w', 's', 300, chunkOf(monday + i * day + 60, { cpu: [[monday + i * day, i]] }));
    const read: string[] = [];
    const store = interrupted(ports.store, (_call, what) => {
      if (what.startsWith('get history/w/s/300s/2')) read.push(what);
    });
    for await (const one of readDays({ ...ports, store }, 'w', 's', 300, undefined, 0, Infinity)) {
      expect(read.length, one.day).toBeLessThanOrEqual(Number(one.day.slice(-2)) - 16 + 3);
    }
    expect(read).toHaveLength(10);
  });
});

describe('expiry', () => {
  it('deletes days, backfill and forgotten ticks before the day, and nothing else', async () => {
    const ports = memoryPorts();
    for (const i of [0, 1, 2]) {
      await appendTick(ports, 'w', 's', 300, chunkOf(monday + i * day, { cpu: [[monday + i * day, i]] }));
      await ports.store.put(keys.historyBackfill('w', 's', 300, monday + i * day), new Uint8Array(1));
    }
    await compactHistory(ports, 'w', 's', monday + 2 * day);
    await appendTick(ports, 'w', 's', 300, chunkOf(monday + 5, {}));
    await ports.store.put(keys.historyProgress('w', 's', 300), new Uint8Array(1));
    await appendTick(ports, 'w', 's-2', 300, chunkOf(monday, {}));
    expect(await expireHistory(ports, 'w', 's', monday + day + hour)).toEqual({ objects: 3 });
    expect(await keysBelow(ports.store)).toEqual([
      keys.historyTick('w', 's-2', 300, monday),
      keys.historyTick('w', 's', 300, monday + 2 * day),
      keys.historyBackfill('w', 's', 300, monday + day),
      keys.historyBackfill('w', 's', 300, monday + 2 * day),
      keys.historyDay('w', 's', 300, monday + day),
      keys.historyProgress('w', 's', 300),
    ]);
  });
});

describe('points of several periods of one shard', () => {
  const stored = async () => {
    const ports = memoryPorts();
    for (const [periodSeconds, value] of [
      [60, 1],
      [300, 5],
      [3600, 60],
    ] as const)
      for (let i = 0; i < 3; i++) {
        const at = monday + i * day;
        await appendTick(ports, 'w', 's', periodSeconds, chunkOf(at + 60, { cpu: [[at, value]] }));
      }
    await appendTick(ports, 'w', 's-1', 10, chunkOf(monday, { cpu: [[monday, 0]] }));
    return ports;
  };
  const valuesOf = async (ports: HistoryPorts, periodSeconds: number) =>
    pairsOf((await readWindow(ports, 'w', 's', periodSeconds, ['cpu'], 0, Infinity)).get('cpu')).map(
      ([, value]) => value,
    );

  it('are never read as one, not even where they are of the same times', async () => {
    const ports = await stored();
    expect(await historyPeriods(ports, 'w', 's')).toEqual([300, 3600, 60]);
    expect(await historyPeriods(ports, 'w', 'nix')).toEqual([]);
    const check = async () => {
      expect(await valuesOf(ports, 60)).toEqual([1, 1, 1]);
      expect(await valuesOf(ports, 300)).toEqual([5, 5, 5]);
      expect(await valuesOf(ports, 3600)).toEqual([60, 60, 60]);
      expect(await valuesOf(ports, 10)).toEqual([]);
    };
    await check();
    // Of all of them, also of those that nobody pulls any more.
    expect(await compactHistory(ports, 'w', 's', monday + 2 * day)).toEqual({ ticks: 6, days: 6, unreadable: [] });
    await check();
  });

  it('expire each on their own, with what says that a past was fetched, once there is none', async () => {
    const ports = await stored();
    await ports.store.put(keys.historyProgress('w', 's', 300), new Uint8Array(1));
    await ports.store.put(keys.historyProgress('w', 's', 60), new Uint8Array(1));
    await appendTick(ports, 'w', 's', 60, chunkOf(monday + 9 * day, { cpu: [[monday + 9 * day, 1]] }));
    expect(await expireHistory(ports, 'w', 's', monday + 8 * day)).toEqual({ objects: 9 });
    expect(await keysBelow(ports.store, 'history/w/s/')).toEqual([
      keys.historyTick('w', 's', 60, monday + 9 * day),
      keys.historyProgress('w', 's', 60),
    ]);
    expect(await historyPeriods(ports, 'w', 's-1')).toEqual([10]);
  });
});
