import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { unpackStored } from '../../shared/models/stored-artefact.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import type { EntityState } from '../../shared/pipeline/entity-state.ts';
import { shardStateKind, type ShardState } from '../../shared/pipeline/shard-state.ts';
import type { Deployment } from './deployment.ts';

export interface ReplayOptions {
  readonly watch: string;
  readonly stepSeconds: number;
  /** Epoch seconds of the first row. */
  readonly start: number;
  readonly rows: number;
  /** Called with each state as stored, after the tick that judged the row at `time`. */
  readonly onState: (time: number, entities: ReadonlyMap<string, EntityState>) => void;
}

/**
 * Plays rows that the fake CloudWatch holds to the anomaly function, one tick per row, each with the payload that
 * Scheduler would send.
 *
 * @returns how often each outcome was met.
 * @throws Error where the function fails.
 */
export async function replay(deployed: Deployment, options: ReplayOptions): Promise<ReadonlyMap<string, number>> {
  const { watch, stepSeconds, start, rows } = options;
  const outcomes = new Map<string, number>();
  // A row is judged when it has ended and settled: two ticks after it began.
  for (let k = 2; k < rows + 3; k++) {
    const tick = start + k * stepSeconds;
    deployed.setNow(tick + 5);
    const { payload, functionError } = await deployed.invoke('Anomaly', deployed.scheduled('Tick', watch, tick));
    if (functionError !== undefined) throw new Error(`tick ${tick}: ${JSON.stringify(payload)}`);
    for (const { outcome } of (payload as TickSummary).watches[0].ran)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const { judgedTo, entities } = await storedState(deployed);
    options.onState(judgedTo - stepSeconds, new Map(entities.map(({ judged }) => [judged.entity, judged])));
  }
  return outcomes;
}

async function storedState(deployed: Deployment): Promise<ShardState> {
  const [key, ...others] = deployed.keys('state/');
  if (others.length > 0) throw new Error(`one shard was expected, there are ${others.length + 1}`);
  return unpackStored(nodeBytes, shardStateKind, deployed.body(key), key);
}
