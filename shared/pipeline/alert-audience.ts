import { factsOf } from '../alerting/incident-facts.ts';
import type { Mute } from '../alerting/alert-policy.ts';
import type { Story } from '../alerting/incident.ts';
import { openMute } from '../alerting/mute.ts';
import type { NoticePolicy } from '../alerting/notice-policy.ts';
import { openWindow } from '../alerting/quiet-window.ts';
import { routePolicyOfAll } from '../alerting/routes.ts';
import type { Settings } from '../settings/settings.ts';
import type { ChannelKinds } from './decide-notice.ts';

export interface Audience {
  /** Channels that the routes name for the incident as it is. */
  readonly channels: readonly string[];
  readonly policy: NoticePolicy;
  /** Why nobody is to be disturbed at a time, where that is so; epoch seconds, of the last hour or now. */
  readonly windowAt: (at: number) => NoticePolicy['window'];
}

/**
 * Who is to hear of an incident, and how patiently, by what settings and mutes say of it now (epoch seconds). It is quiet
 * only where everything that takes part in it is to be quiet.
 */
export function audienceOf(
  story: Story,
  settings: Settings,
  kinds: ChannelKinds,
  mutes: readonly Mute[],
  now: number,
): Audience {
  const { alerts } = settings;
  const facts = factsOf(story);
  if (story.groupedBy === 'pages') return pagersAudience(story, settings, kinds, now);
  const { channels, ...seconds } = routePolicyOfAll(alerts.route, kinds, facts, now);
  const windowAt = (at: number): NoticePolicy['window'] => {
    const windows = facts.map((one) =>
      openWindow(alerts.quiet, one, at) !== undefined
        ? ('quiet-window' as const)
        : openMute(mutes, one, at) !== undefined
          ? ('muted' as const)
          : undefined,
    );
    return windows.includes(undefined) ? undefined : windows[0];
  };
  return { channels, policy: { ...seconds, flapping: alerts.flapping, window: windowAt(now) }, windowAt };
}

/** That pages are spent is for whoever would have been paged: at once, whatever the hour, and without reminders. */
function pagersAudience(story: Story, { alerts }: Settings, kinds: ChannelKinds, now: number): Audience {
  const { resolveAfterSeconds } = routePolicyOfAll(alerts.route, kinds, factsOf(story), now);
  const policy = { groupWaitSeconds: 0, repeatSeconds: Infinity, resolveAfterSeconds, flapping: 'off' as const };
  return { channels: Object.keys(story.channels), policy, windowAt: () => undefined };
}
