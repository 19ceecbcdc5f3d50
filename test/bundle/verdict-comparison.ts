import type { EntityState } from '../../shared/pipeline/entity-state.ts';
import type { JudgePolicy } from '../../shared/pipeline/judge-policy.ts';
import { judge, type Verdict } from '../../shared/pipeline/judge.ts';
import { scoreTable, type ScoredColumn } from '../../shared/pipeline/score-rows.ts';

/** One series on its grid, known as an entity of its own. */
export interface Played {
  readonly entity: string;
  readonly times: Float64Array;
  /** NaN is a gap. */
  readonly values: Float64Array;
}

/**
 * Compares what a deployed function stored, tick by tick, with `score` on the same series, bit for bit. The judge is a
 * pure function of state and row: the state that was stored after a row decides the next verdict to the last bit, and
 * that verdict has to be the one of `score`; the state after it has to be the one that was stored.
 */
export class VerdictComparison {
  /** Verdicts that were compared, and the first 20 differences in words. */
  compared = 0;
  readonly differences: string[] = [];
  readonly scored: ReadonlyMap<string, ScoredColumn>;
  private readonly played: ReadonlyMap<string, Played>;
  private readonly stepSeconds: number;
  private readonly policy: JudgePolicy;
  private readonly before = new Map<string, { readonly time: number; readonly state: EntityState }>();

  constructor(played: readonly Played[], stepSeconds: number, policy: JudgePolicy) {
    this.played = new Map(played.map((one) => [one.entity, one]));
    this.scored = new Map(
      played.map(({ entity, times, values }) => [
        entity,
        scoreTable({ columns: ['value'], times, values, stepSeconds }).row,
      ]),
    );
    this.stepSeconds = stepSeconds;
    this.policy = policy;
  }

  /** The states that were stored when the row at `time` had been judged. */
  see(time: number, entities: ReadonlyMap<string, EntityState>): void {
    for (const [entity, after] of entities) {
      const known = this.before.get(entity);
      this.before.set(entity, { time, state: after });
      if (known?.time === time - this.stepSeconds) this.compare(entity, time, known.state, after);
    }
  }

  private compare(entity: string, time: number, before: EntityState, after: EntityState): void {
    const played = this.played.get(entity);
    const scored = this.scored.get(entity);
    if (played === undefined || scored === undefined) throw new Error(`${entity} was never played`);
    const row = Math.round((time - played.times[0]) / this.stepSeconds);
    if (row < 0 || row >= played.times.length) return;
    const series = before.series.map(({ id }) => ({
      id,
      entity,
      label: 'value',
      metric: { namespace: 'N', name: 'value', dimensions: {}, statistic: 'Average' as const },
      periodSeconds: this.stepSeconds,
      nature: { unit: 'None', bad: 'both' as const, gap: 'gap' as const },
    }));
    const window = {
      times: played.times.slice(row, row + 1),
      values: played.values.slice(row, row + 1),
    };
    const judged = judge({ entity, series, stepSeconds: this.stepSeconds, ...window }, before, this.policy);
    for (const [name, value] of Object.entries(columnsOf(judged.rows[0].series[0]))) {
      const wanted = scored[name as keyof ScoredColumn][row];
      if (!Object.is(value, wanted)) this.differ(`${entity} row ${row}: ${name} is ${value}, score says ${wanted}`);
    }
    const place = firstDifference(judged.state, after, '');
    if (place !== undefined) this.differ(`${entity} row ${row}: another state was stored: ${place}`);
    this.compared++;
  }

  private differ(words: string): void {
    if (this.differences.length < 20) this.differences.push(words);
  }
}

/**
 * Where two states differ in a bit. Every NaN is the same NaN: JavaScript does not say which of its many bit patterns a
 * calculation gives, and an optimised function gives another than an interpreted one.
 */
function firstDifference(one: unknown, other: unknown, path: string): string | undefined {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isObject(one) || !isObject(other)) {
    return Object.is(one, other) ? undefined : `${path} is ${String(other)}, not ${String(one)}`;
  }
  if (one.constructor !== other.constructor) return `${path} is of another kind`;
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(one[name], other[name], `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A verdict as `score` writes it. */
const columnsOf = (verdict: Verdict): Record<keyof ScoredColumn, number> =>
  verdict.status === 'unknown'
    ? { score: NaN, alert: NaN, anomaly: NaN, expected: NaN, lower: NaN, upper: NaN, rarity: NaN }
    : {
        score: verdict.score,
        alert: verdict.alert,
        anomaly: verdict.status === 'anomalous' ? 1 : 0,
        expected: verdict.expected,
        lower: verdict.lower,
        upper: verdict.upper,
        rarity: verdict.status === 'anomalous' ? (verdict.rarity?.onceInSeconds ?? NaN) : NaN,
      };
