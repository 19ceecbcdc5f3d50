import { Encoder } from 'cbor-x/index-no-eval';
import { StoredObjectError } from './stored-object-error.ts';

/**
 * One kind of stored object and how to read every version of it.
 *
 * Values are plain objects, arrays, strings, numbers, booleans, null and typed arrays, which come back as the same type.
 * A plain number `-0` comes back as `0` (CBOR integers have no sign of zero); inside a typed array it keeps its sign.
 */
export interface ArtefactKind<T> {
  readonly kind: string;
  /** The version that is written, from 1. */
  readonly version: number;
  /** `upgrades[n]` turns a payload of version n into one of version n + 1. */
  readonly upgrades: Readonly<Partial<Record<number, (payload: unknown) => unknown>>>;
  /** Checks a payload of the current version. Throws on what is not one, saying what it missed. */
  parse(payload: unknown): T;
  /** The payload of a value, where it is not the value itself; {@link parse} turns it back. */
  payload?(value: T): unknown;
}

const codec = new Encoder({ useRecords: false, tagUint8Array: false });

/** CBOR (RFC 8949, typed arrays as RFC 8746) of `{kind, version, payload}`. The same value gives the same bytes. */
export function packArtefact<T>(kind: ArtefactKind<T>, value: T): Uint8Array {
  // A copy: the encoder hands out slices of one large buffer, which would be kept alive by any of them.
  const payload = kind.payload === undefined ? value : kind.payload(value);
  return new Uint8Array(codec.encode({ kind: kind.kind, version: kind.version, payload }));
}

/**
 * Reads what {@link packArtefact} wrote, in this version or an older one. The value shares no memory with `body`.
 *
 * @param key where the body came from, for the error.
 * @throws StoredObjectError naming key, kind, version and remedy.
 */
export function unpackArtefact<T>(kind: ArtefactKind<T>, body: Uint8Array, key?: string): T {
  const envelope = decode(body, kind.kind, key);
  if (envelope.kind !== kind.kind) {
    throw new StoredObjectError('other-kind', `holds '${envelope.kind}' where '${kind.kind}' was expected`, key);
  }
  const what = `'${kind.kind}' of version ${envelope.version}`;
  if (envelope.version > kind.version) {
    throw new StoredObjectError('newer-version', `${what}; this release reads up to version ${kind.version}`, key);
  }
  try {
    return kind.parse(upgraded(kind, envelope, what, key));
  } catch (error) {
    if (error instanceof StoredObjectError) throw error;
    throw new StoredObjectError('damaged', `${what} does not hold what it should (${reasonOf(error)})`, key, {
      cause: error,
    });
  }
}

interface Envelope {
  readonly kind: string;
  readonly version: number;
  readonly payload: unknown;
}

function decode(body: Uint8Array, expectedKind: string, key: string | undefined): Envelope {
  let decoded: unknown;
  try {
    decoded = codec.decode(body);
  } catch (error) {
    const cut = error instanceof Error && /unexpected end|outside the bounds/i.test(error.message);
    throw new StoredObjectError(
      cut ? 'truncated' : 'damaged',
      cut
        ? `'${expectedKind}' ends too early, after ${body.length} bytes`
        : `${body.length} bytes that are not a '${expectedKind}' (${reasonOf(error)})`,
      key,
      { cause: error },
    );
  }
  if (
    !isRecord(decoded) ||
    typeof decoded['kind'] !== 'string' ||
    !Number.isSafeInteger(decoded['version']) ||
    Number(decoded['version']) < 1 ||
    !('payload' in decoded)
  ) {
    throw new StoredObjectError('damaged', `no '${expectedKind}': it lacks kind, version or payload`, key);
  }
  return { kind: decoded['kind'], version: Number(decoded['version']), payload: owned(decoded['payload']) };
}

function upgraded<T>(kind: ArtefactKind<T>, envelope: Envelope, what: string, key: string | undefined): unknown {
  let payload = envelope.payload;
  for (let version = envelope.version; version < kind.version; version++) {
    const upgrade = kind.upgrades[version];
    if (upgrade === undefined) {
      throw new StoredObjectError('older-than-supported', `${what}; nothing here upgrades version ${version}`, key);
    }
    payload = upgrade(payload);
  }
  return payload;
}

/**
 * Gives every typed array a buffer of its own and every Buffer its plain type: the decoder returns some as windows on
 * the body, where writing to one would change the body, and a state is written to at every point.
 */
function owned(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    if (value instanceof Uint8Array) return new Uint8Array(value);
    return value.byteLength === value.buffer.byteLength ? value : (value as Float64Array).slice();
  }
  if (Array.isArray(value)) return value.map(owned);
  if (isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null) value[name] = owned(inner);
    }
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.length > 300 ? `${said.slice(0, 300)}…` : said;
}
