import { existsSync } from 'node:fs';
import type { Pace } from '../shared/metrics/polling-pace.ts';
import { readPace } from '../shared/pipeline/pace-record.ts';
import { humanLog } from './human-log.ts';
import { dataFolder } from './local-ports.ts';
import { openStore } from './open-store.ts';
import { flag, type Options, text } from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * What the meter showed last, of the deployment whose `--bucket` is named, else of what runs on this machine; undefined
 * where nothing was metered yet.
 *
 * @throws Misuse where both `--bucket` and `--data` are named.
 */
export async function meteredPace(options: Options, terminal: Terminal): Promise<Pace | undefined> {
  if (text(options, 'bucket') === undefined && !existsSync(dataFolder(options, terminal))) return undefined;
  const store = await openStore(options, terminal);
  return (await readPace({ store, log: humanLog(terminal, flag(options, 'debug')) })).pace;
}
