import type { Bytes } from '../ports/bytes.ts';
import type { ObjectStore, Version } from '../ports/object-store.ts';
import type { ArtefactKind } from './artefact.ts';
import { packArtefact, unpackArtefact } from './artefact.ts';
import { StoredObjectError } from './stored-object-error.ts';

export interface StoragePorts {
  readonly store: ObjectStore;
  readonly bytes: Bytes;
}

/** No object of ours comes near: 10,000 series of state are 51 MB. Keeps a hostile body from filling the memory. */
const largestBytes = 256 * 1024 * 1024;

/** The bytes that are stored: the artefact, gzipped. */
export async function packStored<T>(bytes: Bytes, kind: ArtefactKind<T>, value: T): Promise<Uint8Array> {
  return bytes.gzip(packArtefact(kind, value));
}

/** @throws StoredObjectError naming the key where the body is not a readable artefact of this kind. */
export async function unpackStored<T>(bytes: Bytes, kind: ArtefactKind<T>, body: Uint8Array, key: string): Promise<T> {
  let unpacked: Uint8Array;
  try {
    unpacked = await bytes.gunzip(body, largestBytes);
  } catch (error) {
    if (error instanceof StoredObjectError) throw error.at(key);
    throw error;
  }
  return unpackArtefact(kind, unpacked, key);
}

/**
 * The artefact at a key with the version to compare and swap by; undefined where there is none.
 *
 * @throws StoredObjectError where there is one that cannot be read.
 */
export async function readStored<T>(
  ports: StoragePorts,
  kind: ArtefactKind<T>,
  key: string,
): Promise<{ readonly value: T; readonly version: Version } | undefined> {
  const found = await ports.store.get(key);
  if (found === undefined) return undefined;
  return { value: await unpackStored(ports.bytes, kind, found.body, key), version: found.version };
}

/** Stores an artefact; `expected` as in {@link ObjectStore.put}. */
export async function writeStored<T>(
  ports: StoragePorts,
  kind: ArtefactKind<T>,
  key: string,
  value: T,
  expected?: Version | 'absent',
): Promise<'stored' | 'conflict'> {
  return ports.store.put(key, await packStored(ports.bytes, kind, value), expected);
}
