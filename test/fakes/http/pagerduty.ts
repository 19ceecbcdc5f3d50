import * as z from 'zod';
import { selfSignedCertificate } from './certificate.ts';
import { LARGEST_EVENT, pagerDutyEventSchema, type ReceivedPagerDutyEvent } from './pagerduty-schema.ts';
import { startStandIn, type StandIn } from './stand-in.ts';

export interface FakePagerDuty extends StandIn {
  /** For `NODE_EXTRA_CA_CERTS` of the process that speaks to it. */
  readonly authorityFile: string;
  /** What a secret would hold; any other key is refused. */
  readonly routingKey: string;
  /** What it took, oldest first. */
  readonly events: readonly ReceivedPagerDutyEvent[];
  /** What is open now, and whether somebody has taken it up, by dedup key. */
  readonly open: ReadonlyMap<string, 'triggered' | 'acknowledged'>;
  /** How often somebody was paged: a trigger for what is open pages nobody. */
  readonly pages: () => number;
}

/**
 * PagerDuty's Events API v2 on loop-back, with TLS: says no to whatever is beyond the documented limits, and keeps what
 * is open. A resolve or an acknowledge of what is not open changes nothing, and is accepted all the same.
 */
export async function startFakePagerDuty(): Promise<FakePagerDuty> {
  const certificate = await selfSignedCertificate();
  const routingKey = '0123456789abcdef0123456789ABCDEF';
  const events: ReceivedPagerDutyEvent[] = [];
  const open = new Map<string, 'triggered' | 'acknowledged'>();
  let pages = 0;
  const json = (status: number, body: unknown) => ({
    status,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const invalid = (...errors: readonly string[]) =>
    json(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  const server = await startStandIn((request) => {
    if (request.path !== '/v2/enqueue') return { status: 404, body: 'Not found' };
    if (Buffer.byteLength(request.body) > LARGEST_EVENT) return json(413, { status: 'event too large' });
    let given: unknown;
    try {
      given = JSON.parse(request.body);
    } catch {
      return invalid('no JSON');
    }
    const { data: event, error } = pagerDutyEventSchema.safeParse(given);
    if (event === undefined) return invalid(z.prettifyError(error));
    if (event.routing_key !== routingKey) return invalid('Invalid routing key');
    events.push(event);
    const key = event.dedup_key;
    if (event.event_action === 'resolve') open.delete(key);
    else if (event.event_action === 'acknowledge') {
      if (open.has(key)) open.set(key, 'acknowledged');
    } else if (!open.has(key)) {
      pages++;
      open.set(key, 'triggered');
    }
    return json(202, { status: 'success', message: 'Event processed', dedup_key: key });
  }, certificate);
  return {
    ...server,
    authorityFile: certificate.file,
    routingKey,
    events,
    open,
    pages: () => pages,
    stop: async () => {
      await server.stop();
      certificate.remove();
    },
  };
}
