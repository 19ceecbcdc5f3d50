import type { Member } from './incident.ts';
import type { Finding, Signal } from './signal.ts';

/** What is remembered of a finding is remembered under its watch and its key. */
export const memberKey = (watch: string, key: string): string => `${watch}|${key}`;

/**
 * What is known of one thing after a tick spoke of it; the very same object where that says nothing new.
 *
 * Signals arrive late, twice and in any order. What is not newer than the tick that decided last is ignored. A gap
 * decides nothing: it neither fires nor resolves, and a beginning that arrives after the gap behind it still counts.
 *
 * @param known undefined where nothing was heard of it.
 */
export function hearFinding(known: Member | undefined, signal: Signal, finding: Finding): Member {
  const tick = signal.evaluatedAt;
  if (finding.status === 'unknown' && known !== undefined) return hearGap(known, tick, finding);
  if (known !== undefined && tick <= (known.decidedAt ?? -Infinity)) return known;
  const fires = finding.status === 'firing';
  // A gap that is known already came after this tick: what recovered before it did recover, what fired may go on.
  const isGapBehind = known !== undefined && tick < known.evaluatedAt && fires;
  return {
    finding: isGapBehind ? { ...finding, status: 'unknown', explanation: known.finding.explanation } : finding,
    watch: signal.watch,
    shard: signal.shard,
    entity: signal.entity,
    labels: signal.labels,
    // What fired in shadow only is told to nobody, though it may be mature by the time that it recovers.
    mode: !fires && known !== undefined && known.lastFiredAt !== null ? known.mode : signal.mode,
    intervalSeconds: signal.intervalSeconds,
    evaluatedAt: Math.max(tick, known?.evaluatedAt ?? tick),
    decidedAt: finding.status === 'unknown' ? null : tick,
    severity: known?.severity ?? 'INFO',
    worst: known?.worst ?? 'INFO',
    firedAt: known?.firedAt ?? (fires ? tick : null),
    lastFiredAt: fires ? tick : (known?.lastFiredAt ?? null),
  };
}

/** Of what is normal it is remembered only when the gap came. */
function hearGap(known: Member, tick: number, { explanation }: Finding): Member {
  if (tick <= known.evaluatedAt) return known;
  if (known.finding.status === 'normal') return { ...known, evaluatedAt: tick };
  return { ...known, evaluatedAt: tick, finding: { ...known.finding, status: 'unknown', explanation } };
}
