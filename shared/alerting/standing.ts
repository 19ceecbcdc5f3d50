import type { Incident, Member } from './incident.ts';
import { gravest, type Severity } from './severities.ts';

/** Where an incident stands now, as people may be told: what is in shadow counts only where everything is. */
export interface Standing {
  /** By key, what took part in this incident. */
  readonly fired: readonly (readonly [key: string, member: Member])[];
  readonly firing: readonly (readonly [key: string, member: Member])[];
  /** Fired, and cannot be judged now. */
  readonly unknown: readonly (readonly [key: string, member: Member])[];
  /** All of it is in shadow. */
  readonly inShadow: boolean;
  /** Of what fires now; else of what cannot be judged; else the gravest that it was. */
  readonly severity: Severity;
}

/** @returns what took part in this incident, and what of it goes on. */
export function standingOf(incident: Pick<Incident, 'members'>): Standing {
  const all = Object.entries(incident.members).filter(([, { firedAt }]) => firedAt !== null);
  const live = all.filter(([, { mode }]) => mode === 'live');
  const fired = live.length > 0 ? live : all;
  const firing = fired.filter(([, { finding }]) => finding.status === 'firing');
  const unknown = fired.filter(([, { finding }]) => finding.status === 'unknown');
  const severities = (of: Standing['fired'], which: 'severity' | 'worst') => gravest(of.map(([, one]) => one[which]));
  return {
    fired,
    firing,
    unknown,
    inShadow: live.length === 0 && all.length > 0,
    severity:
      firing.length > 0
        ? severities(firing, 'severity')
        : unknown.length > 0
          ? severities(unknown, 'severity')
          : severities(fired, 'worst'),
  };
}
