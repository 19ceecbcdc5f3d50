import { calledNormal } from '../alerting/feedback.ts';
import type { IncidentSummary } from '../alerting/incident-summary.ts';
import type { Story } from '../alerting/incident.ts';
import { compareSeverities } from '../alerting/severities.ts';
import { standingOf } from '../alerting/standing.ts';

/** What a page says of an incident. @param member key of the member that an action is meant of, where it is of one. */
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
