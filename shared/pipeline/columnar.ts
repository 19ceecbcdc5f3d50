/**
 * Many records of one shape, stored leaf by leaf: every number of the same name in one typed array. A shard's state is
 * thousands of small arrays, and an encoder that meets each by itself takes a hundred times as long as one that meets
 * their concatenation. Bits are kept: NaN payload aside, what comes back is what was given, -0 included.
 */
export type Packed =
  | { readonly is: 'empty' }
  | { readonly is: 'number'; readonly values: Float64Array }
  | { readonly is: 'boolean'; readonly values: Uint8Array }
  | { readonly is: 'string'; readonly values: readonly string[] }
  | { readonly is: ArrayName; readonly lengths: Uint32Array; readonly values: NumberArray }
  | { readonly is: 'list'; readonly lengths: Uint32Array; readonly of: Packed }
  | { readonly is: 'record'; readonly fields: Readonly<Record<string, Packed>> }
  /** Marks: 0 undefined, 1 null, 2 what `of` holds. */
  | { readonly is: 'perhaps'; readonly marks: Uint8Array; readonly of: Packed };

const arrays = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
} as const;

type ArrayName = keyof typeof arrays;
type NumberArray = InstanceType<(typeof arrays)[ArrayName]>;

/**
 * @throws TypeError where one name holds different kinds of value in different records, or something that is no plain
 *   data, naming its path.
 */
export function pack(values: readonly unknown[], path = ''): Packed {
  if (values.length === 0) return { is: 'empty' };
  const kinds = new Set(values.map((value) => kindOf(value, path)));
  if (kinds.has('undefined') || kinds.has('null')) {
    const present = values.filter((value) => value !== undefined && value !== null);
    const marks = Uint8Array.from(values, (value) => (value === undefined ? 0 : value === null ? 1 : 2));
    return { is: 'perhaps', marks, of: pack(present, path) };
  }
  const [kind] = kinds;
  if (kinds.size > 1)
    throw new TypeError(`${where(path)} holds ${[...kinds].join(' and ')}: one name holds one kind of value`);
  if (kind === 'number') return { is: 'number', values: Float64Array.from(values as number[]) };
  if (kind === 'boolean') return { is: 'boolean', values: Uint8Array.from(values as boolean[], Number) };
  if (kind === 'string') return { is: 'string', values: values as string[] };
  if (kind === 'record')
    return { is: 'record', fields: packFields(values as Readonly<Record<string, unknown>>[], path) };
  if (kind === 'list') {
    const lists = values as (readonly unknown[])[];
    return { is: 'list', lengths: lengthsOf(lists), of: pack(lists.flat(), `${path}[]`) };
  }
  const name = kind as ArrayName;
  return { is: name, lengths: lengthsOf(values as NumberArray[]), values: joined(name, values as NumberArray[]) };
}

function packFields(records: readonly Readonly<Record<string, unknown>>[], path: string): Record<string, Packed> {
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  return Object.fromEntries(
    [...names].sort().map((name) => [
      name,
      pack(
        records.map((record) => record[name]),
        `${path}.${name}`,
      ),
    ]),
  );
}

/**
 * What {@link pack} was given. A field that was undefined comes back as absent.
 *
 * @param count how many records there are.
 * @throws RangeError where the stored lengths contradict each other, naming the path.
 */
export function unpack(packed: Packed, count: number, path = ''): unknown[] {
  if (packed.is === 'empty') {
    expectLength(path, 0, count);
    return [];
  }
  if (packed.is === 'record') return unpackFields(packed.fields, count, path);
  if (packed.is === 'perhaps') {
    expectLength(path, packed.marks.length, count);
    const present = unpack(
      packed.of,
      packed.marks.reduce((sum, mark) => sum + (mark === 2 ? 1 : 0), 0),
      path,
    );
    let next = 0;
    return Array.from(packed.marks, (mark) => (mark === 2 ? present[next++] : mark === 1 ? null : undefined));
  }
  if (packed.is === 'list') {
    expectLength(path, packed.lengths.length, count);
    const flat = unpack(packed.of, sumOf(packed.lengths), `${path}[]`);
    let from = 0;
    return Array.from(packed.lengths, (length) => flat.slice(from, (from += length)));
  }
  if (packed.is === 'number' || packed.is === 'string') {
    expectLength(path, packed.values.length, count);
    return [...packed.values];
  }
  if (packed.is === 'boolean') {
    expectLength(path, packed.values.length, count);
    return Array.from(packed.values, (value) => value === 1);
  }
  expectLength(path, packed.lengths.length, count);
  expectLength(path, packed.values.length, sumOf(packed.lengths));
  let from = 0;
  return Array.from(packed.lengths, (length) => packed.values.slice(from, (from += length)));
}

function unpackFields(fields: Readonly<Record<string, Packed>>, count: number, path: string): unknown[] {
  const records = Array.from({ length: count }, (): Record<string, unknown> => ({}));
  for (const [name, field] of Object.entries(fields)) {
    unpack(field, count, `${path}.${name}`).forEach((value, index) => {
      if (value !== undefined) records[index][name] = value;
    });
  }
  return records;
}

/** A copy that shares no memory with what it was made from: what is advanced in place must be the copy. */
export function copyOf<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = copied((value as Record<string, unknown>)[name]);
  return copy;
}

type Kind = 'undefined' | 'null' | 'number' | 'boolean' | 'string' | 'list' | 'record' | ArrayName;

function kindOf(value: unknown, path: string): Kind {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return 'list';
  if (ArrayBuffer.isView(value)) {
    const name = value.constructor.name;
    if (name in arrays) return name as ArrayName;
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) return 'record';
  throw new TypeError(`${where(path)} holds a ${typeof value} that is no plain data`);
}

function joined(name: ArrayName, parts: readonly NumberArray[]): NumberArray {
  const whole = new arrays[name](parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const lengthsOf = (parts: readonly { readonly length: number }[]): Uint32Array =>
  Uint32Array.from(parts, (part) => part.length);

const sumOf = (lengths: Uint32Array): number => lengths.reduce((sum, length) => sum + length, 0);

function expectLength(path: string, found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`${where(path)} holds ${found} values instead of ${expected}`);
}

const where = (path: string): string => (path === '' ? 'the state' : `the state's ${path.replace(/^\./, '')}`);
