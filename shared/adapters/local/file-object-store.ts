import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkObjectKey, compareKeys } from '../../models/object-key.ts';
import type { ObjectStore, StoredObject, Version } from '../../ports/object-store.ts';
import { withFileLock } from './file-lock.ts';

/** Drafts and locks live here while a write lasts; it is empty at rest, so that a copy of the folder copies objects. */
const workshop = '.aiops-store';

export interface FileObjectStoreOptions {
  /** Waits until each write has reached the disk; on by default. Without it a power cut may lose the last seconds. */
  readonly durable?: boolean;
}

/**
 * Objects as files below a folder, under the same keys as in a bucket, so that the folder can be copied to a bucket and
 * back. Writes are atomic: a reader, or a process that starts after a crash, finds the whole old body or the whole new
 * one. The version is the body's digest, like S3's entity tag. Compare-and-swap holds between the processes of one
 * machine; it needs a file system with hard links.
 *
 * On a file system that ignores case (the default on macOS and Windows) keys that differ only in case are one object.
 */
export class FileObjectStore implements ObjectStore {
  readonly #root: string;
  readonly #durable: boolean;
  #isSwept = false;

  constructor(root: string, options: FileObjectStoreOptions = {}) {
    this.#root = root;
    this.#durable = options.durable ?? true;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const path = this.#path(key);
    try {
      const buffer = await readFile(path);
      const body = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      return { body, version: versionOf(body) };
    } catch (error) {
      if (isCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  /** @throws Error if an object's key is the folder of another: a bucket could hold both, a folder cannot. */
  async put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'> {
    const path = this.#path(key);
    const draft = await this.#draft(body);
    try {
      if (expected === 'absent') return await this.#create(key, path, draft);
      return await this.#locked(key, async () => {
        if (expected !== undefined && (await this.get(key))?.version !== expected) return 'conflict';
        await this.#inFolder(key, path, () => rename(draft, path));
        return 'stored';
      });
    } finally {
      await rm(draft, { force: true });
    }
  }

  async *list(prefix: string, startAfter?: string): AsyncIterable<string> {
    const slash = prefix.lastIndexOf('/');
    const folder = slash < 0 ? '' : prefix.slice(0, slash + 1);
    if (folder !== '') checkObjectKey(`${folder}x`);
    yield* this.#walk(folder, prefix, startAfter);
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await this.#locked(key, async () => {
      try {
        await rm(path);
      } catch (error) {
        if (isCode(error, 'ENOENT', 'ENOTDIR', 'ERR_FS_EISDIR', 'EISDIR')) return;
        throw error;
      }
      await this.#pruneAbove(path);
    });
  }

  #path(key: string): string {
    checkObjectKey(key);
    if (key === workshop || key.startsWith(`${workshop}/`)) {
      throw new RangeError(`object key '${key}' lies in the folder that the store itself uses`);
    }
    return join(this.#root, ...key.split('/'));
  }

  /** The body, whole and on disk, under a name of its own. */
  async #draft(body: Uint8Array): Promise<string> {
    const path = join(this.#root, workshop, randomUUID());
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'wx');
    try {
      await file.writeFile(body);
      if (this.#durable) await file.datasync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    if (!this.#isSwept) {
      this.#isSwept = true;
      await sweep(dirname(path), path);
    }
    return path;
  }

  /** A hard link is created only where there is no file yet, in one step and with its content. */
  async #create(key: string, path: string, draft: string): Promise<'stored' | 'conflict'> {
    try {
      await this.#inFolder(key, path, () => link(draft, path));
      return 'stored';
    } catch (error) {
      if (isCode(error, 'EEXIST') && (await this.get(key)) !== undefined) return 'conflict';
      throw isCode(error, 'EEXIST') ? folderInTheWay(key, error) : error;
    }
  }

  /** Runs `write` with the key's folder there; it is made again if a deletion elsewhere takes it away in between. */
  async #inFolder(key: string, path: string, write: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await write();
        return;
      } catch (error) {
        if (isCode(error, 'ENOENT') && attempt < 20) continue;
        if (isCode(error, 'ENOTDIR', 'EISDIR') || (isCode(error, 'EEXIST') && isSyscall(error, 'mkdir'))) {
          throw folderInTheWay(key, error);
        }
        throw error;
      }
    }
  }

  async #locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    const folder = join(this.#root, workshop);
    await mkdir(folder, { recursive: true });
    return withFileLock(join(folder, `${createHash('sha256').update(key).digest('hex')}.lock`), work);
  }

  async *#walk(folder: string, prefix: string, startAfter: string | undefined): AsyncIterable<string> {
    for (const key of await this.#entries(folder)) {
      if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
      if (key.endsWith('/')) {
        const allBefore = startAfter !== undefined && !startAfter.startsWith(key) && compareKeys(key, startAfter) < 0;
        if (!allBefore) yield* this.#walk(key, prefix, startAfter);
      } else if (key.startsWith(prefix) && (startAfter === undefined || compareKeys(key, startAfter) > 0)) {
        yield key;
      }
    }
  }

  /**
   * What a folder holds, folders with their slash: in the order of whole keys 'a-b' comes before 'a/b', although 'a'
   * comes before 'a-b'.
   */
  async #entries(folder: string): Promise<readonly string[]> {
    try {
      const found = await readdir(join(this.#root, ...folder.split('/')), { withFileTypes: true });
      return found
        .filter((entry) => folder !== '' || entry.name !== workshop)
        .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
        .sort(compareKeys);
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }
  }

  /** Removes the folders that a deletion left empty, so that listings do not slow down over the years. */
  async #pruneAbove(path: string): Promise<void> {
    for (let folder = dirname(path); folder.length > this.#root.length; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if (isCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return;
        throw error;
      }
    }
  }
}

/** A write takes milliseconds: what is this old was left by a process that died. */
const staleMilliseconds = 3_600_000;

/** Removes what dead processes left in the workshop. The age is that against `fresh`, by the file system's own clock. */
async function sweep(folder: string, fresh: string): Promise<void> {
  const { mtimeMs: now } = await stat(fresh);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > staleMilliseconds) await rm(path, { force: true });
  }
}

const versionOf = (body: Uint8Array): Version => createHash('sha256').update(body).digest('hex') as Version;

const folderInTheWay = (key: string, cause: unknown): Error =>
  new Error(`object '${key}' cannot be stored: on disk a part of its key is both an object and a folder`, { cause });

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

const isSyscall = (error: unknown, syscall: string): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === syscall;
