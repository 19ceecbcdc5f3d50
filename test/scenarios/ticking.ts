import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { Signal } from '../../shared/alerting/signal.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { type ShardState, shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { type Signalling, usual, type World } from './world.ts';

export const day = 86_400;
export const every = 300;
export const start = Date.parse('2026-03-02T00:00:00Z') / 1000;
export const brief = { retention: '1d' };

export async function tick(w: World, time: number) {
  w.clock.time = time;
  const { watches } = await detectAnomalies({ tick: time }, w.ports);
  return watches[0]?.ran[0];
}

export async function run(w: World, from: number, to: number, interval = every): Promise<void> {
  for (let time = from; time < to; time += interval) await tick(w, time);
}

export async function stateOf(store: MemoryObjectStore, w: World, shard = 's-0001'): Promise<ShardState | undefined> {
  return (await readStored({ ...w.ports, store }, shardStateKind, keys.state('w', shard, 'anomaly')))?.value;
}

export const findingsOf = (signals: readonly Signal[], at: number) =>
  signals.filter(({ evaluatedAt }) => evaluatedAt === at).flatMap(({ findings }) => findings);

export const spike =
  (from: number, rows: number, by = 90): Signalling =>
  (one, time) =>
    usual(one, time) + (time >= from && time < from + rows * every ? by : 0);
