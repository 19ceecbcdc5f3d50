import * as z from 'zod';

/** What a link in a notice lets whoever opens it do; one link, one purpose. */
export const linkActions = ['acknowledge', 'snooze', 'normal'] as const;
export type LinkAction = (typeof linkActions)[number];

/** Links of a notice that is older than a week are of no more use. */
export const LINK_SECONDS = 7 * 86_400;

/** Groups are bounded where they are made; see `groupOf`. */
const LONGEST_GROUP = 200;

const payload = z.strictObject({
  v: z.literal(1),
  /** What it lets one do. */
  a: z.enum(linkActions),
  /** Id, group and number of the incident. */
  i: z.string().min(1).max(64),
  g: z.string().min(1).max(LONGEST_GROUP),
  n: z.int().nonnegative(),
  /** Stands for the member that is meant, where one is. */
  m: z.string().max(32).optional(),
  /** Epoch seconds after which it no longer acts. */
  e: z.int(),
});

/** The authorisation that a link carries. */
export interface ActionToken {
  readonly action: LinkAction;
  /** Its id. */
  readonly incident: string;
  readonly group: string;
  readonly number: number;
  /** Fingerprint of the member's key; only where the action is `normal`. */
  readonly member?: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** The longest that is ever looked at; ours have some 500 characters. */
const LONGEST = 2048;

/** The part of a token that is signed, base64url of JSON. */
export function encodeToken({ action, incident, group, number, member, expiresAt }: ActionToken): string {
  const short = {
    v: 1,
    a: action,
    i: incident,
    g: group,
    n: number,
    ...(member === undefined ? {} : { m: member }),
    e: expiresAt,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(short));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** A token's two parts; undefined for what cannot be one. Neither has been verified. */
export function splitToken(token: string): { readonly signed: string; readonly signature: string } | undefined {
  const match = token.length > LONGEST ? null : /^([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{20,100})$/.exec(token);
  return match === null ? undefined : { signed: match[1], signature: match[2] };
}

/** What a signed part says; undefined for what this release does not write. Verify its signature first. */
export function decodeToken(signed: string): ActionToken | undefined {
  let given: unknown;
  try {
    const bytes = Uint8Array.from(atob(signed.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    given = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const parsed = payload.safeParse(given);
  if (!parsed.success) return undefined;
  const { a, i, g, n, m, e } = parsed.data;
  return { action: a, incident: i, group: g, number: n, ...(m === undefined ? {} : { member: m }), expiresAt: e };
}

/** What is signed: no signature of one deployment, or for another purpose, is one for this. */
export const signedText = (deployment: string, signed: string): string => `aiops action 1\n${deployment}\n${signed}`;
