import {
  type ActionToken,
  decodeToken,
  encodeToken,
  LINK_SECONDS,
  type LinkAction,
  signedText,
  splitToken,
} from '../alerting/action-token.ts';
import { calledNormal } from '../alerting/feedback.ts';
import { fingerprint } from '../alerting/fingerprint.ts';
import type { Story } from '../alerting/incident.ts';
import type { NoticeLink } from '../alerting/notice.ts';
import { compareSeverities } from '../alerting/severities.ts';
import type { Signer } from '../ports/signer.ts';
import { findStory } from './find-story.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface ActionLinkPorts {
  readonly signer: Signer;
  readonly deployment: string;
  /** Where the HTTP API answers, such as `https://abc.execute-api.eu-west-1.amazonaws.com`. */
  readonly baseUrl: string;
}

const words: Readonly<Record<LinkAction, string>> = {
  acknowledge: 'Acknowledge',
  snooze: 'Snooze',
  normal: 'This is normal',
};

/**
 * Links of a notice by which whoever reads it acts on the incident. Each carries a token that is signed, ends after
 * {@link LINK_SECONDS} and does one thing. Of what is over only "this is normal" can still be said.
 */
export function actionLinks({ signer, deployment, baseUrl }: ActionLinkPorts) {
  const linkOf = async (token: ActionToken): Promise<NoticeLink> => {
    const signed = encodeToken(token);
    const signature = await signer.sign(signedText(deployment, signed));
    return { kind: token.action, text: words[token.action], url: `${withoutSlash(baseUrl)}/a/${signed}.${signature}` };
  };
  return async (incident: Story, now: number): Promise<readonly NoticeLink[]> => {
    const { id, group, number, status } = incident;
    const common = { incident: id, group, number, expiresAt: Math.floor(now) + LINK_SECONDS };
    const tokens: ActionToken[] = [];
    if (status === 'open') tokens.push({ action: 'acknowledge', ...common }, { action: 'snooze', ...common });
    const meant = memberMeant(incident);
    if (meant !== undefined) tokens.push({ action: 'normal', member: fingerprint(meant), ...common });
    return Promise.all(tokens.map(linkOf));
  };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** What "this is normal" is said of: the gravest anomaly, and of equals the entity as a whole, for that is all of it. */
export function memberMeant(incident: Pick<Story, 'members'>): string | undefined {
  const isWhole = (source: string): number => (source === 'entity' ? 1 : 0);
  const ranked = [...calledNormal(incident)].sort(
    ([a, one], [b, other]) =>
      compareSeverities(other.worst, one.worst) ||
      isWhole(other.finding.source) - isWhole(one.finding.source) ||
      (a < b ? -1 : 1),
  );
  return ranked.at(0)?.[0];
}

/** What a token that came back lets one do, and the incident it is of. */
export type OpenedLink =
  | { readonly opened: 'valid'; readonly token: ActionToken; readonly story: Story; readonly member?: string }
  | { readonly opened: 'not-valid' | 'expired' | 'forgotten' };

/**
 * Verifies a token before anything of it is read, then finds its incident. Changes nothing.
 *
 * @throws StoredObjectError where the incident's record cannot be read; Error where the signing key cannot.
 */
export async function openLink(
  token: string,
  now: number,
  { signer, deployment, store }: Pick<ActionLinkPorts, 'signer' | 'deployment'> & { readonly store: ObjectStore },
): Promise<OpenedLink> {
  const parts = splitToken(token);
  if (parts === undefined) return { opened: 'not-valid' };
  if (!(await signer.verify(signedText(deployment, parts.signed), parts.signature))) return { opened: 'not-valid' };
  const meant = decodeToken(parts.signed);
  if (meant === undefined) return { opened: 'not-valid' };
  if (now >= meant.expiresAt) return { opened: 'expired' };
  const story = await findStory(store, meant, meant.expiresAt - LINK_SECONDS, now);
  if (story === undefined) return { opened: 'forgotten' };
  if (meant.action !== 'normal') return { opened: 'valid', token: meant, story };
  const member = Object.keys(story.members).find((key) => fingerprint(key) === meant.member);
  return member === undefined ? { opened: 'forgotten' } : { opened: 'valid', token: meant, story, member };
}
