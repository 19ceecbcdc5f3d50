import type { Severity } from './severities.ts';
import type { Finding } from './signal.ts';

/** One row of the table: a finding for which everything holds that is named here is at least so severe. */
export interface SeverityRow {
  readonly severity: Severity;
  readonly kind?: Finding['kind'];
  /** The finding's source: a rule's name such as `above`, `series` or `entity`; globs allowed. */
  readonly source?: string;
  /** Label of the series; globs allowed. */
  readonly metric?: string;
  /** Normal behaviour does this at most once in so many seconds; what was never seen counts as its evidence. */
  readonly onceInSeconds?: number;
  /** Distance from what was expected, in half widths of the expected band. */
  readonly size?: number;
  /** It has fired for so many seconds. */
  readonly lastingSeconds?: number;
  /** So many metrics of the incident take part in it. */
  readonly metrics?: number;
}
