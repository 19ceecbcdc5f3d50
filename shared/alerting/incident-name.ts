import { fingerprint } from './fingerprint.ts';
import type { Incident } from './incident.ts';

/** PagerDuty takes no more characters. */
const LONGEST = 255;

/** Thirteen letters and digits for people and links, the same for an incident wherever it is asked for. */
export const incidentId = (deployment: string, group: string, number: number): string =>
  BigInt(`0x${fingerprint(`${deployment}/${group}/${number}`)}`)
    .toString(36)
    .padStart(13, '0');

/** The same for every message of this incident and for no other, an earlier or later one of the group included. */
export function dedupKey({ deployment, group, number }: Pick<Incident, 'deployment' | 'group' | 'number'>): string {
  const whole = `${deployment}/${group}/${number}`;
  if (whole.length <= LONGEST) return whole;
  const mark = `~${fingerprint(whole)}/${number}`;
  return whole.slice(0, LONGEST - mark.length) + mark;
}
