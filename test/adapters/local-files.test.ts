import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileObjectStore } from '../../shared/adapters/local/file-object-store.ts';
import { withFileLock } from '../../shared/adapters/local/file-lock.ts';

const run = promisify(execFile);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-store-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('a folder of objects', () => {
  it('holds each object as a file of the same name, and nothing else at rest', async () => {
    const store = new FileObjectStore(root);
    await store.put('history/w%2Fx/s-1/2026-11-16T00/1763251200', bytes('a'), 'absent');
    await store.put('inventory/w', bytes('b'));
    const { version } = (await store.get('inventory/w'))!;
    await store.put('inventory/w', bytes('c'), version);
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(['1763251200', 'w']);
    expect(await readFile(join(root, 'inventory', 'w'), 'utf8')).toBe('c');
  });

  it('takes files that were copied into it as objects', async () => {
    await mkdir(join(root, 'state', 'w'), { recursive: true });
    await writeFile(join(root, 'state', 'w', 'anomaly'), 'copied');
    const store = new FileObjectStore(root);
    const found = (await store.get('state/w/anomaly'))!;
    expect(new TextDecoder().decode(found.body)).toBe('copied');
    expect(await store.put('state/w/anomaly', bytes('next'), found.version)).toBe('stored');
  });

  it('is empty where there is no folder yet, and made by the first write', async () => {
    const store = new FileObjectStore(join(root, 'not', 'yet'));
    expect(await store.get('a/b')).toBeUndefined();
    for await (const key of store.list('')) expect.unreachable(key);
    expect(await store.put('a/b', bytes('x'), 'absent')).toBe('stored');
  });

  it('removes the folders that a deletion leaves empty, while others write into them', async () => {
    const store = new FileObjectStore(root, { durable: false });
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        await store.put(`a/b/${i}`, bytes('x'), 'absent');
        await store.delete(`a/b/${i}`);
      }),
    );
    expect(await readdir(root)).toEqual(['.aiops-store']);
    expect(await readdir(join(root, '.aiops-store'))).toEqual([]);
  });

  it.each([
    ['an object below an object', 'a/b', 'a/b/c'],
    ['an object where there is a folder', 'a/b/c', 'a/b'],
  ])('says that it cannot hold %s', async (_what, first, second) => {
    const store = new FileObjectStore(root);
    await store.put(first, bytes('x'));
    await expect(store.put(second, bytes('y'), 'absent')).rejects.toThrow(/both an object and a folder/);
    await expect(store.put(second, bytes('y'))).rejects.toThrow(/both an object and a folder/);
    expect(await store.get(second)).toBeUndefined();
    await store.delete(second);
    expect(await store.get(first)).toBeDefined();
  });

  it('clears away what dead processes left, and not what others are writing', async () => {
    const workshop = join(root, '.aiops-store');
    await mkdir(workshop);
    for (const name of ['old', 'young']) await writeFile(join(workshop, name), 'half an obj');
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(join(workshop, 'old'), twoHoursAgo, twoHoursAgo);
    await new FileObjectStore(root).put('a', bytes('x'));
    expect(await readdir(workshop)).toEqual(['young']);
  });

  it('hides its own folder and lets nobody write there', async () => {
    const store = new FileObjectStore(root);
    await expect(store.put('.aiops-store/x', bytes('x'))).rejects.toThrow(/the store itself uses/);
  });

  it('lets no two processes win: none of their increments is lost', { timeout: 60_000 }, async () => {
    const store = new FileObjectStore(root);
    await store.put('counter', bytes('0'));
    const program = `
      import { FileObjectStore } from ${JSON.stringify(new URL('../../shared/adapters/local/file-object-store.ts', import.meta.url).href)};
      const store = new FileObjectStore(${JSON.stringify(root)}, { durable: false });
      let done = 0;
      while (done < 25) {
        const { body, version } = await store.get('counter');
        const next = String(Number(new TextDecoder().decode(body)) + 1);
        if ((await store.put('counter', new TextEncoder().encode(next), version)) === 'stored') done++;
      }
      let created = 0;
      for (let i = 0; i < 25; i++) if ((await store.put('once/' + i, new Uint8Array(1), 'absent')) === 'stored') created++;
      console.log(created);`;
    const children = [1, 2, 3].map(() =>
      run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: process.cwd() }),
    );
    const created = (await Promise.all(children)).map(({ stdout }) => Number(stdout));
    expect(new TextDecoder().decode((await store.get('counter'))!.body)).toBe('75');
    expect(created.reduce((sum, one) => sum + one, 0)).toBe(25);
  });
});

describe('a lock file', () => {
  const dead = async (): Promise<number> => {
    const child = execFile(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    return child.pid!;
  };

  it('left by a process of this machine that died is taken over, by one at a time', async () => {
    const path = join(root, 'x.lock');
    await writeFile(path, JSON.stringify({ token: 'old', process: await dead(), host: hostname() }));
    let inside = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        withFileLock(path, async () => {
          expect(++inside).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 2));
          order.push(i);
          inside--;
        }),
      ),
    );
    expect(order).toHaveLength(10);
    expect(await readdir(root)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    const path = join(root, 'x.lock');
    await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(path, async () => 'free')).toBe('free');
  });
});
