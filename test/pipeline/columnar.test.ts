import { describe, expect, it } from 'vitest';
import { copyOf, pack, unpack } from '../../shared/pipeline/columnar.ts';
import fc from '../fakes/property.ts';

const floats = fc.float32Array({ maxLength: 5 });
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });
const record = fc.record(
  {
    id: fc.string(),
    level: fc.double(),
    reals: floats,
    exact: fc.float64Array({ maxLength: 3 }),
    counts: fc.int32Array({ maxLength: 3 }),
    visits: fc.uint8Array({ maxLength: 3 }),
    open: fc.boolean(),
    inner: plain({ since: fc.double(), many: fc.array(plain({ at: fc.double(), name: fc.string() })) }),
    perhaps: fc.option(plain({ x: fc.double() }), { nil: undefined }),
    nothing: fc.option(fc.double(), { nil: null }),
  },
  {
    noNullPrototype: true,
    requiredKeys: ['id', 'level', 'reals', 'exact', 'counts', 'visits', 'open', 'inner', 'nothing'],
  },
);

/** toEqual takes -0 for 0 inside typed arrays; bits are what is promised. */
const bits = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      ArrayBuffer.isView(inner)
        ? [inner.constructor.name, ...new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength)]
        : typeof inner === 'number'
          ? Object.is(inner, -0)
            ? '-0'
            : String(inner)
          : inner,
    ),
  );

describe('columnar', () => {
  it('gives back every bit of any number of records', () =>
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(bits(unpack(pack(records), records.length))).toEqual(bits(records));
      }),
    ));

  it('keeps one array per name, however many records there are', () => {
    const records = Array.from({ length: 500 }, (_, k) => ({ reals: new Float32Array([k, k + 1]), at: k }));
    const packed = pack(records);
    expect(packed.is).toBe('record');
    const fields = packed.is === 'record' ? packed.fields : {};
    expect(fields['reals']).toMatchObject({ is: 'Float32Array', values: { length: 1000 } });
  });

  it('refuses a name that holds two kinds of value, and says which', () =>
    expect(() => pack([{ a: { b: 1 } }, { a: { b: 'x' } }])).toThrow("the state's a.b holds number and string"));

  it('refuses what is no plain data', () => expect(() => pack([{ a: new Map() }])).toThrow("the state's a holds"));

  it('refuses lengths that contradict each other', () => {
    const packed = pack([{ a: new Float32Array(2) }, { a: new Float32Array(2) }]);
    expect(() => unpack(packed, 3)).toThrow("the state's a holds 2 values instead of 3");
    const fields = packed.is === 'record' ? packed.fields : {};
    const cut = { ...fields['a'], values: new Float32Array(3) } as never;
    expect(() => unpack(cut, 2)).toThrow('holds 3 values instead of 4');
  });

  it('copies without sharing memory', () => {
    const given = { a: { reals: new Float32Array([1]) }, list: [{ x: 1 }] };
    const copy = copyOf(given);
    copy.a.reals[0] = 9;
    copy.list[0].x = 9;
    expect(given).toEqual({ a: { reals: new Float32Array([1]) }, list: [{ x: 1 }] });
  });
});
