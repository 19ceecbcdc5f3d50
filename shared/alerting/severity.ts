import { matchesGlob } from '../metrics/glob.ts';
import { gravest, type Severity } from './severities.ts';
import type { Finding } from './signal.ts';

/** One row of the table: a finding for which everything holds that is named here is at least so severe. */
export interface SeverityRow {
  readonly severity: Severity;
  readonly kind?: Finding['kind'] | undefined;
  /** The finding's source: a rule such as `above` (or `above 90`, of that limit alone), `series` or `entity`; globs allowed. */
  readonly source?: string | undefined;
  /** Label of the series; globs allowed. */
  readonly metric?: string | undefined;
  /** Normal behaviour does this at most once in so many seconds; what was never seen counts as its evidence. */
  readonly onceIn?: number | undefined;
  /** Distance from what was expected, in half widths of the expected band. */
  readonly size?: number | undefined;
  /** Seconds for which it has fired. */
  readonly lasting?: number | undefined;
  /** So many metrics of the incident take part in it. */
  readonly metrics?: number | undefined;
}

/** What a finding alone does not say. Times are ticks, in epoch seconds. */
export interface SeverityFacts {
  readonly now: number;
  readonly firedAt: number;
  readonly metrics: number;
}

/**
 * The gravest row that holds; what was given with the finding counts for more; INFO where no row holds. Of what is only
 * proposed with it (a forecast whose limit names none) rows count for more that name its kind: milder or graver.
 */
export function severityOf(finding: Finding, facts: SeverityFacts, table: readonly SeverityRow[]): Severity {
  const { severity, kind, isProposed = false } = finding;
  if (severity !== undefined && !isProposed) return severity;
  const own = table.filter((row) => holds(row, finding, facts) && (!isProposed || row.kind === kind));
  if (severity !== undefined && own.length === 0) return severity;
  return gravest(own.map((row) => row.severity));
}

function holds(row: SeverityRow, finding: Finding, { now, firedAt, metrics }: SeverityFacts): boolean {
  return (
    (row.kind === undefined || row.kind === finding.kind) &&
    (row.source === undefined || isFrom(row.source, finding)) &&
    (row.metric === undefined || matchesGlob(row.metric, finding.label)) &&
    (row.onceIn === undefined || rarityOf(finding) >= row.onceIn) &&
    (row.size === undefined || sizeOf(finding) >= row.size) &&
    (row.lasting === undefined || now - firedAt >= row.lasting) &&
    (row.metrics === undefined || metrics >= row.metrics)
  );
}

/** A rule's source names its limit, too (`above 90`); people who write `above` mean any. */
const isFrom = (wanted: string, { source }: Finding): boolean =>
  matchesGlob(wanted, source) || matchesGlob(wanted, source.split(' ', 1)[0]);

/** Seconds; 0 where nothing is known of how rare it is. */
function rarityOf({ rarity }: Finding): number {
  if (rarity === null) return 0;
  return rarity.unseen ? rarity.evidenceSeconds : rarity.onceInSeconds;
}

/**
 * Half widths of the band between what was observed and what was expected; of a band with one end, that end's distance
 * stands for the half width. 0 where it cannot be said; Infinity beside a band without width.
 */
export function sizeOf({ observed, expected, lower, upper }: Finding): number {
  if (observed === null || expected === null || (lower === null && upper === null)) return 0;
  const distance = Math.abs(observed - expected);
  const half =
    lower === null || upper === null ? Math.abs((lower ?? upper ?? expected) - expected) : Math.abs(upper - lower) / 2;
  if (distance === 0) return 0;
  return distance / half;
}
