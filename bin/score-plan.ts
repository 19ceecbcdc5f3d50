import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Misuse } from './exit-code.ts';

/** One file to score: where it is, where the result goes, what is learned from first. Paths are absolute. */
export interface ScoreJob {
  /** As people know it: relative to what they asked for. */
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly history?: string;
  readonly bytes: number;
}

export interface ScorePlan {
  readonly jobs: readonly ScoreJob[];
  /** Files in the folder that are no CSV by their name; a list of simulated faults is not counted. */
  readonly passedOver: number;
  /** Inputs for which the folder given as history has no file. */
  readonly withoutHistory: readonly string[];
}

export interface ScoreRequest {
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly input: string;
  readonly output: string;
  /** A file for all, or a folder of the same shape; false: not even a sibling. */
  readonly history: string | false | undefined;
}

/** What `simulate` writes beside its CSVs: it is no metric, and nobody need be told that it was passed over. */
export const faultListName = 'faults.json';

const isCsv = (path: string): boolean => /\.csv(\.gz)?$/i.test(path);
const plainName = (path: string): string => path.replace(/\.gz$/i, '');
const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

async function kindOf(path: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw error;
  }
}

/** Every file below a folder in a fixed order; what lies below `except` and hidden names are left out. */
async function filesBelow(folder: string, except: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || isInside(path, except)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path, except)));
    else if (entry.isFile() || (entry.isSymbolicLink() && (await kindOf(path)) === 'file')) found.push(path);
  }
  return found;
}

/** `x-test.csv` is scored after `x-train.csv` where that lies beside it, packed or not. */
async function siblingHistory(input: string): Promise<string | undefined> {
  const match = /^(.*)-test\.csv(\.gz)?$/i.exec(basename(input));
  if (match === null) return undefined;
  for (const ending of ['.csv', '.csv.gz']) {
    const path = join(dirname(input), `${match[1]}-train${ending}`);
    if ((await kindOf(path)) === 'file') return path;
  }
  return undefined;
}

/** The file of the same name in a folder of histories, packed or not. */
async function historyIn(folder: string, name: string): Promise<string | undefined> {
  for (const path of [plainName(name), `${plainName(name)}.gz`]) {
    if ((await kindOf(join(folder, path))) === 'file') return join(folder, path);
  }
  return undefined;
}

/** A file, unless it is a folder already or its name is not a CSV's: then the result goes into that folder. */
async function outputOfFile(asked: string, output: string, input: string): Promise<string> {
  const kind = asked.endsWith('/') ? 'folder' : await kindOf(output);
  const isFile = kind === 'file' || (kind === 'absent' && isCsv(output));
  return isFile ? output : join(output, plainName(basename(input)));
}

/**
 * What is to be scored, and where to.
 *
 * @throws Misuse where a path does not exist, nothing is to be scored, two results would be the same file, or a result
 *   would replace its own input.
 */
export async function planScore(request: ScoreRequest): Promise<ScorePlan> {
  const input = resolve(request.cwd, request.input);
  const output = resolve(request.cwd, request.output);
  const kind = await kindOf(input);
  if (kind === 'absent') throw new Misuse(`${request.input}: there is no such file or folder`);
  if (kind === 'folder' && output === input)
    throw new Misuse(`--out ${request.output} is the input folder: name another, or one inside it`);
  if (kind === 'folder' && (await kindOf(output)) === 'file')
    throw new Misuse(`--out ${request.output} is a file: a folder of CSVs needs a folder for its results`);
  const history = typeof request.history === 'string' ? resolve(request.cwd, request.history) : request.history;
  const historyKind = typeof history === 'string' ? await kindOf(history) : undefined;
  if (historyKind === 'absent')
    throw new Misuse(`--history ${String(request.history)}: there is no such file or folder`);

  const files = kind === 'file' ? [input] : await filesBelow(input, output);
  const chosen = kind === 'file' ? files : files.filter(isCsv);
  if (chosen.length === 0) throw new Misuse(`${request.input}: no .csv or .csv.gz in it (${files.length} other files)`);

  const jobs: ScoreJob[] = [];
  const withoutHistory: string[] = [];
  const inputOf = new Map<string, string>();
  for (const path of chosen) {
    const name = kind === 'file' ? basename(path) : relative(input, path);
    const target = kind === 'file' ? await outputOfFile(request.output, output, path) : join(output, plainName(name));
    if (target === path) throw new Misuse(`--out ${request.output} would replace the input ${name}: write elsewhere`);
    const other = inputOf.get(target);
    if (other !== undefined) {
      throw new Misuse(`${other} and ${name} would both be written to ${target}: rename or remove one`);
    }
    inputOf.set(target, name);
    const learned = await historyOf(path, name, history, historyKind);
    if (learned === undefined && historyKind === 'folder') withoutHistory.push(name);
    jobs.push({
      name,
      input: path,
      output: target,
      ...(learned === undefined ? {} : { history: learned }),
      bytes: (await stat(path)).size + (learned === undefined ? 0 : (await stat(learned)).size),
    });
  }
  const other = kind === 'file' ? [] : files.filter((path) => !isCsv(path) && basename(path) !== faultListName);
  return { jobs, passedOver: other.length, withoutHistory };
}

async function historyOf(
  path: string,
  name: string,
  asked: string | false | undefined,
  kind: 'file' | 'folder' | undefined,
): Promise<string | undefined> {
  if (asked === false) return undefined;
  if (asked === undefined) return siblingHistory(path);
  return kind === 'folder' ? historyIn(asked, name) : asked;
}
