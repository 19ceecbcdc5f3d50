import type { Signal } from '../alerting/signal.ts';
import type { Told } from './shard-state.ts';
import type { Statement, Telling } from './tell-entity.ts';

/** A lost `normal` is repaired by the next ones; more would only cost. */
const NORMAL_TICKS = 3;

/**
 * What was told, after it no longer fires: three times normal, or unknown while it cannot be judged.
 *
 * @param statement what holds now, not firing; undefined where the series or the rule is gone.
 */
export function recovered(earlier: Told, statement: Statement | undefined): readonly Told[] {
  const { finding, normalTicks } = earlier;
  if (statement?.status === 'unknown') {
    // After its recovery a gap says nothing new; while it fired, a gap resolves nothing.
    if (normalTicks > 0) return normalTicks < NORMAL_TICKS ? [{ ...earlier, normalTicks: normalTicks + 1 }] : [];
    return [{ ...earlier, finding: { ...finding, status: 'unknown', explanation: statement.explanation } }];
  }
  if (normalTicks >= NORMAL_TICKS) return [];
  const normal: Statement =
    statement === undefined
      ? { ...finding, status: 'normal', gone: true, explanation: 'It is no longer looked after.' }
      : { ...statement, since: finding.since, ...(finding.deviation && { deviation: finding.deviation }) };
  return [{ ...earlier, finding: normal, normalTicks: normalTicks + 1 }];
}

/** What to say of an entity that is no longer looked after, so that nothing stays open for ever. */
export function retireEntity(told: readonly Told[]): Telling {
  const next = told.flatMap((earlier) => recovered(earlier, undefined));
  return { statements: next.map(({ finding }) => finding), told: next, began: 0 };
}

/** What a live signal says is told in earnest. */
export function toldInEarnest(told: readonly Told[], { findings }: Signal): readonly Told[] {
  const said = new Set(findings.map(({ key }) => key));
  return told.map((one) => (said.has(one.finding.key) && one.live !== true ? { ...one, live: true } : one));
}
