import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { type ArtefactKind, packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { readStored, writeStored } from '../../shared/models/stored-artefact.ts';
import { StoredObjectError } from '../../shared/models/stored-object-error.ts';
import { goldenArtefactSuite } from './golden-artefact.ts';
import fc from '../fakes/property.ts';

interface Weather {
  readonly place: string;
  readonly celsius: Float64Array;
}

const weatherParser = z.strictObject({ place: z.string(), celsius: z.instanceof(Float64Array) });

/** Version 1 said Fahrenheit; version 2 had no place. */
const weather: ArtefactKind<Weather> = {
  kind: 'test-weather',
  version: 3,
  upgrades: {
    1: (old) => ({ celsius: (old as { fahrenheit: Float64Array }).fahrenheit.map((f) => ((f - 32) * 5) / 9) }),
    2: (old) => ({ place: 'unnamed', ...(old as object) }),
  },
  parse: (payload) => weatherParser.parse(payload),
};

const anything: ArtefactKind<unknown> = { kind: 'anything', version: 1, upgrades: {}, parse: (payload) => payload };

const raw = (value: unknown): Uint8Array => new Uint8Array(new Encoder({ useRecords: false }).encode(value));

function faultOf(read: () => unknown): StoredObjectError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(StoredObjectError);
    return error as StoredObjectError;
  }
  throw new Error('it was read');
}

goldenArtefactSuite(weather, {
  1: { place: 'unnamed', celsius: Float64Array.of(100, 0) },
  2: { place: 'unnamed', celsius: Float64Array.of(21.5, NaN) },
  3: { place: 'Zürich', celsius: Float64Array.of(-0, 1e-300, NaN, Infinity) },
});

const typedArray = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.int8Array(),
  fc.int16Array(),
);
const plainNumber = fc.double().map((value) => (Object.is(value, -0) ? 0 : value));
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    typedArray,
    plainNumber,
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
      tie('node'),
      {
        maxKeys: 5,
        noNullPrototype: true,
      },
    ),
  ),
})).node;

describe('an artefact', () => {
  it('comes back as it was: every number to the last bit, every typed array of its own type', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(unpackArtefact(anything, packArtefact(anything, value))).toStrictEqual(value);
      }),
    );
  });

  it('has the same bytes for the same value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(packArtefact(anything, value)).toEqual(packArtefact(anything, structuredClone(value)));
      }),
    );
  });

  it('shares no memory with the body it was read from, nor one array with another', () => {
    const body = packArtefact(anything, [Uint8Array.of(1), Int32Array.of(2), Int8Array.of(3), Float32Array.of(4)]);
    const read = unpackArtefact(anything, body) as readonly Uint8Array[];
    body.fill(255);
    expect(read.map((array) => array[0])).toEqual([1, 2, 3, 4]);
    expect(new Set(read.map((array) => array.buffer)).size).toBe(4);
    expect(read[0].constructor).toBe(Uint8Array);
  });

  it('writes only the part of a buffer that a window shows', () => {
    const window = new Float64Array(Float64Array.of(1, 2, 3, 4).buffer, 8, 2);
    expect(unpackArtefact(anything, packArtefact(anything, window))).toEqual(Float64Array.of(2, 3));
  });

  it('is upgraded step by step from the oldest version', () => {
    const body = raw({ kind: 'test-weather', version: 1, payload: { fahrenheit: Float64Array.of(212) } });
    expect(unpackArtefact(weather, body)).toEqual({ place: 'unnamed', celsius: Float64Array.of(100) });
  });

  const payload = { place: 'Bern', celsius: Float64Array.of(1) };
  it.each([
    ['nothing at all', new Uint8Array(0), 'truncated', /ends too early, after 0 bytes/],
    ['text', new TextEncoder().encode('{"kind":"test-weather"}'), 'damaged', /not a 'test-weather'|lacks kind/],
    ['a number', raw(7), 'damaged', /lacks kind, version or payload/],
    ['no payload', raw({ kind: 'test-weather', version: 3 }), 'damaged', /lacks kind, version or payload/],
    ['no version', raw({ kind: 'test-weather', payload }), 'damaged', /lacks kind/],
    ['half a version', raw({ kind: 'test-weather', version: 1.5, payload }), 'damaged', /lacks kind/],
    ['version 0', raw({ kind: 'test-weather', version: 0, payload }), 'damaged', /lacks kind/],
    [
      'something after its end',
      Uint8Array.of(...raw({ kind: 'test-weather', version: 3, payload }), 1),
      'damaged',
      /not a 'test-weather'/,
    ],
    ['another kind', raw({ kind: 'forest', version: 3, payload }), 'other-kind', /holds 'forest' where 'test-weather'/],
    [
      'a newer version',
      raw({ kind: 'test-weather', version: 4, payload: {} }),
      'newer-version',
      /version 4; this release reads up to version 3; deploy the release that wrote it/,
    ],
    [
      'a payload of the wrong shape',
      raw({ kind: 'test-weather', version: 3, payload: { place: 1 } }),
      'damaged',
      /version 3 does not hold what it should/,
    ],
    [
      'an old payload of the wrong shape',
      raw({ kind: 'test-weather', version: 1, payload: {} }),
      'damaged',
      /version 1 does not hold/,
    ],
    [
      'a map that claims two billion entries',
      Uint8Array.of(0xba, 0x7f, 255, 255, 255),
      'damaged',
      /not a 'test-weather'/,
    ],
    ['200,000 nested arrays', new Uint8Array(200_000).fill(0x81), 'damaged', /not a 'test-weather'/],
  ])('that is %s is refused, saying which and why', (_what, body, reason, message) => {
    const fault = faultOf(() => unpackArtefact(weather, body, 'models/w/x'));
    expect(fault).toMatchObject({ reason, key: 'models/w/x' });
    expect(fault.message).toMatch(message);
    expect(fault.message).toMatch(/^object 'models\/w\/x': /);
  });

  it('of a version that nothing upgrades any more is refused with a way out', () => {
    const late = { ...weather, upgrades: { 2: (old: unknown) => old } };
    const fault = faultOf(() => unpackArtefact(late, raw({ kind: 'test-weather', version: 1, payload: {} })));
    expect(fault.reason).toBe('older-than-supported');
    expect(fault.message).toMatch(/release before/);
  });

  it('never lets a stored name change the prototype of anything', () => {
    const name = [0x69, ...new TextEncoder().encode('__proto__')];
    const head = raw({ kind: 'anything', version: 1, payload: 0 });
    const body = Uint8Array.of(...head.slice(0, -1), 0xa1, ...name, 0xa1, 0x61, 0x61, 0x01);
    const read = unpackArtefact(anything, body) as Record<string, unknown>;
    expect(read['a']).toBeUndefined();
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

describe('a stored artefact', () => {
  const value: Weather = { place: 'Bern', celsius: Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)) };

  it('is read back with the version to swap it by', async () => {
    const ports = { store: new MemoryObjectStore(), bytes: nodeBytes };
    expect(await readStored(ports, weather, 'w')).toBeUndefined();
    expect(await writeStored(ports, weather, 'w', value, 'absent')).toBe('stored');
    const read = (await readStored(ports, weather, 'w'))!;
    expect(read.value).toEqual(value);
    expect(await writeStored(ports, weather, 'w', { ...value, place: 'Thun' }, read.version)).toBe('stored');
    expect(await writeStored(ports, weather, 'w', value, read.version)).toBe('conflict');
  });

  it('that was cut or changed anywhere is refused by its key, never read wrongly', async () => {
    const ports = { store: new MemoryObjectStore(), bytes: nodeBytes };
    await writeStored(ports, weather, 'w', value);
    const { body } = (await ports.store.get('w'))!;
    const attempts = [0, 1, 5, 17, body.length >> 1, body.length - 9, body.length - 1].map((n) => body.slice(0, n));
    for (let at = 0; at < body.length; at += 97) attempts.push(body.with(at, body[at] ^ 0x10));
    for (const attempt of attempts) {
      await ports.store.put('w', attempt);
      const read = await readStored(ports, weather, 'w').catch((error: unknown) => error);
      if (read instanceof StoredObjectError) expect(read.message).toMatch(/^object 'w': /);
      // A few bits of the gzip header (time, system) mean nothing.
      else expect(read).toMatchObject({ value });
    }
  });
});
