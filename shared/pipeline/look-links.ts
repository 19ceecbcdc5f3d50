import type { Member, Story } from '../alerting/incident.ts';
import type { NoticeLink } from '../alerting/notice.ts';
import { compareSeverities } from '../alerting/severities.ts';
import { consoleGraph } from '../metrics/console-graph.ts';
import type { Settings } from '../settings/settings.ts';

const MOST_SERIES = 5;
/** Shares below it say nothing of what went wrong. */
const LEAST_SHARE = 0.1;
const HOUR = 3600;

/**
 * Links of a notice by which one looks and does not act: the graph of what fires, in the console, and the runbook of its
 * watch, or of the deployment where the watch has none.
 *
 * @param region of the console; none for what is not in an account.
 */
export function lookLinks(story: Story, settings: Settings, region: string | undefined, now: number): NoticeLink[] {
  const members = Object.values(story.members)
    .filter(({ firedAt, mode }) => firedAt !== null && mode === 'live')
    .sort((a, b) => compareSeverities(b.worst, a.worst) || b.finding.score - a.finding.score);
  const series = [...new Set(members.filter(isOfCloudWatch(settings)).flatMap(seriesOf))].slice(0, MOST_SERIES);
  const from = Math.min(story.openedAt, ...members.map(({ finding }) => finding.since)) - 3 * HOUR;
  const graph = region === undefined ? undefined : consoleGraph({ series, region, from, to: now });
  const runbook = members.map(({ watch }) => watchOf(settings, watch)?.runbook).find((url) => url !== undefined);
  const told = runbook ?? settings.alerts.runbook;
  return [
    ...(graph === undefined ? [] : [{ kind: 'graph', text: 'Graph', url: graph } as const]),
    ...(told === undefined ? [] : [{ kind: 'runbook', text: 'Runbook', url: told } as const]),
  ];
}

const watchOf = ({ watches }: Settings, name: string): Settings['watches'][string] | undefined =>
  Object.hasOwn(watches, name) ? watches[name] : undefined;

const isOfCloudWatch =
  (settings: Settings) =>
  ({ watch }: Member): boolean =>
    watchOf(settings, watch)?.source.kind === 'cloudwatch';

/** Of an entity as a whole, the series that made it strange. */
const seriesOf = ({ finding: { series, shares } }: Member): readonly string[] =>
  series === undefined
    ? [...shares]
        .sort((a, b) => b.share - a.share)
        .filter(({ share }) => share >= LEAST_SHARE)
        .map((one) => one.series)
    : [series];
