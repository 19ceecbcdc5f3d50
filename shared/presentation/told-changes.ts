import type { Finding, Signal } from '../alerting/signal.ts';

/** What changed for a person who has heard everything so far. */
export interface Change {
  readonly kind: 'began' | 'ended' | 'lost';
  readonly signal: Signal;
  readonly finding: Finding;
}

/** What was last heard of each thing that fires, by entity and key. */
export type Heard = ReadonlyMap<string, Finding>;

/**
 * Signals are levels; people want to hear of edges. `lost` is a thing that fired and cannot be judged now: it has not
 * ended.
 */
export function changesOf(
  heard: Heard,
  signal: Signal,
): { readonly changes: readonly Change[]; readonly heard: Heard } {
  const next = new Map(heard);
  const changes: Change[] = [];
  for (const finding of signal.findings) {
    const name = `${signal.entity}\n${finding.key}`;
    const before = next.get(name);
    if (finding.status === 'firing') {
      if (before?.status !== 'firing') changes.push({ kind: 'began', signal, finding });
      next.set(name, finding);
    } else if (before !== undefined) {
      if (finding.status === 'unknown') {
        if (before.status === 'firing') changes.push({ kind: 'lost', signal, finding });
        next.set(name, finding);
      } else {
        changes.push({ kind: 'ended', signal, finding: { ...finding, since: before.since } });
        next.delete(name);
      }
    }
  }
  return { changes, heard: next };
}
