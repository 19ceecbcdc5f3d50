import type { Notice, NoticeFinding } from '../alerting/notice.ts';
import type { Severity } from '../alerting/severities.ts';
import { crossingWords, forecastReason, isForecast, scaleWords, whenWords, worstWords } from './forecast-words.ts';
import { glanceValue } from './glance-value.ts';
import { sinceWords } from './moment-words.ts';
import { webAddress } from './mrkdwn.ts';
import {
  cautions,
  closedWords,
  expectedWords,
  headline,
  isEnding,
  mainFacts,
  observedWords,
  originWords,
  otherWords,
  watchWords,
} from './notice-words.ts';
import { pagerDutyLimits } from './pagerduty-limits.ts';
import { cut, plainName, plainText } from './plain-text.ts';

type PagerDutySeverity = 'critical' | 'error' | 'warning' | 'info';
type PagerDutyAction = 'trigger' | 'acknowledge' | 'resolve';

/** An event of Events API v2, without the routing key: that is a secret, and added when it is sent. */
export interface PagerDutyEvent {
  readonly event_action: PagerDutyAction;
  readonly dedup_key: string;
  readonly client: string;
  readonly client_url?: string;
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: PagerDutySeverity;
    readonly timestamp?: string;
    readonly component?: string;
    readonly group: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly images?: readonly { readonly src: string; readonly href?: string; readonly alt: string }[];
  readonly links?: readonly { readonly href: string; readonly text: string }[];
}

const severityOf: Readonly<Record<Severity, PagerDutySeverity>> = {
  CRITICAL: 'critical',
  HIGH: 'error',
  MEDIUM: 'warning',
  LOW: 'info',
  INFO: 'info',
};

/** What is over is resolved, for whatever reason; nothing that is over ever opens an incident. */
const actionOf = (notice: Notice): PagerDutyAction =>
  isEnding(notice) ? 'resolve' : notice.reason === 'acknowledged' ? 'acknowledge' : 'trigger';

/** Steps of making it smaller: findings that are named, and whether there is room for links and pictures. */
const sizes = [
  { findings: 20, attached: true },
  { findings: 3, attached: true },
  { findings: 1, attached: false },
] as const;

/**
 * A notice for PagerDuty, within its limits whatever is in the notice: what does not fit is left out, the least
 * important first. Trigger, acknowledge and resolve of an incident have the same `dedup_key`, and no other has it.
 *
 * @throws RangeError where `dedupKey` is empty or longer than PagerDuty takes: cut, it could close another incident.
 */
export function pagerDutyEvent(notice: Notice): PagerDutyEvent {
  if (notice.dedupKey === '' || notice.dedupKey.length > pagerDutyLimits.dedupKey) {
    throw new RangeError(
      `the dedup key of incident ${notice.incident} has ${notice.dedupKey.length} characters: make it 1 to ${pagerDutyLimits.dedupKey} long`,
    );
  }
  const room = pagerDutyLimits.event - 1024;
  const all = sizes.map((size) => eventOf(notice, size.findings, size.attached));
  return all.find((event) => bytesOf(event) <= room) ?? all[all.length - 1];
}

const bytesOf = (event: PagerDutyEvent): number => new TextEncoder().encode(JSON.stringify(event)).length;

function eventOf(notice: Notice, findings: number, attached: boolean): PagerDutyEvent {
  const links = attached ? linksOf(notice) : [];
  const images = attached ? imagesOf(notice, links[0]?.href) : [];
  const main = notice.findings.length > 0 ? notice.findings[0] : undefined;
  const time = timestamp(isEnding(notice) ? notice.at : (main?.since ?? notice.since));
  return {
    event_action: actionOf(notice),
    dedup_key: notice.dedupKey,
    client: 'AIOps Monitoring',
    ...(links.length > 0 ? { client_url: links[0].href } : {}),
    payload: {
      summary: headline(notice, pagerDutyLimits.summary - 24),
      source: plainName(main?.entity ?? notice.title, 255),
      severity: severityOf[notice.severity],
      ...(time === undefined ? {} : { timestamp: time }),
      ...(main === undefined ? {} : { component: plainName(main.label, 255) }),
      group: watchWords(notice),
      class: notice.reason,
      custom_details: details(notice, findings),
    },
    ...(images.length > 0 ? { images } : {}),
    ...(links.length > 0 ? { links } : {}),
  };
}

/** ISO 8601 of seconds since 1970; nothing for a year that has other than four digits, which PagerDuty refuses. */
function timestamp(seconds: number): string | undefined {
  if (!(Math.abs(seconds) <= 8.64e12)) return undefined;
  const iso = new Date(seconds * 1000).toISOString();
  return /^\d{4}-/.test(iso) ? iso : undefined;
}

/** Read on a phone from top to bottom: what it is, since when, how unusual, why; then the rest. */
function details(notice: Notice, shown: number): PagerDutyEvent['payload']['custom_details'] {
  const named = notice.findings.slice(0, shown);
  const main = named.length > 0 ? named[0] : undefined;
  const caution = cautions(notice);
  const over = notice.reason === 'closed' ? closedWords(notice) : '';
  const left = notice.findings.length - named.length + notice.more;
  return {
    ...(caution.length > 0 ? { Note: caution.join(' ') } : {}),
    ...(over === '' ? {} : { End: over }),
    ...(main === undefined ? {} : mainDetails(notice, main)),
    ...(named.length > 1 ? { Also: named.slice(1).map((one) => otherWords(notice, one)) } : {}),
    ...(left > 0 ? { 'Not shown': `${left} more` } : {}),
    ...(notice.entities.length > 1 ? { Where: notice.entities.slice(0, 50).map((name) => plainName(name, 100)) } : {}),
    From: originWords(notice).join(' · '),
  };
}

function mainDetails(notice: Notice, main: NoticeFinding): Readonly<Record<string, string | readonly string[]>> {
  const { numbers, when, why, parts } = mainFacts(notice);
  if (isForecast(main) && !isEnding(notice)) return foreseenDetails(notice, main);
  const observed = isEnding(notice) ? numbers : observedWords(main);
  const expected = isEnding(notice) ? '' : expectedWords(main).replace('expected ', '');
  const explanation = why === '' && !isEnding(notice) ? plainText(main.explanation, 500) : why;
  return {
    What: main.label === main.entity ? `${plainName(main.entity, 200)} as a whole` : plainName(main.label, 200),
    ...(observed === '' ? {} : { Observed: observed }),
    ...(expected === '' ? {} : { Expected: expected }),
    When: when,
    ...(explanation === '' ? {} : { Why: explanation }),
    ...(parts.length === 0 ? {} : { 'Most of it': parts }),
  };
}

/** What will happen comes before what is: nothing of it has happened yet. */
function foreseenDetails({ at, timezone }: Notice, main: NoticeFinding): Readonly<Record<string, string>> {
  const { forecast, unit, label, observed, since } = main;
  const all = {
    What: `${plainName(label, 200)} ${crossingWords(forecast, unit, at)}`,
    Now: observed === null ? '' : glanceValue(observed, unit),
    Limit: forecast === undefined ? '' : `${forecast.limit.side} ${glanceValue(forecast.limit.value, unit)}`,
    Expected: forecast === undefined ? '' : worstWords(forecast, unit, at, timezone),
    Crossing: whenWords(forecast, at, timezone).replace(/^crossing /, ''),
    'Scale to': forecast === undefined ? '' : scaleWords(forecast.scaleTo),
    When: `foreseen ${sinceWords(since, at, undefined, timezone)}`,
    Why: forecastReason(main),
  };
  return Object.fromEntries(Object.entries(all).filter(([, words]) => words !== ''));
}

/** PagerDuty shows links beside the incident; what should be read comes first, and is where its "view in" leads. */
function linksOf(notice: Notice): readonly { readonly href: string; readonly text: string }[] {
  return notice.links
    .flatMap(({ url, text }) => {
      const href = webAddress(url);
      return href === undefined ? [] : [{ href, text: plainText(text, 100) || 'link' }];
    })
    .slice(0, 20);
}

/** PagerDuty loads pictures through https only. */
function imagesOf(notice: Notice, href: string | undefined): NonNullable<PagerDutyEvent['images']> {
  const src = notice.image === undefined ? undefined : webAddress(notice.image);
  if (src?.startsWith('https:') !== true) return [];
  return [{ src, ...(href === undefined ? {} : { href }), alt: cut(`Chart: ${headline(notice)}`, 200) }];
}
