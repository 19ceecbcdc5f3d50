import type { Notice, NoticeFinding } from '../../shared/alerting/notice.ts';

/** 2026-11-21 09:42 UTC. */
export const at = Date.UTC(2026, 10, 21, 9, 42) / 1000;
const minute = 60;
const day = 86_400;

export const findingOf = (change: Partial<NoticeFinding> = {}): NoticeFinding => ({
  key: 'servers|anomaly:i-0abc/CPUUtilization',
  kind: 'anomaly',
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

/** 71 % of a processor that is expected to cross 80 % in 25 minutes. */
export const foreseenOf = (
  change: Partial<NonNullable<NoticeFinding['forecast']>> = {},
  finding: Partial<NoticeFinding> = {},
): NoticeFinding =>
  findingOf({
    key: 'servers|forecast:i-0abc/CPUUtilization',
    kind: 'forecast',
    since: at - 5 * minute,
    observed: 71.2,
    expected: null,
    lower: null,
    upper: null,
    rarity: null,
    explanation: '',
    forecast: {
      limit: { value: 80, side: 'above' },
      probability: 0.76,
      crossesAt: at + 25 * minute,
      isBeyond: false,
      peak: { time: at + 40 * minute, value: 93.4 },
      recommendation: 'SCALE_SOON',
      scaleTo: 1.34,
      skill: 0.38,
      note: '',
      ...change,
    },
    ...finding,
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
  'a-pattern-of-usual-values': noticeOfTest({
    severity: 'LOW',
    findings: [
      findingOf({ severity: 'LOW', observed: 38.7, explanation: 'an unusual variation over the last sixteen points' }),
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
  'forecast-of-a-crossing': noticeOfTest({
    links,
    image: 'https://bucket.example.com/charts/7f3a9c-1.png?X-Amz-Signature=abc',
    since: at - 5 * minute,
    findings: [
      foreseenOf(),
      foreseenOf(
        {
          limit: { value: 5_000_000_000, side: 'below' },
          probability: 0.31,
          crossesAt: null,
          peak: { time: at + 45 * minute, value: 5_100_000_000 },
          recommendation: 'MONITOR',
          scaleTo: null,
        },
        {
          key: 'servers|forecast:free',
          label: 'FreeableMemory',
          unit: 'Bytes',
          severity: 'LOW',
          observed: 7_200_000_000,
        },
      ),
    ],
  }),
  'forecast-of-a-full-disk': noticeOfTest({
    severity: 'MEDIUM',
    since: at,
    findings: [
      foreseenOf(
        {
          limit: { value: 100, side: 'above' },
          probability: null,
          crossesAt: at + 9 * day,
          between: [at + 6 * day, at + 14 * day],
          peak: undefined,
          recommendation: 'PREPARE_SCALING',
          scaleTo: null,
          skill: null,
        },
        { key: 'servers|saturation:disk', label: 'DiskUsed', severity: 'MEDIUM', observed: 83, since: at },
      ),
    ],
  }),
  'forecast-crossed-already': noticeOfTest({
    reason: 'worse',
    number: 2,
    severity: 'CRITICAL',
    findings: [
      foreseenOf(
        { isBeyond: true, probability: 1, crossesAt: at - 5 * minute, recommendation: 'SCALE_IMMEDIATELY' },
        { severity: 'CRITICAL', observed: 86 },
      ),
    ],
  }),
  'forecast-of-several': noticeOfTest({
    group: 'storm:servers',
    title: 'servers',
    entities: ['web-1', 'web-2', 'web-3'],
    findings: ['web-1', 'web-2', 'web-3'].map((entity) =>
      foreseenOf({}, { key: `servers|${entity}`, entity, label: `${entity} CPUUtilization` }),
    ),
  }),
  'forecast-danger-has-passed': noticeOfTest({
    reason: 'all-resolved',
    number: 3,
    until: at,
    since: at - 40 * minute,
    findings: [foreseenOf({}, { status: 'normal', observed: 62, since: at - 40 * minute })],
  }),
};
