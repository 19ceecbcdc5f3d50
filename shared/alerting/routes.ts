import type { AlertFacts, Route, RoutePolicy } from './alert-policy.ts';
import { matches } from './matches.ts';
import { compareSeverities } from './severities.ts';

/** Channels by name, with what they are. */
export type ChannelKinds = ReadonlyMap<string, string>;

/** Of a tree that does not say. */
export const routeDefaults = { groupWaitSeconds: 30, repeatSeconds: 4 * 3600, resolveAfterSeconds: 600 } as const;

/** Such a channel gets people out of bed. */
export const isPager = (kind: string | undefined): boolean => kind === 'pagerduty';

/**
 * What the routing tree comes to for one alert. The root takes everything; of a route's children the first that matches
 * decides, and those after it as well where it says `continue`; what a route does not say it takes from its parent. Where
 * several decide, all their channels hear it, after the shortest wait, reminded the most often, resolved the latest.
 *
 * Never nowhere while there is a channel: what names none that exists goes where the root goes, or else by default: to
 * every channel that is no pager, and from HIGH on to the pagers, too.
 *
 * @param route the root, or undefined for the default. @param now epoch seconds.
 * @throws RangeError on a time zone that does not exist.
 */
export function routePolicy(
  route: Route | undefined,
  channels: ChannelKinds,
  facts: AlertFacts,
  now: number,
): RoutePolicy {
  const byDefault: RoutePolicy = { channels: defaultChannels(channels, facts), ...routeDefaults };
  if (route === undefined) return byDefault;
  const root = inherit(route, byDefault, channels);
  // The root's own match is not asked: it is where everything goes that goes nowhere else.
  const found = deciding(route.routes, root, channels, facts, now);
  return union(found.length > 0 ? found : [root]);
}

/** The same for an incident that is several things at once: whoever is to hear of one of them hears of it. */
export function routePolicyOfAll(
  route: Route | undefined,
  channels: ChannelKinds,
  facts: readonly [AlertFacts, ...AlertFacts[]],
  now: number,
): RoutePolicy {
  return union(facts.map((one) => routePolicy(route, channels, one, now)));
}

function deciding(
  routes: readonly Route[],
  parent: RoutePolicy,
  channels: ChannelKinds,
  facts: AlertFacts,
  now: number,
): RoutePolicy[] {
  const found: RoutePolicy[] = [];
  for (const route of routes) {
    if (!matches(route.match, facts, now)) continue;
    const own = inherit(route, parent, channels);
    const below = deciding(route.routes, own, channels, facts, now);
    found.push(...(below.length > 0 ? below : [own]));
    if (!route.continue) break;
  }
  return found;
}

function inherit(route: Route, parent: RoutePolicy, channels: ChannelKinds): RoutePolicy {
  const named = route.channels?.filter((name) => channels.has(name)) ?? [];
  return {
    channels: named.length > 0 ? named : parent.channels,
    groupWaitSeconds: route.groupWait ?? parent.groupWaitSeconds,
    repeatSeconds: route.repeatEvery ?? parent.repeatSeconds,
    resolveAfterSeconds: route.resolveAfter ?? parent.resolveAfterSeconds,
  };
}

function defaultChannels(channels: ChannelKinds, { severity }: AlertFacts): readonly string[] {
  const all = [...channels.keys()];
  if (compareSeverities(severity, 'HIGH') >= 0) return all;
  const calm = all.filter((name) => !isPager(channels.get(name)));
  // Where there are only pagers, they are where people look.
  return calm.length > 0 ? calm : all;
}

const union = (policies: readonly RoutePolicy[]): RoutePolicy => ({
  channels: [...new Set(policies.flatMap((one) => one.channels))],
  groupWaitSeconds: Math.min(...policies.map((one) => one.groupWaitSeconds)),
  repeatSeconds: Math.min(...policies.map((one) => one.repeatSeconds)),
  resolveAfterSeconds: Math.max(...policies.map((one) => one.resolveAfterSeconds)),
});
