import type { Finding, Signal } from '../alerting/signal.ts';
import type { EntityMemory, RecentValues } from './shard-state.ts';
import type { Statement } from './tell-entity.ts';

/** The part of a signal that is the same for every entity of a shard at a tick. */
export type SignalHead = Pick<Signal, 'deployment' | 'watch' | 'shard' | 'labels' | 'evaluatedAt' | 'intervalSeconds'>;

/** Nobody is told of what was learned in less time; static limits need no learning. */
export const SHADOW_SECONDS = 3 * 86_400;

/** Charts are for the first few findings: an event has room for no more. */
export const MOST_CHARTS = 5;
/** Findings in one signal: an entity with more of them firing is one story anyhow. */
export const MOST_FINDINGS = 200;

/**
 * The signal of one entity at one tick; undefined where nothing is to be said. It is live as soon as one statement may
 * be told, or was: then it carries those that may, and the others wait in silence. All others are in shadow.
 *
 * @param judgedTo epoch seconds: the end of the last slot of `memory.recent`.
 * @param shadow the watch asks for silence.
 */
export function entitySignal(
  head: SignalHead,
  entity: string,
  statements: readonly Statement[],
  memory: EntityMemory,
  grid: { readonly judgedTo: number; readonly periodSeconds: number },
  shadow: boolean,
): Signal | undefined {
  if (statements.length === 0) return undefined;
  const mature = shadow ? [] : statements.filter((statement) => isMature(statement, memory));
  const told = [...(mature.length > 0 ? mature : statements)].sort(byImportance).slice(0, MOST_FINDINGS);
  const recent = new Map(memory.recent.map((one) => [one.id, one]));
  const findings = told.map((statement, place): Finding => {
    const values = statement.series === undefined ? undefined : recent.get(statement.series);
    if (values === undefined || place >= MOST_CHARTS || statement.status !== 'firing') return statement;
    return { ...statement, points: chartPoints(values, grid.judgedTo, grid.periodSeconds) };
  });
  return { version: 1, ...head, entity, mode: mature.length > 0 ? 'live' : 'shadow', findings };
}

function isMature(statement: Statement, memory: EntityMemory): boolean {
  if (statement.kind === 'rule') return true;
  // Whoever heard that it began must hear how it ends, though its series may have started anew since.
  if (memory.told.some(({ finding, live }) => live === true && finding.key === statement.key)) return true;
  const { series } = memory.judged;
  const of = statement.series === undefined ? series : series.filter(({ id }) => id === statement.series);
  // A series without a value has no times: NaN is never long enough.
  return of.some(({ firstTime, lastTime }) => lastTime - firstTime >= SHADOW_SECONDS);
}

const rank = { firing: 0, unknown: 1, normal: 2 } as const;

/** Firing first, the entity before its series, the strongest before the others. */
export const byImportance = (a: Statement, b: Statement): number =>
  rank[a.status] - rank[b.status] ||
  Number(a.series !== undefined) - Number(b.series !== undefined) ||
  b.score - a.score ||
  (a.key < b.key ? -1 : 1);

function chartPoints(recent: RecentValues, judgedTo: number, periodSeconds: number): Finding['points'] {
  const { values, lower, upper } = recent;
  const first = values.findIndex((value) => !Number.isNaN(value));
  if (first === -1) return [];
  const start = judgedTo - values.length * periodSeconds;
  return Array.from(values.subarray(first), (value, k) => [
    start + (first + k) * periodSeconds,
    finite(value),
    finite(lower[first + k]),
    finite(upper[first + k]),
  ]);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(7)) : null);
