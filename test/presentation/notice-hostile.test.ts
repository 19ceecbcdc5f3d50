import { describe, expect, it } from 'vitest';
import type { Notice, NoticeFinding } from '../../shared/alerting/notice.ts';
import { speakReasons } from '../../shared/alerting/notice-reason.ts';
import { severities } from '../../shared/alerting/severities.ts';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import { pagerDutyEvent } from '../../shared/presentation/pagerduty-event.ts';
import { slackMessage } from '../../shared/presentation/slack-message.ts';
import { terminalNotice } from '../../shared/presentation/terminal-notice.ts';
import { webhookBody } from '../../shared/presentation/webhook-body.ts';
import { LARGEST_EVENT, pagerDutyEventSchema } from '../fakes/http/pagerduty-schema.ts';
import { slackMessageSchema } from '../fakes/http/slack-schema.ts';
import { findingOf, noticeOfTest } from './notice-examples.ts';
import fc from '../fakes/property.ts';

const nasty = [
  '',
  ' ',
  'x'.repeat(10_000),
  '😀'.repeat(5_000),
  '&'.repeat(10_000),
  '<'.repeat(3_000),
  '*_~`'.repeat(500),
  'שרת ראשי 97 %',
  '\u202e\u2066evil',
  '<!channel> <@U1> <#C1> <!subteam^S1>',
  '<https://evil.example|click>',
  '<script>alert(1)</script>',
  '\u001b[2J\u0000\u0007\r\n\u2028',
  '\ud800half',
  'a|b>c',
  '__proto__',
  '{"a":1}',
];
const text = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 60 }));
const number = fc.oneof(
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324, 1e15, 123_456.789),
  fc.double(),
);
const nullable = fc.option(number);
const time = fc.oneof(fc.constantFrom(1_795_254_120, -62_167_219_200.001, 253_402_300_800), number);

const forecast: fc.Arbitrary<NoticeFinding['forecast']> = fc.option(
  fc.record(
    {
      limit: fc.record({ value: number, side: fc.constantFrom('above' as const, 'below' as const) }),
      probability: nullable,
      crossesAt: fc.option(time),
      between: fc.tuple(time, time),
      isBeyond: fc.boolean(),
      peak: fc.record({ time, value: number }),
      recommendation: fc.constantFrom(...recommendations),
      scaleTo: nullable,
      skill: nullable,
      note: text,
    },
    {
      requiredKeys: ['limit', 'probability', 'crossesAt', 'isBeyond', 'recommendation', 'scaleTo', 'skill', 'note'],
    },
  ),
  { nil: undefined },
);

const finding: fc.Arbitrary<NoticeFinding> = fc.record({
  key: text,
  kind: fc.constantFrom('anomaly' as const, 'rule' as const, 'forecast' as const),
  entity: text,
  label: text,
  unit: text,
  status: fc.constantFrom('firing' as const, 'normal' as const, 'unknown' as const),
  severity: fc.constantFrom(...severities),
  since: time,
  observed: nullable,
  expected: nullable,
  lower: nullable,
  upper: nullable,
  rarity: fc.option(fc.record({ onceInSeconds: number, evidenceSeconds: number, unseen: fc.boolean() })),
  shares: fc.array(fc.record({ series: text, label: text, share: number, words: text }), { maxLength: 12 }),
  explanation: text,
  forecast,
}) as fc.Arbitrary<NoticeFinding>;

const url = fc.oneof(
  text,
  fc.constantFrom('javascript:alert(1)', 'https://a.example/?q=<|>&x="', `https://a.example/${'y'.repeat(2_500)}`),
  fc.webUrl({ withQueryParameters: true }),
);

const notice: fc.Arbitrary<Notice> = fc
  .record(
    {
      deployment: text,
      incident: text,
      group: text,
      number: fc.nat(),
      reason: fc.constantFrom(...speakReasons),
      severity: fc.constantFrom(...severities),
      title: text,
      watches: fc.array(text, { maxLength: 5 }),
      entities: fc.array(text, { maxLength: 60 }),
      labels: fc.dictionary(text, text, { maxKeys: 8 }),
      since: time,
      at: time,
      until: time,
      closeReason: fc.constantFrom(null, 'by-person' as const, 'entity-gone' as const, 'joined-storm' as const),
      by: text,
      evaluatedAt: time,
      stale: fc.boolean(),
      findings: fc.array(finding, { maxLength: 12 }),
      more: fc.nat(),
      image: url,
      links: fc.array(fc.record({ kind: fc.constantFrom('graph' as const, 'snooze' as const), text, url }), {
        maxLength: 8,
      }),
      dedupKey: fc.string({ minLength: 1, maxLength: 255 }),
      test: fc.boolean(),
    },
    {
      requiredKeys: [
        'deployment',
        'incident',
        'group',
        'number',
        'reason',
        'severity',
        'title',
        'watches',
        'entities',
        'labels',
        'since',
        'at',
        'evaluatedAt',
        'stale',
        'findings',
        'more',
        'links',
        'dedupKey',
      ],
    },
  )
  .map((given) => given);

/** 500 findings, each with everything as long as it gets. */
const flood = noticeOfTest({
  title: 'x'.repeat(10_000),
  entities: Array.from({ length: 500 }, (_, k) => `${k}${'<&>'.repeat(3_000)}`),
  watches: Array.from({ length: 100 }, () => '&'.repeat(10_000)),
  labels: Object.fromEntries(Array.from({ length: 200 }, (_, k) => [`${k}${'<'.repeat(900)}`, '&'.repeat(10_000)])),
  findings: Array.from({ length: 500 }, () =>
    findingOf({
      entity: '&'.repeat(10_000),
      label: '<!channel>'.repeat(1_000),
      explanation: '&'.repeat(10_000),
      unit: '>'.repeat(10_000),
      shares: Array.from({ length: 10 }, () => ({
        series: 's',
        label: '&'.repeat(10_000),
        share: 0.1,
        words: '<'.repeat(10_000),
      })),
    }),
  ),
  links: Array.from({ length: 200 }, (_, k) => ({
    kind: 'graph' as const,
    text: '&'.repeat(10_000),
    url: `https://example.com/?${'&a='.repeat(900)}${k}`,
  })),
  image: `https://example.com/${'i'.repeat(2_800)}`,
});

const forms = ['full', 'without-image', 'plain'] as const;
const key = 'k'.repeat(32);

describe('whatever is in a notice', () => {
  it('Slack can take it, and nobody is mentioned', () => {
    fc.assert(
      fc.property(notice, fc.constantFrom(...forms), (given, form) => {
        slackMessageSchema.parse(slackMessage(given, form));
      }),
      { numRuns: 300 },
    );
    for (const form of forms) slackMessageSchema.parse(slackMessage(flood, form));
  });

  it('PagerDuty can take it, below its limit of size', () => {
    const check = (given: Notice): void => {
      const event = { ...pagerDutyEvent(given), routing_key: key };
      pagerDutyEventSchema.parse(event);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(LARGEST_EVENT);
    };
    fc.assert(fc.property(notice, check), { numRuns: 300 });
    check(flood);
  });

  it('a terminal shows it, and is not steered by it', () => {
    fc.assert(
      fc.property(notice, (given) => {
        const lines = terminalNotice(given, { width: 80, colours: false, unicode: true });
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u);
      }),
      { numRuns: 200 },
    );
    expect(terminalNotice(flood, { width: 80, colours: true, unicode: false }).length).toBeLessThan(600);
  });

  it('a webhook gets JSON that says the same when it is read', () => {
    fc.assert(
      fc.property(notice, (given) => {
        const body = webhookBody(given);
        const read = JSON.parse(JSON.stringify(body)) as typeof body;
        expect(read.id).toBe(`${given.dedupKey}#${given.number}`);
        expect(read.findings.length + read.more).toBe(given.findings.length + given.more);
        expect(read.findings.every(({ observed }) => observed === null || Number.isFinite(observed))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('a forecast is never called unusual, and its end is no recovery', () => {
    const foreseen = finding.map((one): NoticeFinding => ({ ...one, kind: 'forecast' }));
    const words = fc.constantFrom('web-1', 'CPUUtilization');
    const calm = fc.tuple(foreseen, words, words).map(([one, entity, label]): NoticeFinding => ({
      ...one,
      entity,
      label,
      unit: '%',
      explanation: '',
      shares: [],
    }));
    fc.assert(
      fc.property(
        fc.array(calm, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...speakReasons),
        (findings, reason) => {
          const given = noticeOfTest({ findings, reason });
          const told = [
            ...terminalNotice(given, { width: 80, colours: false, unicode: true }),
            JSON.stringify(slackMessage(given, 'full')),
            JSON.stringify(pagerDutyEvent(given)),
          ].join('\n');
          expect(told).not.toMatch(/unusual|usual|anomal/i);
          if (reason === 'all-resolved') expect(told).toContain('Danger has passed');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a test is marked wherever it is read', () => {
    fc.assert(
      fc.property(notice, (given) => {
        const test = { ...given, test: true };
        for (const form of forms) expect(slackMessage(test, form).text).toContain('TEST');
        expect(pagerDutyEvent(test).payload.summary).toContain('TEST');
        expect(webhookBody(test)).toMatchObject({ test: true, summary: expect.stringContaining('TEST') as string });
        expect(terminalNotice(test, { width: 80, colours: false, unicode: true })[0]).toContain('TEST');
      }),
      { numRuns: 100 },
    );
  });
});

describe('PagerDuty', () => {
  it.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'error'],
    ['MEDIUM', 'warning'],
    ['LOW', 'info'],
    ['INFO', 'info'],
  ] as const)('hears %s as %s', (severity, theirs) => {
    expect(pagerDutyEvent(noticeOfTest({ severity })).payload.severity).toBe(theirs);
  });

  it.each([
    [
      'its first link leads where one reads on',
      ['https://wiki.example.com/a', 'https://b.example.com/'],
      'https://wiki.example.com/a',
    ],
    [
      'a link that is none of the web is left out',
      ['javascript:alert(1)', 'https://b.example.com/'],
      'https://b.example.com/',
    ],
    ['where there is none there is none', ['mailto:a@example.com'], undefined],
  ] as const)('is seen in the client as we say: %s', (_, urls, expected) => {
    const links = urls.map((url) => ({ kind: 'runbook', text: 'Runbook', url }) as const);
    const event = pagerDutyEvent(noticeOfTest({ links }));
    expect([event.client, event.client_url]).toEqual(['AIOps Monitoring', expected]);
  });

  it.each([
    ['first-notice', 'trigger'],
    ['worse', 'trigger'],
    ['new-series', 'trigger'],
    ['reminder', 'trigger'],
    ['flapping', 'trigger'],
    ['channel-refused', 'trigger'],
    ['page-budget-spent', 'trigger'],
    ['acknowledged', 'acknowledge'],
    ['all-resolved', 'resolve'],
    ['closed', 'resolve'],
    ['began-and-ended', 'resolve'],
  ] as const)('does for %s: %s, under the same key', (reason, action) => {
    const notice = noticeOfTest({ reason });
    expect(pagerDutyEvent(notice)).toMatchObject({ event_action: action, dedup_key: notice.dedupKey });
  });
});
