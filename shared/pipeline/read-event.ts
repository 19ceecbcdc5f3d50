import * as z from 'zod';
import type { ShardMessage } from '../ports/work-queue.ts';
import type { TickRequest } from './detect-anomalies.ts';

/** What a schedule, or a person, sends. Strict: a misspelt key must not become a tick of everything. */
const scheduled = z.strictObject({
  watch: z.string().min(1).optional(),
  shard: z.string().min(1).optional(),
  scheduledTime: z.iso.datetime({ offset: true }).optional(),
});

const message = z.object({
  watch: z.string().min(1),
  shard: z.string().min(1),
  tick: z.number().int().nonnegative().max(9_999_999_999),
  every: z.number().positive().max(86_400).optional(),
});

/**
 * The request of a scheduled run; `{}` and nothing at all are a run now. Scheduler's time becomes the tick.
 *
 * @throws RangeError that names what is wrong with the event and what may stand in it.
 */
export function readScheduledEvent(event: unknown): TickRequest {
  const parsed = scheduled.safeParse(event ?? {});
  if (!parsed.success)
    throw refused('event', parsed.error, '{ "watch"?, "shard"?, "scheduledTime"?: "2026-01-31T12:00:00Z" }');
  const { scheduledTime, watch, shard } = parsed.data;
  return {
    ...(scheduledTime === undefined ? {} : { tick: Math.floor(Date.parse(scheduledTime) / 1000) }),
    ...(watch === undefined ? {} : { watch }),
    ...(shard === undefined ? {} : { shard }),
  };
}

/**
 * The message of a queue's record.
 *
 * @throws RangeError where the body is no JSON or no shard's message.
 */
export function readShardMessage(body: string): ShardMessage {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new RangeError(`message: not JSON: ${JSON.stringify(body.slice(0, 80))} → only the tick puts messages here`);
  }
  const parsed = message.safeParse(given);
  if (!parsed.success) throw refused('message', parsed.error, '{ "watch", "shard", "tick": epoch seconds }');
  const { every, ...rest } = parsed.data;
  return every === undefined ? rest : { ...rest, every };
}

const refused = (what: string, error: z.ZodError, shape: string): RangeError =>
  new RangeError(
    `${what}: ${error.issues.map((issue) => `${issue.path.join('.') || 'as a whole'}: ${issue.message}`).join('; ')} → ` +
      `send ${shape}`,
  );
