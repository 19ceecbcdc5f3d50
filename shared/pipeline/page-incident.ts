import { calledNormal } from '../alerting/feedback.ts';
import type { Story } from '../alerting/incident.ts';
import { compareSeverities, type Severity } from '../alerting/severities.ts';
import { standingOf } from '../alerting/standing.ts';

/** An incident as a page about it is drawn from. Times are epoch seconds; nothing is escaped. */
export interface IncidentSummary {
  readonly title: string;
  readonly severity: Severity;
  readonly watches: readonly string[];
  readonly since: number;
  readonly until?: number;
  readonly findings: readonly { readonly label: string; readonly explanation: string }[];
  readonly meant: readonly string[];
  readonly acknowledgedBy?: string;
  readonly snoozedUntil?: number;
}

/** @param member key of the member that an action is meant of, where it is meant of one. */
export function pageIncident(story: Story, member?: string): IncidentSummary {
  const { fired, severity } = standingOf(story);
  const shown = [...fired].sort(([, a], [, b]) => compareSeverities(b.worst, a.worst));
  const name = (entity: string, label: string): string => (label === entity ? entity : `${entity} ${label}`);
  return {
    title: story.title,
    severity,
    watches: [...new Set(fired.map(([, { watch }]) => watch))],
    since: story.openedAt,
    ...(story.closedAt === null ? {} : { until: story.closedAt }),
    findings: shown.map(([, { entity, finding }]) => ({
      label: name(entity, finding.label),
      explanation: finding.explanation,
    })),
    meant:
      member === undefined ? [] : calledNormal(story, member).map(([, one]) => name(one.entity, one.finding.label)),
    ...(story.acknowledged === null ? {} : { acknowledgedBy: story.acknowledged.by }),
    ...(story.snoozed === null ? {} : { snoozedUntil: story.snoozed.until }),
  };
}
