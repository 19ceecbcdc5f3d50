import type { ActionToken } from '../../shared/alerting/action-token.ts';
import { type OpenedLink, openLink } from '../../shared/pipeline/action-links.ts';
import { pageIncident } from '../../shared/pipeline/page-incident.ts';
import { recordFeedback } from '../../shared/pipeline/record-feedback.ts';
import type { ActionOutcome, ConfirmationPage } from '../../shared/presentation/confirmation-page.ts';
import { parseDuration } from '../../shared/settings/duration.ts';
import type { ApiPorts } from './api-ports.ts';
import { bodyText } from './request-body.ts';
import { pageResponse } from './responses.ts';

type Valid = Extract<OpenedLink, { opened: 'valid' }>;

const statusOf: Readonly<Record<ActionOutcome, number>> = {
  done: 200,
  already: 200,
  over: 409,
  'no-anomaly': 409,
  full: 409,
  expired: 410,
  forgotten: 410,
  'not-valid': 404,
  'not-understood': 400,
  'too-large': 413,
  failed: 500,
};

const say = (page: Extract<ConfirmationPage, { says: ActionOutcome }>): Response =>
  pageResponse(statusOf[page.says], page);

/** What a link shows when it is opened, by a person or by whatever previews links: it asks, and changes nothing. */
export async function askBefore(text: string, ports: ApiPorts): Promise<Response> {
  const now = ports.clock.now();
  const link = await open(text, now, ports);
  if (link.opened !== 'valid') return say({ says: link.opened, now });
  const incident = pageIncident(link.story, link.member);
  if (isOver(link)) return say({ says: 'over', incident, now });
  return pageResponse(200, { asks: link.token.action, incident, now });
}

/** What the button of that page does. */
export async function actOn(text: string, request: Request, ports: ApiPorts): Promise<Response> {
  const now = ports.clock.now();
  const link = await open(text, now, ports);
  if (link.opened !== 'valid') return say({ says: link.opened, now });
  const incident = pageIncident(link.story, link.member);
  const body = await bodyText(request, MOST_BYTES);
  if (body === undefined) return say({ says: 'too-large', incident, now });
  if (isOver(link)) return say({ says: 'over', incident, now });
  const form = readForm(body, link.token);
  if ('problem' in form) return say({ says: 'not-understood', incident, detail: form.problem, now });
  const { says, until } = await act(link, form, now, ports);
  const end = until === undefined ? {} : { until };
  return say({ says, action: link.token.action, incident, ...end, now });
}

const open = async (text: string, now: number, { signer, deployment, store }: ApiPorts): Promise<OpenedLink> =>
  signer === undefined ? { opened: 'not-valid' } : openLink(text, now, { signer, deployment, store });

/** Of what is over one may still say that it was normal. */
const isOver = ({ story, token }: Valid): boolean => story.status === 'closed' && token.action !== 'normal';

const MOST_BYTES = 4096;
const MOST_NAME = 80;
const LEAST_SECONDS = 300;
const MOST_SNOOZE = 14 * 86_400;
const MOST_NORMAL = 366 * 86_400;
const USUAL_SNOOZE = 2 * 3600;

interface Form {
  readonly by: string;
  /** Undefined for the usual: two hours of a snooze, for good of what is normal. */
  readonly seconds: number | undefined;
}

/** A form, or nothing at all: then the usual is meant. */
function readForm(body: string, { action }: ActionToken): Form | { readonly problem: string } {
  const form = new URLSearchParams(body);
  const who = (form.get('who') ?? '').trim();
  if (who.length > MOST_NAME) return { problem: `The name has ${who.length} characters; ${MOST_NAME} are enough.` };
  const by = who === '' ? 'somebody, by a link' : `${who}, by a link`;
  const given = (form.get('for') ?? '').trim();
  if (action === 'acknowledge' || given === '' || (action === 'normal' && given === 'always'))
    return { by, seconds: undefined };
  const seconds = parseDuration(given.slice(0, 40));
  const most = action === 'snooze' ? MOST_SNOOZE : MOST_NORMAL;
  if (seconds === undefined || seconds < LEAST_SECONDS || seconds > most)
    return { problem: `“${given.slice(0, 40)}” is no length of time from 5 minutes to ${most / 86_400} days.` };
  return { by, seconds };
}

async function act(
  { token, story, member }: Valid,
  { by, seconds }: Form,
  now: number,
  ports: ApiPorts,
): Promise<{ readonly says: ActionOutcome; readonly until?: number }> {
  if (token.action === 'normal') {
    const until = seconds === undefined ? null : now + seconds;
    const meant = member === undefined ? {} : { member };
    const { outcome } = await recordFeedback({ story, ...meant, by, now, until }, ports);
    return { says: outcome, ...(until === null ? {} : { until }) };
  }
  const snoozeSeconds = seconds ?? USUAL_SNOOZE;
  const snooze = token.action === 'snooze' ? { snoozeSeconds } : {};
  const { id: incident, group } = story;
  const outcome = await ports.act({ incident, group, action: token.action, by, now, ...snooze });
  const until = outcome === 'already' ? (story.snoozed?.until ?? now) : now + snoozeSeconds;
  return { says: outcomes[outcome], ...(token.action === 'snooze' ? { until } : {}) };
}

const outcomes = { done: 'done', already: 'already', closed: 'over', 'not-found': 'forgotten' } as const;
