import pLimit from 'p-limit';
import * as z from 'zod';
import type { Mute } from '../alerting/alert-policy.ts';
import { muteSchema } from '../alerting/mute.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { duration } from '../settings/duration.ts';
import { keys } from '../settings/keys.ts';
import { readJson, writeJson } from './stored-json.ts';

const name = z.string().min(1).max(255);
const globs = z
  .union([name, z.array(name).min(1).max(100)])
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** Longer silences are a setting or a decision, not a deployment. */
const LONGEST_SECONDS = 7 * 86_400;

/** What a deployment or a person asks for; names allow globs. Without any, everything is muted. */
export const muteRequestSchema = z.strictObject({
  watch: globs.optional(),
  entity: globs.optional(),
  labels: z.record(name, globs).optional(),
  /** Such as `30m`, or seconds; at most 7 days. */
  for: duration.refine((seconds) => seconds <= LONGEST_SECONDS, 'is longer than a week → write at most 7d'),
  why: z.string().max(1000).default('no reason given'),
  by: z.string().min(1).max(255).default('an event'),
});

export type MuteRequest = z.output<typeof muteRequestSchema>;

export interface MutePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * Opens a window in which nobody is told of what it matches; it ends by itself. Asked again under the same id it is the
 * same window, and no longer one.
 *
 * @param id of what asks for it, such as the event's.
 * @param askedAt epoch seconds: when it was asked for, where that is known to be earlier. @default the clock's time
 */
export async function openMute(
  id: string,
  request: MuteRequest,
  { store, clock }: MutePorts,
  askedAt?: number,
): Promise<Mute> {
  const from = Math.min(askedAt ?? Infinity, clock.now());
  const { watch, entity, labels, why, by } = request;
  const mute: Mute = {
    version: 1,
    id,
    why,
    by,
    from,
    until: from + request.for,
    match: {
      ...(watch === undefined ? {} : { watch }),
      ...(entity === undefined ? {} : { entity }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
  // A message that comes again a day later opens nothing that is over.
  if (mute.until <= clock.now()) return mute;
  if ((await writeJson(store, keys.mute(id), mute, 'absent')) === 'stored') return mute;
  return (await readJson(store, muteSchema, keys.mute(id)))?.value ?? mute;
}

/** Ended mutes are kept for a while: who asks again gets the same answer. */
const REMEMBERED_SECONDS = 3600;
/** Who opens more at once has forgotten to close a loop. */
const MOST_MUTES = 1000;
const AT_ONCE = 16;

/**
 * Mutes that are open, or were within the last hour: what is heard late began while they were. Earlier ones are forgotten
 * on the way. One that cannot be read silences nobody.
 *
 * @param known keys of mutes, where they were listed already.
 */
export async function listMutes(
  { store, clock, log }: MutePorts & { readonly log: Log },
  known?: readonly string[],
): Promise<readonly Mute[]> {
  const now = clock.now();
  const names = known?.slice(0, MOST_MUTES) ?? [];
  if (known === undefined)
    for await (const key of store.list(keys.mutePrefix)) if (names.push(key) >= MOST_MUTES) break;
  const limit = pLimit(AT_ONCE);
  const mutes = await limit.map(names, async (key) => {
    const mute = await readJson(store, muteSchema, key).then(
      (found) => found?.value,
      (error: unknown) => {
        if (!(error instanceof StoredObjectError)) throw error;
        log.error('mute unreadable', { key, error: error.message });
        return undefined;
      },
    );
    if (mute === undefined || mute.until + REMEMBERED_SECONDS >= now) return mute;
    await store.delete(key);
    return undefined;
  });
  return mutes.filter((mute) => mute !== undefined);
}
