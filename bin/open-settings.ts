import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { checkSettings, parseSettings } from '../shared/settings/load-settings.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { watchesOf } from '../shared/settings/settings.ts';
import { Misuse } from './exit-code.ts';
import type { Options } from './options.ts';
import { text } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Settings, and where they came from, in words. */
export interface OpenedSettings {
  readonly settings: Settings;
  readonly origin: string;
}

const defaultFile = 'aiops.yaml';

/** Limits that hold from the first minute, while nothing is learned yet. */
const hostRules = [
  { kind: 'above', metric: '*Utilization', limit: 90 },
  { kind: 'jump', metric: '*Utilization', by: 50 },
] as const;

/** What `--source` stands for: settings that need no file. */
async function settingsOfSource(
  source: string,
  everySeconds: number | undefined,
  cwd: string,
): Promise<OpenedSettings> {
  if (source === 'host') {
    const every = everySeconds ?? 30;
    // A reading speaks for the time since the one before it, and is whole as soon as it is there.
    const watch = { source: { kind: 'host' }, every, period: every, settle: 1, rules: hostRules };
    return {
      settings: checkSettings({ name: 'local', watches: { host: watch } }, '--source host'),
      origin: 'this host',
    };
  }
  if (source === 'simulated' || source.startsWith('simulated:')) {
    const seed = source === 'simulated' ? 1 : Number(source.slice('simulated:'.length));
    if (!Number.isSafeInteger(seed)) throw new Misuse(`--source ${source}: the seed is no whole number`);
    const watch = { source: { kind: 'simulated', seed }, every: everySeconds ?? 300, period: 60 };
    return {
      settings: checkSettings(
        { name: 'local', watches: { [seed === 1 ? 'fleet' : `fleet-${seed}`]: watch } },
        '--source simulated',
      ),
      origin: `the simulated fleet, seed ${seed}`,
    };
  }
  if (source.startsWith('csv:') && source.length > 4) {
    const path = source.slice(4);
    const period = await csvStep(resolve(cwd, path));
    const watch = { source: { kind: 'csv', path }, every: everySeconds ?? Math.max(60, period), period, settle: 1 };
    const name = csvWatchName(resolve(cwd, path));
    return { settings: checkSettings({ name: 'local', watches: { [name]: watch } }, '--source csv'), origin: path };
  }
  throw new Misuse(`--source ${source}: not a source; it is host, simulated, simulated:SEED or csv:PATH`);
}

/** One name per path: what was learned of one file is not the past of another. */
function csvWatchName(path: string): string {
  const slug = basename(path)
    .replace(/\.csv(\.gz)?$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
    .replace(/^-|-$/g, '');
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return ['csv', slug, digest].filter((part) => part !== '').join('-');
}

/** Seconds between two points of the first file below a path. */
async function csvStep(path: string): Promise<number> {
  const { CsvSource } = await import('../shared/adapters/local/csv-source.ts');
  const { stepOf } = await import('../shared/pipeline/score-rows.ts');
  const source = new CsvSource(path);
  const anything = checkSettings({ watches: { csv: { source: { kind: 'csv', path } } } }, '--source csv');
  const { series } = await source.discover(watchesOf(anything)[0]);
  const reading = await source.read(series.slice(0, 1), -Infinity, Infinity);
  return Math.max(1, Math.round(stepOf(reading.series[0].points.times)));
}

async function readSettings(path: string, name: string): Promise<OpenedSettings | undefined> {
  try {
    return { settings: parseSettings(await readFile(path, 'utf8'), name), origin: name };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new Misuse(`${name} is a folder; name the file in it`);
    throw error;
  }
}

/**
 * The settings a command is to work with: of `--source`, of `--config`, of `aiops.yaml` here, or, where there is none,
 * of this host if the command can do with that.
 *
 * @throws Misuse where there are none; SettingsError where they are wrong.
 */
export async function openSettings(
  options: Options,
  terminal: Terminal,
  otherwise: 'host' | 'none',
  everySeconds?: number,
): Promise<OpenedSettings> {
  const source = text(options, 'source');
  const config = text(options, 'config');
  if (source !== undefined && config !== undefined)
    throw new Misuse('--source and --config exclude each other: give one');
  if (source !== undefined) return settingsOfSource(source, everySeconds, terminal.cwd);
  const name = config ?? defaultFile;
  const found = await readSettings(resolve(terminal.cwd, name), name);
  if (found !== undefined) return found;
  if (config === undefined && otherwise === 'host') return settingsOfSource('host', everySeconds, terminal.cwd);
  const remedy = config === undefined ? 'write one with aiops init' : 'check the name';
  throw new Misuse(`${name}: there is no such file; ${remedy}`);
}
