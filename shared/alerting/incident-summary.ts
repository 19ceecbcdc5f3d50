import type { Severity } from './severities.ts';

/** An incident as a page about it is drawn from. Times are epoch seconds; nothing is escaped. */
export interface IncidentSummary {
  readonly title: string;
  readonly severity: Severity;
  readonly watches: readonly string[];
  readonly since: number;
  /** Where it has ended. */
  readonly until?: number;
  /** What fires or fired, the gravest first: a name and a sentence. */
  readonly findings: readonly { readonly label: string; readonly explanation: string }[];
  /** What "this is normal" would be said of. */
  readonly meant: readonly string[];
  readonly acknowledgedBy?: string;
  readonly snoozedUntil?: number;
}
