import { type Feedback, feedbackSchema, MOST_FEEDBACK } from '../alerting/feedback.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { readJson } from './stored-json.ts';

interface FeedbackPorts {
  readonly store: ObjectStore;
  readonly log: Log;
}

export interface ListedFeedback {
  /** In the order of their ids: by shard. */
  readonly feedback: readonly Feedback[];
  /** Ids of objects that are no feedback of this release. */
  readonly unreadable: readonly string[];
}

/** What people called normal in a watch, what has ended since included. */
export async function listFeedback(watch: string, ports: FeedbackPorts): Promise<ListedFeedback> {
  const feedback: Feedback[] = [];
  const unreadable: string[] = [];
  for (const id of await feedbackIds(ports.store, watch)) {
    const found = await readFeedback(watch, id, ports);
    if (found === 'unreadable') unreadable.push(id);
    else if (found !== 'absent') feedback.push(found);
  }
  return { feedback, unreadable };
}

/** Takes it back: from one of the next ticks on it counts no more. */
export async function removeFeedback(
  watch: string,
  id: string,
  { store, log }: FeedbackPorts,
): Promise<'done' | 'not-found'> {
  if ((await store.get(keys.feedback(watch, id))) === undefined) return 'not-found';
  await store.delete(keys.feedback(watch, id));
  log.info('no longer called normal', { watch, feedback: id });
  return 'done';
}

/** Ids of a watch's feedback, of one shard where it is named; never more than a watch may hold. */
export async function feedbackIds(store: ObjectStore, watch: string, shard?: string): Promise<readonly string[]> {
  const ids: string[] = [];
  const prefix = keys.feedbackPrefix(watch);
  for await (const key of store.list(shard === undefined ? prefix : keys.feedback(watch, feedbackId(shard, '')))) {
    ids.push(decodeURIComponent(key.slice(prefix.length)));
    if (ids.length === MOST_FEEDBACK) break;
  }
  return ids;
}

/** Begins with the shard, so that a run lists no other's. @param rest unique within it. */
export const feedbackId = (shard: string, rest: string): string => `${shard}.${rest}`;

/** A damaged object must not blind a shard: what is called normal there is told again, and the damage is logged. */
export async function readFeedback(
  watch: string,
  id: string,
  { store, log }: FeedbackPorts,
): Promise<Feedback | 'absent' | 'unreadable'> {
  try {
    return (await readJson(store, feedbackSchema, keys.feedback(watch, id)))?.value ?? 'absent';
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    log.error('feedback unreadable: going on without it', { watch, feedback: id, error: error.message });
    return 'unreadable';
  }
}
