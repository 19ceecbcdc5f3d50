import type { Notice, NoticeFinding } from '../alerting/notice.ts';
import type { ToldForecast } from './forecast-words.ts';
import { headline, isEnding } from './notice-words.ts';

/** What a webhook is sent, as JSON. Documented in docs/webhook.md; fields are added, never changed. */
export interface WebhookBody {
  readonly version: 1;
  /** The same when a notice is sent again: whoever has seen it may ignore it. */
  readonly id: string;
  readonly state: 'firing' | 'acknowledged' | 'ended';
  readonly reason: Notice['reason'];
  /** Nothing is wrong: somebody tries whether this arrives. */
  readonly test: boolean;
  readonly summary: string;
  readonly deployment: string;
  readonly incident: string;
  /** The same for all notices of an incident. */
  readonly dedupKey: string;
  readonly notice: number;
  readonly group: string;
  readonly title: string;
  readonly severity: Notice['severity'];
  readonly watches: readonly string[];
  readonly entities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds; null where there is none. */
  readonly since: number | null;
  readonly at: number | null;
  readonly until: number | null;
  readonly evaluatedAt: number | null;
  /** Nothing has judged it lately. */
  readonly stale: boolean;
  readonly closeReason: string | null;
  readonly by: string | null;
  /** Other channels that refused for good what they were told of it. */
  readonly refused: readonly { readonly channel: string; readonly reason: string }[];
  readonly findings: readonly NoticeFinding[];
  /** Findings that are not listed. */
  readonly more: number;
  readonly image: string | null;
  readonly links: readonly { readonly kind: string; readonly text: string; readonly url: string }[];
}

const FINDINGS_SENT = 100;

/** A notice for programs: values as they are, nothing escaped and nothing rounded. */
export function webhookBody(notice: Notice): WebhookBody {
  const findings = notice.findings.slice(0, FINDINGS_SENT);
  return {
    version: 1,
    id: `${notice.dedupKey}#${notice.number}`,
    state: isEnding(notice) ? 'ended' : notice.reason === 'acknowledged' ? 'acknowledged' : 'firing',
    reason: notice.reason,
    test: notice.test === true,
    summary: headline(notice),
    deployment: notice.deployment,
    incident: notice.incident,
    dedupKey: notice.dedupKey,
    notice: notice.number,
    group: notice.group,
    title: notice.title,
    severity: notice.severity,
    watches: notice.watches,
    entities: notice.entities,
    labels: notice.labels,
    since: finite(notice.since),
    at: finite(notice.at),
    until: finite(notice.until ?? null),
    evaluatedAt: finite(notice.evaluatedAt),
    stale: notice.stale,
    closeReason: notice.closeReason ?? null,
    by: notice.by ?? null,
    refused: notice.refused ?? [],
    findings: findings.map((finding) => ({
      ...finding,
      observed: finite(finding.observed),
      expected: finite(finding.expected),
      lower: finite(finding.lower),
      upper: finite(finding.upper),
      ...(finding.forecast === undefined ? {} : { forecast: finiteForecast(finding.forecast) }),
    })),
    more: notice.more + notice.findings.length - findings.length,
    image: notice.image ?? null,
    links: notice.links,
  };
}

function finiteForecast(forecast: ToldForecast): ToldForecast {
  const { probability, crossesAt, scaleTo, skill, peak, between, ...rest } = forecast;
  return {
    ...rest,
    probability: finite(probability),
    crossesAt: finite(crossesAt),
    scaleTo: finite(scaleTo),
    skill: finite(skill),
    ...(peak !== undefined && Number.isFinite(peak.value) && Number.isFinite(peak.time) ? { peak } : {}),
    ...(between?.every(Number.isFinite) === true ? { between } : {}),
  };
}

/** JSON knows no NaN: null says the same. */
const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
