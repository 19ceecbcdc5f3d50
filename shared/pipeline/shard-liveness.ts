import { StoredObjectError } from '../models/stored-object-error.ts';
import { readStored, type StoragePorts } from '../models/stored-artefact.ts';
import type { Log } from '../ports/log.ts';
import { keys } from '../settings/keys.ts';
import { shardStateKind } from './shard-state.ts';

/** What a shard knows of what it told. */
export interface ShardView {
  /** The last tick that it consumed. */
  readonly tick: number;
  /** Keys of findings that fire, as it remembers. */
  readonly firing: ReadonlySet<string>;
}

export type ShardLiveness = (watch: string, shard: string) => Promise<ShardView | undefined>;

/** Reads each shard's state once, however many ask for it; undefined where there is none that can be read. */
export function shardLiveness(ports: StoragePorts & { readonly log: Log }): ShardLiveness {
  const known = new Map<string, Promise<ShardView | undefined>>();
  return (watch, shard) => {
    const key = keys.state(watch, shard, 'anomaly');
    let reading = known.get(key);
    if (reading === undefined) {
      reading = view(ports, key);
      known.set(key, reading);
    }
    return reading;
  };
}

async function view(ports: StoragePorts & { readonly log: Log }, key: string): Promise<ShardView | undefined> {
  try {
    const found = await readStored(ports, shardStateKind, key);
    if (found === undefined) return undefined;
    const told = found.value.entities.flatMap((entity) => entity.told);
    const firing = told.filter(({ normalTicks }) => normalTicks === 0).map(({ finding }) => finding.key);
    return { tick: found.value.tick, firing: new Set(firing) };
  } catch (error) {
    // A shard that nobody can read is not scored: its incidents stay open and say so, and its own function alarms.
    if (!(error instanceof StoredObjectError)) throw error;
    ports.log.error('shard state unreadable', { key, error: error.message });
    return undefined;
  }
}
