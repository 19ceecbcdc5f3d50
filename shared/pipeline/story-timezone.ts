import type { Story } from '../alerting/incident.ts';
import { standingOf } from '../alerting/standing.ts';
import type { Settings } from '../settings/settings.ts';

/** IANA name of the time zone that people of a watch live by; UTC of one that settings do not name any more. */
export const timezoneOf = ({ watches }: Pick<Settings, 'watches'>, watch: string): string =>
  Object.hasOwn(watches, watch) ? watches[watch].timezone : 'UTC';

/** In which an incident is told and drawn: that of its watches, or UTC where they do not share one. */
export function storyTimezone(story: Pick<Story, 'members'>, settings: Pick<Settings, 'watches'>): string {
  const { fired } = standingOf(story);
  const zones = new Set(fired.map(([, { watch }]) => timezoneOf(settings, watch)));
  const [only = 'UTC'] = zones;
  return zones.size === 1 ? only : 'UTC';
}
