import * as z from 'zod';
import type { Home } from '../alerting/elsewhere.ts';
import { type Signal, signalSchema } from '../alerting/signal.ts';
import { type MuteRequest, muteRequestSchema } from './open-mute.ts';

/** What arrives from the bus through the queue. */
export interface AlertMessage {
  readonly id: string;
  readonly body: string;
  /** Where the queue is that brought it. */
  readonly here?: Home;
}

export type AlertEvent =
  | { readonly kind: 'signal'; readonly signal: Signal; readonly from?: Home }
  /** `id` is the event's own: the same however often it is delivered. */
  /** `at`: epoch seconds for which it was scheduled; undefined where only the clock knows. */
  | { readonly kind: 'test'; readonly at: number | undefined }
  | { readonly kind: 'mute'; readonly id: string; readonly askedAt?: number; readonly request: MuteRequest };

/** Detail type of a test of ourselves. */
export const ALERT_TEST = 'AlertTest';
const alertTest = z.strictObject({ scheduledTime: z.iso.datetime({ offset: true }).optional() });

/** An event as EventBridge hands it on. */
const envelope = z.object({
  id: z.string().min(1).max(200),
  'detail-type': z.string(),
  time: z.iso.datetime({ offset: true }).optional(),
  account: z.string().max(12).optional(),
  region: z.string().max(32).optional(),
  detail: z.unknown(),
});

/**
 * @throws RangeError that names the message, what is wrong with it and what may stand in it.
 */
export function readAlertMessage({ id, body }: AlertMessage): AlertEvent {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new RangeError(
      `message ${id}: not JSON: ${JSON.stringify(body.slice(0, 80))} → only the bus puts messages here`,
    );
  }
  const event = check(id, envelope, given, 'an EventBridge event { id, "detail-type", detail }');
  const { account, region } = event;
  switch (event['detail-type']) {
    case 'Signal':
      return {
        kind: 'signal',
        ...(account === undefined || region === undefined ? {} : { from: { account, region } }),
        signal: check(id, signalSchema, event.detail, 'a signal as the anomaly function publishes it'),
      };
    case 'Mute':
      return {
        kind: 'mute',
        id: event.id,
        ...(event.time === undefined ? {} : { askedAt: Date.parse(event.time) / 1000 }),
        request: check(
          id,
          muteRequestSchema,
          event.detail,
          'a mute: { "for": "30m", "why", "by", "watch"?, "entity"?, "labels"? }',
        ),
      };
    case ALERT_TEST: {
      const { scheduledTime = event.time } = check(
        id,
        alertTest,
        event.detail,
        'an alert test: {} or { "scheduledTime": "2026-11-21T10:00:00Z" }',
      );
      return { kind: 'test', at: scheduledTime === undefined ? undefined : Date.parse(scheduledTime) / 1000 };
    }
    default:
      throw new RangeError(
        `message ${id}: detail-type ${JSON.stringify(event['detail-type'].slice(0, 80))} → send Signal, Mute or ${ALERT_TEST}`,
      );
  }
}

function check<T>(id: string, schema: z.ZodType<T>, given: unknown, wanted: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const shown = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'as a whole'}: ${message}`);
  throw new RangeError(`message ${id}: ${shown.join('; ')} → send ${wanted}`);
}
