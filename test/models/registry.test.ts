import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ArtefactKind } from '../../shared/models/artefact.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { dataDigest, type ModelOrigin, ModelRegistry } from '../../shared/models/registry.ts';
import { keys } from '../../shared/settings/keys.ts';
import { interrupted, keysBelow, memoryPorts } from '../metrics/stored-ports.ts';

interface Line {
  readonly slope: number;
  readonly offsets: Float32Array;
}

const parser = z.strictObject({ slope: z.number(), offsets: z.instanceof(Float32Array) });
const lineKind: ArtefactKind<Line> = {
  kind: 'line',
  version: 2,
  upgrades: { 1: (old) => ({ ...(old as object), offsets: new Float32Array(0) }) },
  parse: (payload) => parser.parse(payload),
};

const trained = Date.parse('2026-11-16T03:00:00Z') / 1000;
const origin: ModelOrigin = {
  trainedAt: trained,
  by: 'train function',
  why: 'weekly schedule',
  dataDigest: 'ab12',
  dataFrom: trained - 86_400,
  dataTo: trained,
  seed: 7,
};
const line = (slope: number): Line => ({ slope, offsets: Float32Array.of(0.1, slope) });
const step = (id: string, at = trained, why = 'better in the backtest') => ({ id, at, by: 'train function', why });

const open = (ports = memoryPorts(), watch = 'servers') => new ModelRegistry(ports, watch, 'entity-detector', lineKind);

async function listed(registry: ModelRegistry<Line>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const id of registry.ids()) ids.push(id);
  return ids;
}

describe('the registry', () => {
  it('keeps a model with who made it, when, why, on what data, with which seed and report', async () => {
    const registry = open();
    const id = await registry.register(line(2), origin, { aucPr: 0.51, falseAlertsPerWeek: 2.5 });
    expect(id).toMatch(/^20261116T030000-[0-9a-f]{16}$/);
    expect(await registry.model(id)).toEqual({
      id,
      origin,
      report: { aucPr: 0.51, falseAlertsPerWeek: 2.5 },
      model: line(2),
    });
    expect(await registry.model('another')).toBeUndefined();
  });

  it('gives the same model of the same origin the same id, and never changes what is there', async () => {
    const ports = memoryPorts();
    const registry = open(ports);
    const id = await registry.register(line(2), origin, {});
    const version = (await ports.store.get(keys.model('servers', 'entity-detector', id)))!.version;
    expect(await registry.register(line(2), origin, {})).toBe(id);
    expect((await ports.store.get(keys.model('servers', 'entity-detector', id)))!.version).toBe(version);
    expect(await registry.register(line(2), { ...origin, seed: 8 }, {})).not.toBe(id);
    expect(await registry.register(line(3), origin, {})).not.toBe(id);
  });

  it('lists all models, oldest first, without the champion', async () => {
    const registry = open();
    const later = await registry.register(line(1), { ...origin, trainedAt: trained + 86_400 }, {});
    const earlier = await registry.register(line(2), origin, {});
    await registry.promote(step(later));
    expect(await listed(registry)).toEqual([earlier, later]);
  });

  it('keeps watches and roles apart', async () => {
    const ports = memoryPorts();
    const id = await open(ports).register(line(1), origin, {});
    expect(await open(ports, 'others').model(id)).toBeUndefined();
    expect(await open(ports, 'others').champion()).toBeUndefined();
    await expect(open(ports, 'others').promote(step(id))).rejects.toThrow(/no model .* in watch 'others'/);
  });

  it('reads a model that an older release stored', async () => {
    const ports = memoryPorts();
    const old: ArtefactKind<{ slope: number }> = {
      kind: 'line',
      version: 1,
      upgrades: {},
      parse: (payload) => payload as { slope: number },
    };
    const id = await new ModelRegistry(ports, 'servers', 'entity-detector', old).register({ slope: 4 }, origin, {});
    expect((await open(ports).model(id))?.model).toEqual({ slope: 4, offsets: new Float32Array(0) });
  });
});

describe('the champion', () => {
  it('is nobody before the first promotion', async () => {
    expect(await open().champion()).toBeUndefined();
  });

  it('is the promoted model, and remembers who was before', async () => {
    const registry = open();
    const first = await registry.register(line(1), origin, {});
    const second = await registry.register(line(2), origin, {});
    expect(await registry.promote(step(first, trained, 'the first'), 'none')).toBe('promoted');
    const before = (await registry.champion())!;
    expect(await registry.promote(step(second, trained + 9), before)).toBe('promoted');
    expect(await registry.champion()).toMatchObject({
      model: { id: second, model: line(2) },
      pointer: { ...step(second, trained + 9), before: [step(first, trained, 'the first')] },
    });
  });

  it('is not replaced by whoever compared with a champion that is no longer in use', async () => {
    const registry = open();
    const [a, b, c] = await Promise.all([1, 2, 3].map((slope) => registry.register(line(slope), origin, {})));
    await registry.promote(step(a));
    const compared = (await registry.champion())!;
    expect(await registry.promote(step(b), compared)).toBe('promoted');
    expect(await registry.promote(step(c), compared)).toBe('overtaken');
    expect(await registry.promote(step(c), 'none')).toBe('overtaken');
    expect((await registry.champion())?.pointer.id).toBe(b);
  });

  it('is one of many promoted at once, and none of the others is forgotten', async () => {
    const registry = open();
    const ids = await Promise.all([1, 2, 3, 4, 5].map((slope) => registry.register(line(slope), origin, {})));
    await Promise.all(ids.map((id) => registry.promote(step(id))));
    const { pointer } = (await registry.champion())!;
    expect([pointer.id, ...pointer.before.map(({ id }) => id)].sort()).toEqual([...ids].sort());
  });

  it('is put back step by step, and says why', async () => {
    const registry = open();
    const [a, b, c] = await Promise.all([1, 2, 3].map((slope) => registry.register(line(slope), origin, {})));
    for (const id of [a, b, c]) await registry.promote(step(id));
    const back = { at: trained + 60, by: 'Ada', why: 'too many false alerts' };
    expect(await registry.rollBack(back)).toEqual({ id: b });
    expect((await registry.champion())?.pointer).toMatchObject({ id: b, ...back });
    expect(await registry.rollBack(back)).toEqual({ id: a });
    expect(await registry.rollBack(back)).toBe('nothing-before');
    expect((await registry.champion())?.model.model).toEqual(line(1));
  });

  it('remembers twenty, not all', async () => {
    const registry = open();
    const ids = await Promise.all(Array.from({ length: 25 }, (_, i) => registry.register(line(i), origin, {})));
    for (const id of ids) await registry.promote(step(id));
    expect((await registry.champion())?.pointer.before.map(({ id }) => id)).toEqual(ids.slice(4, 24).reverse());
  });

  it('always comes with the pointer that names it, whatever is promoted between two reads', async () => {
    const ports = memoryPorts();
    const first = await open(ports).register(line(1), origin, {});
    const second = await open(ports).register(line(2), origin, {});
    await open(ports).promote(step(first));
    const store = {
      ...interrupted(ports.store, () => undefined),
      get: async (key: string) => {
        const found = await ports.store.get(key);
        if (key.endsWith('champion.json')) await open(ports).promote(step(second));
        return found;
      },
    };
    const champion = await new ModelRegistry({ ...ports, store }, 'servers', 'entity-detector', lineKind).champion();
    expect(champion?.pointer.id).toBe(first);
    expect(champion?.model.id).toBe(first);
  });

  it.each([
    ['no JSON', 'truly not', 'damaged', /no JSON/],
    ['another JSON', '{"version":1,"id":7}', 'damaged', /no champion/],
    ['a newer version', '{"version":2,"models":[]}', 'newer-version', /version 2; this release reads version 1/],
    [
      'the name of a model that is gone',
      '{"version":1,"id":"x","at":1,"by":"b","why":"w","before":[]}',
      'missing',
      /names the model 'x', which is gone/,
    ],
  ])('that is %s is refused by its key', async (_what, text, reason, message) => {
    const ports = memoryPorts();
    await ports.store.put(keys.champion('servers', 'entity-detector'), new TextEncoder().encode(text));
    await expect(open(ports).champion()).rejects.toMatchObject({
      name: 'StoredObjectError',
      reason,
      key: 'models/servers/entity-detector/champion.json',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is whole whenever a promotion dies', async () => {
    for (let cut = 1; ; cut++) {
      const ports = memoryPorts();
      const first = await open(ports).register(line(1), origin, {});
      await open(ports).promote(step(first));
      const dying = interrupted(ports.store, (call) => {
        if (call >= cut) throw new Error('power cut');
      });
      const registry = new ModelRegistry({ ...ports, store: dying }, 'servers', 'entity-detector', lineKind);
      const outcome = await registry
        .register(line(2), origin, {})
        .then((id) => registry.promote(step(id)))
        .catch(() => 'died');
      const champion = (await open(ports).champion())!;
      expect(champion.model.id, `call ${cut}`).toBe(champion.pointer.id);
      expect(champion.pointer.id === first, `call ${cut}`).toBe(outcome === 'died');
      if (outcome !== 'died') return;
    }
  });

  it('is kept under keys that only the registry uses', async () => {
    const ports = memoryPorts();
    const id = await open(ports).register(line(1), origin, {});
    await open(ports).promote(step(id));
    expect(await keysBelow(ports.store)).toEqual([
      `models/servers/entity-detector/${id}`,
      'models/servers/entity-detector/champion.json',
    ]);
  });
});

describe('the digest of data', () => {
  const series = (values: readonly number[]) => ({
    times: Float64Array.from(values, (_, i) => i),
    values: Float64Array.from(values),
  });

  it('is the same for the same data in any order, and another for any other', () => {
    const a = series([1, 2]);
    const b = series([3]);
    const digest = dataDigest(
      nodeBytes,
      new Map([
        ['a', a],
        ['b', b],
      ]),
    );
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(
      dataDigest(
        nodeBytes,
        new Map([
          ['b', b],
          ['a', a],
        ]),
      ),
    ).toBe(digest);
    expect(
      dataDigest(
        nodeBytes,
        new Map([
          ['a', b],
          ['b', a],
        ]),
      ),
    ).not.toBe(digest);
    expect(
      dataDigest(
        nodeBytes,
        new Map([
          ['a', series([1, 2.0000001])],
          ['b', b],
        ]),
      ),
    ).not.toBe(digest);
  });
});
