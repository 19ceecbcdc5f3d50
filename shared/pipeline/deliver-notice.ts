import type { Decision, Story } from '../alerting/incident.ts';
import { type NoticeExtra, noticeOf } from '../alerting/notice-of.ts';
import { isPager } from '../alerting/routes.ts';
import type { NoticeLink } from '../alerting/notice.ts';
import type { AlertPorts } from './alert-ports.ts';
import { lookLinks } from './look-links.ts';
import { storyTimezone } from './story-timezone.ts';
import { inFlight, LONGEST_DELIVERY_SECONDS, type Outcome, type Owed } from './incident-claim.ts';

/**
 * Tells every channel that this run's claim is for, all at once: one that fails never stops another. Nothing is begun
 * that could outlast the claim.
 *
 * @param story as it was written with the claim.
 * @returns an outcome for each channel in flight; never throws for what a channel does.
 */
export async function deliverNotices(
  story: Story & { readonly told: Decision },
  ports: AlertPorts,
): Promise<readonly Outcome[]> {
  const claims = inFlight(story);
  const links = await linksOf(story, ports);
  const timezone = storyTimezone(story, ports.settings);
  const image = await pictureOf(story, claims, timezone, ports);
  return Promise.all(
    claims.map(async ([channel, owed]): Promise<Outcome> => {
      const delivery = await deliverOne(
        story,
        channel,
        owed,
        { links, timezone, ...(image === undefined ? {} : { image }) },
        ports,
      );
      return { channel, owed, isPager: isPager(ports.channels.get(channel)?.kind), delivery };
    }),
  );
}

/** Other channels that took nothing of it, for whoever reads this one. */
const refusedBy = ({ channels }: Story, reader: string): NonNullable<NoticeExtra['refused']> =>
  Object.entries(channels).flatMap(([channel, { rejected }]) =>
    rejected === null || channel === reader ? [] : [{ channel, reason: rejected }],
  );

type Extra = Omit<NoticeExtra, 'now'>;

async function deliverOne(
  story: Story & { readonly told: Decision },
  name: string,
  owed: Owed,
  extra: Extra,
  ports: AlertPorts,
): Promise<Outcome['delivery']> {
  const channel = ports.channels.get(name);
  if (channel === undefined)
    return { outcome: 'rejected', reason: `there is no channel '${name}' any more → name it under alerts.channels` };
  const now = ports.clock.now();
  if (now > story.told.claimedUntil - LONGEST_DELIVERY_SECONDS || now > (ports.speakUntil ?? Infinity))
    return { outcome: 'not-tried' };
  try {
    const refused = refusedBy(story, name);
    return await channel.deliver(noticeOf(story, decisionFor(story.told, owed), { ...extra, refused, now }));
  } catch (error) {
    // A fault of ours: what people are to be told is owed until it is mended, and the age of an owed page alarms.
    ports.log.error('channel failed', { channel: name, incident: story.id, error: String(error) });
    return { outcome: 'retryable', reason: String(error), maybe: true };
  }
}

/** The notice as this channel is told it: what it owes may be older than the newest decision. */
const decisionFor = (told: Decision, { notice, reason }: Owed): Decision => ({ ...told, number: notice, reason });

async function linksOf(story: Story, ports: AlertPorts): Promise<readonly NoticeLink[]> {
  const now = ports.clock.now();
  const looking = lookLinks(story, ports.settings, ports.consoleRegion, now);
  try {
    return [...looking, ...(await ports.actionLinks(story, now))];
  } catch (error) {
    // People are told without these links rather than not at all.
    ports.log.error('no action links', { incident: story.id, error: String(error) });
    return looking;
  }
}

/** Channels that show pictures. */
const showing: ReadonlySet<string> = new Set(['slack', 'pagerduty', 'webhook', 'lambda']);

async function pictureOf(
  story: Story & { readonly told: Decision },
  claims: readonly (readonly [string, Owed])[],
  timezone: string,
  ports: AlertPorts,
): Promise<string | undefined> {
  const wanted = claims.some(([name]) => showing.has(ports.channels.get(name)?.kind ?? ''));
  if (ports.painter === undefined || !wanted) return undefined;
  const { chart, evaluatedAt } = noticeOf(story, story.told, { links: [], now: ports.clock.now() });
  return chart === undefined ? undefined : ports.painter.paint(`${story.id}-${evaluatedAt}`, chart, timezone);
}
