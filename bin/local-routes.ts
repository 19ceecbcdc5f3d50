import type { AlertSettings, RouteSettings } from '../shared/settings/alert-settings.ts';

const anything: RouteSettings = { continue: false, routes: [] };

/** The same routes, and one channel more wherever they name any. */
export function alsoHeardBy(route: RouteSettings | undefined, channel: string): RouteSettings | undefined {
  if (route === undefined) return undefined;
  const { channels, routes } = route;
  return {
    ...route,
    ...(channels === undefined ? {} : { channels: [...channels, channel] }),
    routes: routes.map((child) => alsoHeardBy(child, channel) ?? child),
  };
}

/** The same routes without a wait: for who hears all at once that there is to group, and may be gone in a moment. */
export function withoutGroupWait(route: AlertSettings['route']): RouteSettings {
  const { routes, ...own } = route ?? anything;
  return { ...own, groupWait: 0, routes: routes.map(withoutGroupWait) };
}
