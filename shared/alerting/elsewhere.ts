import type { Signal } from './signal.ts';

/** An account and a region. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/**
 * What a watch of another deployment is called here, such as `shop-us/servers`: no watch of ours has a slash in its
 * name, so that neither incidents nor settings mix. One that has our own name, against all advice, is told apart by its
 * account and region.
 *
 * @param from where the signal was put on a bus, as EventBridge says it; undefined where it does not.
 * @param here where it is heard.
 */
export function watchAsHeard(
  { deployment, watch }: Pick<Signal, 'deployment' | 'watch'>,
  ours: string,
  from: Home | undefined,
  here: Home | undefined,
): string {
  if (deployment !== ours) return `${deployment}/${watch}`;
  if (from === undefined || here === undefined) return watch;
  return from.account === here.account && from.region === here.region
    ? watch
    : `${from.account}.${from.region}/${watch}`;
}

/** Whether a watch is of another deployment: its shards, state and feedback are not seen from here. */
export const isElsewhere = (watch: string): boolean => watch.includes('/');
