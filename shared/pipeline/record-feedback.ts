import {
  calledNormal,
  covers,
  type Feedback,
  feedbackOf,
  feedbackSchema,
  MOST_FEEDBACK,
} from '../alerting/feedback.ts';
import type { Story } from '../alerting/incident.ts';
import { fingerprint } from '../alerting/fingerprint.ts';
import { keys } from '../settings/keys.ts';
import { auditHead, writeAudit } from './alert-audit.ts';
import { feedbackId, type FeedbackPorts, listFeedback } from './list-feedback.ts';
import { writeJson } from './stored-json.ts';

export interface NormalRequest {
  readonly story: Story;
  /** Key of the member that is meant. @default all anomalies of the incident */
  readonly member?: string;
  readonly by: string;
  /** Epoch seconds. */
  readonly now: number;
  /** When it ends, epoch seconds; null for never. */
  readonly until: number | null;
}

export interface FeedbackOutcome {
  /** `no-anomaly`: nothing that is meant is a guess of ours. `full`: a watch holds as many as it may. */
  readonly outcome: 'done' | 'already' | 'no-anomaly' | 'full';
  /** What was stored now. */
  readonly feedback: readonly Feedback[];
}

/**
 * Stores that what an incident told was normal, one object per deviation, for the judge to heed. Saying it twice stores
 * it once, also where both say it at the same time.
 *
 * @throws RangeError where the times make no sense.
 */
export async function recordFeedback(request: NormalRequest, ports: FeedbackPorts): Promise<FeedbackOutcome> {
  const { story, member, by, now, until } = request;
  if (until !== null && !(until > now)) throw new RangeError(`until is ${until}, and now is ${now}: give a later one`);
  const said = calledNormal(story, member).flatMap(([key, of]) => {
    const id = feedbackId(of.shard, nameOf(story.id, key, until));
    return feedbackOf(of, { incident: story, by, at: Math.floor(now), until }, id) ?? [];
  });
  if (said.length === 0) return { outcome: 'no-anomaly', feedback: [] };
  const stored: Feedback[] = [];
  for (const watch of new Set(said.map((one) => one.watch))) {
    const { feedback: known } = await listFeedback(watch, ports);
    const active = known.filter((one) => one.until === null || one.until > now);
    const fresh = said.filter((one) => one.watch === watch && !active.some((earlier) => covers(earlier, one)));
    if (known.length + fresh.length > MOST_FEEDBACK) return { outcome: 'full', feedback: stored };
    for (const one of fresh)
      if (
        (await writeJson(ports.store, keys.feedback(watch, one.id), feedbackSchema.parse(one), 'absent')) === 'stored'
      )
        stored.push(one);
  }
  if (stored.length > 0) {
    const record = { ...auditHead(story, `normal/${now}`, now), kind: 'action', action: 'normal', by, until } as const;
    await writeAudit(ports.store, [record], now, `normal-${stored[0].id}`);
  }
  ports.log.info('called normal', { incident: story.id, by, feedback: stored.map(({ id }) => id) });
  return { outcome: stored.length === 0 ? 'already' : 'done', feedback: stored };
}

/** The same words on the same deviation of the same incident are the same object. */
const nameOf = (incident: string, key: string, until: number | null): string =>
  fingerprint(JSON.stringify([incident, key, until === null ? null : Math.floor(until / 60)]));
