import { memberMeant } from '../../shared/pipeline/action-links.ts';
import { findStory } from '../../shared/pipeline/find-story.ts';
import { recordFeedback } from '../../shared/pipeline/record-feedback.ts';
import { type ActionOutcome, outcomeWords } from '../../shared/presentation/confirmation-page.ts';
import type { WidgetSaying } from '../../shared/presentation/widget-frame.ts';
import type { WidgetAction } from '../../shared/presentation/widget-request.ts';
import { parseDuration } from '../../shared/settings/duration.ts';
import type { WidgetPorts } from './widget-ports.ts';

const LEAST_SECONDS = 300;
const MOST_SECONDS = 14 * 86_400;
const USUAL_SECONDS = 2 * 3600;
const MOST_NAME = 80;

/**
 * Does what a button asks for, once: pressed again, or sent twice, it says that it was done. That whoever presses it
 * may, IAM has decided by letting them invoke the function; everything else they say is not trusted.
 *
 * @throws StoredObjectError where the incident's record cannot be read.
 */
export async function actFromWidget(action: WidgetAction, ports: WidgetPorts): Promise<WidgetSaying> {
  const now = ports.clock.now();
  const { says, until } = await outcomeOf(action, now, ports);
  ports.log.info('acted from a dashboard', { ...action, by: byWhom(action), outcome: says });
  const [heading, what] = outcomeWords(says, action.act, until, now);
  return { heading, what };
}

interface Outcome {
  readonly says: ActionOutcome;
  readonly until?: number;
}

async function outcomeOf(action: WidgetAction, now: number, ports: WidgetPorts): Promise<Outcome> {
  const { act, incident, group, number, snoozedUntil, lasting, who } = action;
  const seconds = lasting === '' ? USUAL_SECONDS : parseDuration(lasting.slice(0, 40));
  const isLength = seconds !== undefined && seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS;
  if (who.length > MOST_NAME || (act === 'snooze' && !isLength)) return { says: 'not-understood' };
  const story = await findStory(ports.store, { incident, group, number }, now, now);
  if (story === undefined) return { says: 'forgotten' };
  const by = byWhom(action);
  if (act === 'normal') {
    const member = memberMeant(story);
    if (member === undefined) return { says: 'no-anomaly' };
    const { outcome } = await recordFeedback({ story, member, by, now, until: null }, ports);
    return { says: outcome };
  }
  if (story.status === 'closed') return { says: 'over' };
  const snoozed = story.snoozed?.until ?? null;
  // The button was drawn for another state: what it asks for was done since, by the same press or by somebody else.
  if (act === 'snooze' && snoozed !== null && snoozed !== snoozedUntil) return { says: 'already', until: snoozed };
  const snooze = act === 'snooze' ? { snoozeSeconds: seconds ?? USUAL_SECONDS } : {};
  const outcome = await ports.act({ incident, group, action: act, by, now, ...snooze });
  const says = outcomes[outcome];
  if (act !== 'snooze') return { says };
  return { says, until: says === 'already' ? (snoozed ?? now) : now + (seconds ?? USUAL_SECONDS) };
}

const outcomes = { done: 'done', already: 'already', closed: 'over', 'not-found': 'forgotten' } as const;

/** CloudWatch does not say who presses a button: a name is what they wrote, and what is known is where it was. */
function byWhom({ who, dashboard, account }: WidgetAction): string {
  const where = [dashboard.slice(0, 120), account.slice(0, 20)].filter((part) => part !== '').join(' of account ');
  return `${who === '' ? 'somebody' : who}, on dashboard ${where === '' ? '(not said)' : where}`;
}
