import pLimit from 'p-limit';
import { type Feedback, feedbackSchema, MOST_FEEDBACK } from '../alerting/feedback.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { feedbackOfKey, keys } from '../settings/keys.ts';
import { readJson } from './stored-json.ts';

export interface FeedbackPorts {
  readonly store: ObjectStore;
  readonly log: Log;
}

export interface ListedFeedback {
  /** In the order of their watches and ids. */
  readonly feedback: readonly Feedback[];
  /** Ids of objects that are no feedback of this release. */
  readonly unreadable: readonly string[];
}

const AT_ONCE = 16;

/** What people called normal, what has ended since included. @param watch undefined for all of them. */
export async function listFeedback(watch: string | undefined, ports: FeedbackPorts): Promise<ListedFeedback> {
  const prefix = watch === undefined ? keys.feedbackRoot : keys.feedbackPrefix(watch);
  const limit = pLimit(AT_ONCE);
  const read = await limit.map(await namesBelow(ports.store, prefix), async (name) => ({
    ...name,
    found: await readFeedback(name.watch, name.id, ports),
  }));
  return {
    feedback: read.flatMap(({ found }) => (typeof found === 'object' ? [found] : [])),
    unreadable: read.filter(({ found }) => found === 'unreadable').map(({ id }) => id),
  };
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

/** Ids of a shard's feedback; never more than a watch may hold. */
export async function feedbackIds(store: ObjectStore, watch: string, shard: string): Promise<readonly string[]> {
  return (await namesBelow(store, keys.feedback(watch, feedbackId(shard, ''))))
    .slice(0, MOST_FEEDBACK)
    .map(({ id }) => id);
}

/** Begins with the shard, so that a run lists no other's. @param rest unique within it. */
export const feedbackId = (shard: string, rest: string): string => `${shard}.${rest}`;

async function namesBelow(store: ObjectStore, prefix: string) {
  const names: { readonly watch: string; readonly id: string }[] = [];
  for await (const key of store.list(prefix)) {
    const name = feedbackOfKey(key);
    if (name !== undefined) names.push(name);
  }
  return names;
}

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
