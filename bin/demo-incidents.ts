import type { Fault } from '../shared/adapters/local/fleet-faults.ts';
import type { Finding, Signal } from '../shared/alerting/signal.ts';

/** A thing that fired, as it was first told, with what became of it. */
export interface DemoFinding extends Finding {
  /** The value that lay farthest beyond the range that was usual when it began; absent where none lay beyond. */
  readonly peak?: { readonly time: number; readonly value: number };
}

/** An entity's story as its signals tell it: everything that fired from one quiet tick to the next. */
export interface DemoIncident {
  readonly entity: string;
  /** Ticks, epoch seconds: the first and the last at which something fired. */
  readonly firstTold: number;
  readonly lastTold: number;
  /** One per thing that fired, in the order in which they began; its rarity is that of the strongest it came to. */
  readonly findings: readonly DemoFinding[];
}

/** Signals of one deployment, in the order of their ticks. Shadow signals tell nobody, and are left out. */
export function gatherIncidents(signals: readonly Signal[]): readonly DemoIncident[] {
  const open = new Map<string, { firstTold: number; lastTold: number; findings: Map<string, DemoFinding> }>();
  const closed: DemoIncident[] = [];
  const close = (entity: string): void => {
    const story = open.get(entity);
    if (story === undefined) return;
    closed.push({ entity, ...story, findings: [...story.findings.values()] });
    open.delete(entity);
  };
  for (const { entity, evaluatedAt, intervalSeconds, mode, findings } of signals) {
    const firing = mode === 'live' ? findings.filter(({ status }) => status === 'firing') : [];
    const story = open.get(entity);
    if (story !== undefined && (firing.length === 0 || evaluatedAt - story.lastTold > intervalSeconds)) close(entity);
    if (firing.length === 0) continue;
    const current = open.get(entity) ?? {
      firstTold: evaluatedAt,
      lastTold: evaluatedAt,
      findings: new Map<string, DemoFinding>(),
    };
    current.lastTold = evaluatedAt;
    for (const finding of firing) {
      current.findings.set(finding.key, continued(current.findings.get(finding.key) ?? finding, finding));
    }
    open.set(entity, current);
  }
  for (const entity of [...open.keys()]) close(entity);
  return closed.sort((a, b) => a.firstTold - b.firstTold || (a.entity < b.entity ? -1 : 1));
}

function continued(first: DemoFinding, now: Finding): DemoFinding {
  const rarity = now.rarity ?? first.rarity;
  const { lower, upper } = first;
  if (lower === null || upper === null) return { ...first, rarity };
  const beyond = (value: number): number => Math.max(value - upper, lower - value);
  let { peak } = first;
  for (const [time, value] of now.points ?? []) {
    if (value === null || time < first.since || beyond(value) <= 0) continue;
    if (peak === undefined || beyond(value) > beyond(peak.value)) peak = { time, value };
  }
  return { ...first, rarity, ...(peak === undefined ? {} : { peak }) };
}

/** A fault and what was told of it. */
export interface JudgedFault {
  readonly fault: Fault;
  /** The first incident that began during the fault, or within the grace after it, on one of its servers. */
  readonly found?: DemoIncident;
  /** From the fault's start to the tick at which it was told, seconds. */
  readonly delay?: number;
}

export interface Comparison {
  readonly faults: readonly JudgedFault[];
  /** Incidents that began while nothing was wrong with their server. */
  readonly falseAlerts: readonly DemoIncident[];
}

/** A tick, its settling and the next tick: what happens in a fault's last minute is told after it. */
const graceSeconds = 600;
/** Going back to normal can be unusual, too: so long after a fault an incident on its server is no false alert. */
const aftermathSeconds = 3600;

/** What was told against what was done. An incident that was already open when a fault began does not count as found. */
export function compare(faults: readonly Fault[], incidents: readonly DemoIncident[]): Comparison {
  const judged = faults.map((fault): JudgedFault => {
    const found = incidents.find(
      ({ entity, firstTold }) =>
        fault.entities.includes(entity) && firstTold >= fault.start && firstTold < fault.end + graceSeconds,
    );
    return found === undefined ? { fault } : { fault, found, delay: found.firstTold - fault.start };
  });
  const falseAlerts = incidents.filter(
    ({ entity, firstTold }) =>
      !faults.some(
        ({ entities, start, end }) =>
          entities.includes(entity) && firstTold >= start && firstTold < end + aftermathSeconds,
      ),
  );
  return { faults: judged, falseAlerts };
}
