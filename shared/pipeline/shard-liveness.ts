import { StoredObjectError } from '../models/stored-object-error.ts';
import { readStored, type StoragePorts } from '../models/stored-artefact.ts';
import type { Log } from '../ports/log.ts';
import { keys } from '../settings/keys.ts';
import { forecastStateKind } from './forecast-state.ts';
import { shardStateKind, type Told } from './shard-state.ts';

/** What a shard knows of what it told. */
export interface ShardView {
  /** The last tick that it consumed. */
  readonly tick: number;
  /** Keys of findings that fire, as it remembers. */
  readonly firing: ReadonlySet<string>;
}

/** Who tells: what detection knows of its findings and what forecasting knows of its own lie apart. */
export type ShardPart = 'anomaly' | 'forecast';

export type ShardLiveness = (watch: string, shard: string, part: ShardPart) => Promise<ShardView | undefined>;

/** Reads each shard's state once, however many ask for it; undefined where there is none that can be read. */
export function shardLiveness(ports: StoragePorts & { readonly log: Log }): ShardLiveness {
  const known = new Map<string, Promise<ShardView | undefined>>();
  return (watch, shard, part) => {
    const key = keys.state(watch, shard, part);
    let reading = known.get(key);
    if (reading === undefined) {
      reading = view(ports, key, part);
      known.set(key, reading);
    }
    return reading;
  };
}

async function view(
  ports: StoragePorts & { readonly log: Log },
  key: string,
  part: ShardPart,
): Promise<ShardView | undefined> {
  try {
    const found = part === 'anomaly' ? await detected(ports, key) : await foreseen(ports, key);
    if (found === undefined) return undefined;
    const firing = found.told.filter(({ normalTicks }) => normalTicks === 0).map(({ finding }) => finding.key);
    return { tick: found.tick, firing: new Set(firing) };
  } catch (error) {
    // A shard that nobody can read is not scored: its incidents stay open and say so, and its own function alarms.
    if (!(error instanceof StoredObjectError)) throw error;
    ports.log.error('shard state unreadable', { key, error: error.message });
    return undefined;
  }
}

interface Said {
  readonly tick: number;
  readonly told: readonly Told[];
}

async function detected(ports: StoragePorts, key: string): Promise<Said | undefined> {
  const found = await readStored(ports, shardStateKind, key);
  return found && { tick: found.value.tick, told: found.value.entities.flatMap(({ told }) => told) };
}

async function foreseen(ports: StoragePorts, key: string): Promise<Said | undefined> {
  const found = await readStored(ports, forecastStateKind, key);
  return found && { tick: found.value.tick, told: found.value.told.flatMap(({ told }) => told) };
}
