import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

interface Holder {
  readonly token: string;
  readonly process: number;
  readonly host: string;
}

/** What is done under the lock takes milliseconds: who waits this long waits for something that is broken. */
const patienceMilliseconds = 30_000;
const firstPauseMilliseconds = 2;
const longestPauseMilliseconds = 50;

/**
 * Runs `work` while no other process that uses the same lock file runs its own. A lock left by a process of this
 * machine that has died is taken over.
 *
 * @throws Error naming the file and its holder when the lock is not free within 30 s.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const own: Holder = { token: randomUUID(), process: process.pid, host: hostname() };
  await acquire(path, own);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, own: Holder): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  for (let wait = firstPauseMilliseconds; ; wait = Math.min(wait * 2, longestPauseMilliseconds)) {
    if (await createWhole(path, JSON.stringify(own))) return;
    const holder = await readHolder(path);
    if (holder !== undefined && isDead(holder, own.host)) {
      await takeAway(path, holder);
      continue;
    }
    if (performance.now() > deadline) {
      const who = holder === undefined ? 'an unknown holder' : `process ${holder.process} on ${holder.host}`;
      throw new Error(`lock ${path} is held by ${who}; if that process is gone, delete the file`);
    }
    await pause(wait);
  }
}

/** Creates a file with its content in one step, so that nobody ever reads an empty one. False if there is one. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if (isCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isDead(holder: Holder, host: string): boolean {
  if (holder.host !== host) return false;
  try {
    process.kill(holder.process, 0);
    return false;
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
}

/**
 * Removes a dead process's lock. Only one at a time may do so: otherwise the second to come would remove the lock that
 * the first has taken meanwhile.
 */
async function takeAway(path: string, dead: Holder): Promise<void> {
  const permission = `${path}.takeover`;
  if (!(await createWhole(permission, dead.token))) {
    await pause(firstPauseMilliseconds);
    return;
  }
  try {
    const present = await readHolder(path);
    if (present?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(permission, { force: true });
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
