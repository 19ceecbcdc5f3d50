import type { Notice, NoticeFinding } from '../../shared/alerting/notice.ts';

/** 2026-11-21 09:42 UTC. */
export const at = Date.UTC(2026, 10, 21, 9, 42) / 1000;
const minute = 60;
const day = 86_400;

export const findingOf = (change: Partial<NoticeFinding> = {}): NoticeFinding => ({
  key: 'servers|anomaly:i-0abc/CPUUtilization',
  entity: 'web-1',
  label: 'CPUUtilization',
  unit: 'Percent',
  status: 'firing',
  severity: 'HIGH',
  since: at - 12 * minute,
  observed: 97.31,
  expected: 31.2,
  lower: 20.04,
  upper: 45.1,
  rarity: { onceInSeconds: 43 * day, evidenceSeconds: 90 * day, unseen: false },
  shares: [],
  explanation: 'The last value is far above everything seen at this time of day.',
  ...change,
});

const link = (kind: Notice['links'][number]['kind'], text: string): Notice['links'][number] => ({
  kind,
  text,
  url: `https://aiops.example.com/${kind}?incident=7f3a&at=${at}`,
});

export const noticeOfTest = (change: Partial<Notice> = {}): Notice => ({
  deployment: 'prod',
  incident: '7f3a9c',
  group: 'entity:servers/web-1',
  number: 1,
  reason: 'first-notice',
  severity: 'HIGH',
  title: 'web-1',
  watches: ['servers'],
  entities: ['web-1'],
  labels: { team: 'shop' },
  since: at - 12 * minute,
  at,
  evaluatedAt: at - 2 * minute,
  stale: false,
  findings: [findingOf()],
  more: 0,
  links: [],
  dedupKey: 'prod/entity:servers/web-1/1795254600',
  ...change,
});

const links = [
  link('graph', 'Graph'),
  link('runbook', 'Runbook'),
  link('acknowledge', 'I take it'),
  link('snooze', 'Snooze 2 h'),
  link('normal', 'This is normal'),
];

const normal = { status: 'normal', observed: 30.4, explanation: '' } as const;

/** What people will read, one of each kind; the titles are the golden files' names. */
export const examples: Readonly<Record<string, Notice>> = {
  'first-notice': noticeOfTest({
    links,
    image: 'https://bucket.example.com/charts/7f3a9c-1.png?X-Amz-Signature=abc',
    findings: [
      findingOf(),
      findingOf({
        key: 'servers|anomaly:i-0abc/NetworkOut',
        label: 'NetworkOut',
        unit: 'Megabytes/Second',
        severity: 'LOW',
        observed: 3.2,
        expected: 61,
        lower: 40,
        upper: 90,
        rarity: { onceInSeconds: 14 * day, evidenceSeconds: 14 * day, unseen: true },
      }),
    ],
  }),
  'entity-as-a-whole': noticeOfTest({
    severity: 'MEDIUM',
    findings: [
      findingOf({
        key: 'servers|anomaly:web-1',
        label: 'web-1',
        severity: 'MEDIUM',
        observed: null,
        expected: null,
        lower: null,
        upper: null,
        rarity: { onceInSeconds: 14 * day, evidenceSeconds: 14 * day, unseen: true },
        explanation: 'CPUUtilization: far above usual; NetworkOut: far below usual',
        shares: [
          { series: 'a', label: 'CPUUtilization', share: 0.61, words: 'far above usual' },
          { series: 'b', label: 'NetworkOut', share: 0.33, words: 'far below usual' },
          { series: 'c', label: 'DiskReadOps', share: 0.02, words: 'above usual' },
        ],
      }),
    ],
  }),
  'limit-exceeded': noticeOfTest({
    reason: 'worse',
    number: 2,
    severity: 'CRITICAL',
    findings: [
      findingOf({
        key: 'servers|rule:above:i-0abc/DiskUsed',
        label: 'DiskUsed',
        severity: 'CRITICAL',
        observed: 96.2,
        expected: null,
        lower: null,
        upper: null,
        rarity: null,
        explanation: 'DiskUsed is 96.2 %, above its limit of 95 %',
      }),
      findingOf({ status: 'normal', observed: 33 }),
    ],
  }),
  'reminder-not-evaluated': noticeOfTest({
    reason: 'reminder',
    number: 3,
    stale: true,
    since: at - 10 * 3600,
    evaluatedAt: at - 6.5 * 3600,
    findings: [findingOf({ since: at - 10 * 3600 })],
  }),
  flapping: noticeOfTest({ reason: 'flapping', number: 4, severity: 'MEDIUM' }),
  resolved: noticeOfTest({
    reason: 'all-resolved',
    number: 5,
    until: at,
    since: at - 43 * minute,
    findings: [findingOf(normal)],
  }),
  'closed-by-a-person': noticeOfTest({
    reason: 'closed',
    number: 5,
    until: at,
    closeReason: 'by-person',
    by: 'Ada',
    links: [link('graph', 'Graph')],
  }),
  'closed-because-it-is-gone': noticeOfTest({ reason: 'closed', number: 2, until: at, closeReason: 'entity-gone' }),
  'began-and-ended': noticeOfTest({
    reason: 'began-and-ended',
    since: at - 3 * 3600,
    until: at - 2.5 * 3600,
    findings: [findingOf({ ...normal, since: at - 3 * 3600 })],
  }),
  acknowledged: noticeOfTest({ reason: 'acknowledged', number: 2, by: 'Ada' }),
  storm: noticeOfTest({
    group: 'storm:servers',
    title: 'servers',
    severity: 'CRITICAL',
    entities: ['web-1', 'web-2', 'web-3', 'db-1', 'db-2', 'cache-1', 'queue-1'],
    findings: ['web-1', 'web-2', 'web-3', 'db-1', 'db-2', 'cache-1', 'queue-1'].map((entity, k) =>
      findingOf({
        key: `servers|${entity}`,
        entity,
        label: `${entity} CPUUtilization`,
        severity: k === 0 ? 'CRITICAL' : 'HIGH',
        observed: 99 - k,
      }),
    ),
  }),
  'pages-spent': noticeOfTest({
    group: 'pages:servers',
    reason: 'page-budget-spent',
    title: 'servers: pages of the day are spent',
    entities: ['servers'],
    labels: {},
    findings: [
      findingOf({
        key: 'servers|pages:2026-11-21',
        entity: 'servers',
        label: 'pages',
        unit: '',
        observed: 10,
        expected: null,
        lower: null,
        upper: null,
        rarity: null,
        explanation:
          '10 pages were sent today: until midnight (UTC) what is new pages nobody, but for CRITICAL and static limits. It is told on the other channels all the same.',
      }),
    ],
    dedupKey: 'prod/pages:servers/1795254120',
  }),
  'several-watches-one-limit': noticeOfTest({
    group: 'label:team=shop',
    title: 'shop',
    watches: ['servers', 'queues'],
    entities: ['web-1', 'orders'],
    findings: [
      findingOf(),
      findingOf({
        key: 'queues|rule:above:orders/Age',
        entity: 'orders',
        label: 'ApproximateAgeOfOldestMessage',
        unit: 'Seconds',
        observed: 12_345.6,
        expected: null,
        lower: null,
        upper: null,
        rarity: null,
        explanation: 'ApproximateAgeOfOldestMessage is 12346 s, above its limit of 900 s',
      }),
      findingOf({ key: 'queues|x', entity: 'orders', label: 'Depth', status: 'unknown' }),
    ],
    more: 4,
  }),
  test: noticeOfTest({ test: true, labels: {} }),
};
