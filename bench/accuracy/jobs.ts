import { scoreTable } from '../../shared/pipeline/score-rows.ts';
import type { BudgetWatch } from './deployed-budget.ts';
import { readTable, type LabelledEntity } from './entity-data.ts';
import { entityPeers } from './entity-peers.ts';
import type { LabelledSeries } from './labelled-data.ts';
import { traceOf, type DetectorTrace } from './traces.ts';

/** What a thread is asked: plain data, for it is copied from one thread to the other. */
export type Job =
  | { readonly series: LabelledSeries; readonly besides: boolean }
  | { readonly entity: LabelledEntity; readonly besides: boolean }
  | { readonly watch: BudgetWatch };

/** Scores and alerts, one number per row, 0 where it could not be judged. */
export interface JudgedSeries {
  readonly scores: Float64Array;
  readonly alerts: Float64Array;
  /** For rarity and budgets; absent where they were not asked for. */
  readonly trace?: DetectorTrace;
}

export interface JudgedEntity {
  readonly labels: Uint8Array;
  readonly scores: Float64Array;
  readonly alerts: Float64Array;
  /** By name of the peer. */
  readonly peers: ReadonlyMap<string, Float64Array>;
  /** Wall-clock seconds by who judged: us, then the peers. */
  readonly seconds: ReadonlyMap<string, number>;
}

const known = (column: Float64Array) => column.map((value) => (Number.isNaN(value) ? 0 : value));

/** The very same code as the command `aiops score`. */
export function judgeSeriesFile(series: LabelledSeries, besides: boolean): JudgedSeries {
  const { row } = scoreTable({ columns: ['value'], times: series.times, values: series.values });
  return { scores: known(row.score), alerts: known(row.alert), ...(besides ? { trace: traceOf(series) } : {}) };
}

/** The very same code as `aiops score --history`, and the peers on the same rows. */
export function judgeEntityFile(entity: LabelledEntity, besides: boolean): JudgedEntity {
  const history = readTable(entity.history);
  const test = readTable(entity.test);
  const seconds = new Map<string, number>();
  const timed = <Result>(name: string, run: () => Result): Result => {
    const began = performance.now();
    const result = run();
    seconds.set(name, (performance.now() - began) / 1000);
    return result;
  };
  const { row } = timed('entity', () => scoreTable(test, history));
  const peers = new Map(
    (besides ? entityPeers : []).map((peer) => [peer.name, timed(peer.name, () => peer.score(history, test))]),
  );
  return { labels: test.labels, scores: known(row.score), alerts: known(row.alert), peers, seconds };
}
