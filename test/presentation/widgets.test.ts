import { describe, expect, it } from 'vitest';
import type { CapacityLine, CourseView, OpenIncident, WatchModels } from '../../shared/alerting/status-view.ts';
import { capacityWidget } from '../../shared/presentation/capacity-widget.ts';
import type { Pace } from '../../shared/metrics/polling-pace.ts';
import { coverageWidget } from '../../shared/presentation/coverage-widget.ts';
import { explorerWidget } from '../../shared/presentation/explorer-widget.ts';
import { incidentsWidget } from '../../shared/presentation/incidents-widget.ts';
import { meterSentences } from '../../shared/presentation/meter-words.ts';
import { modelsWidget } from '../../shared/presentation/models-widget.ts';
import { widgetFrame } from '../../shared/presentation/widget-frame.ts';
import { readWidgetRequest, type WidgetStyle } from '../../shared/presentation/widget-request.ts';

const now = 1_795_251_600;
const styleOf = (more: object = {}): WidgetStyle =>
  readWidgetRequest({ widgetContext: more }, 'arn:aws:lambda:eu-west-1:111111111111:function:widget', now).style;

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'/><iframe src=//evil>",
  '</style></svg><use href="#x">',
  '</cwdb-action><cwdb-action action="call" endpoint="evil">',
  '&lt;b&gt; \u202e gnp.exe \u0007',
];

const incident = (name: string): OpenIncident => ({
  title: name,
  severity: 'HIGH',
  watches: [name],
  since: now - 600,
  findings: [{ label: name, explanation: name }],
  meant: [name],
  acknowledgedBy: name,
  snoozedUntil: now + 600,
  id: name,
  group: name,
  number: 1,
  inShadow: true,
  isCalm: true,
  canBeNormal: true,
  staleSince: now - 3600,
});
const course = (name: string): CourseView => ({
  watches: [name, 'other'],
  watch: name,
  entities: [name],
  entityCount: 1,
  entity: name,
  series: [{ id: name, label: name }],
  chosen: { id: name, label: name, unit: name, metricSays: '' },
  timezone: 'UTC',
  from: now - 3600,
  to: now,
  points: Array.from({ length: 12 }, (_, k) => [now - 3600 + 300 * k, 50 + k, 40, 70]),
  unusual: [[now - 3000, now - 2400]],
  unusualTogether: [],
  newest: { time: now - 300, value: 61 },
  limit: { value: 80, side: 'above' },
  forecast: {
    probability: 0.3,
    crossesAt: null,
    isBeyond: false,
    course: { levels: [80, 95], points: [[now, 60, 55, 65, 50, 70]] },
  },
  notes: [name],
});
const line = (name: string, more: Partial<CapacityLine> = {}): CapacityLine => ({
  watch: name,
  entity: name,
  label: name,
  unit: name,
  at: now,
  current: 70,
  limit: { value: 80, side: 'above' },
  isBeyond: false,
  probability: 0.7,
  crossesAt: now + 900,
  recommendation: 'SCALE_SOON',
  hasSkill: true,
  fullAt: now + 5 * 86_400,
  fullBetween: [now + 4 * 86_400, now + 6 * 86_400],
  perDay: 2,
  ...more,
});
const looked = { shards: 20, shardsRead: 8, atOnce: 8, part: 0, unreadable: ['history/x'] };
const models = (name: string): WatchModels => ({
  watch: name,
  champion: {
    id: name,
    trainedAt: now - 86_400,
    inUseSince: now - 86_000,
    by: name,
    why: name,
    dataFrom: now - 9 * 86_400,
    dataTo: now - 86_400,
    report: { [name]: 0.5 },
    before: 2,
  },
  forecasters: {
    serving: { [name]: 4 },
    oldest: now - 3600,
    withoutSkill: 1,
    drifted: 1,
    accuracy: 91.2,
    skill: -0.1,
    coverage80: 79,
  },
});

const paceOf = (name: string): Pace => ({
  month: name,
  from: now - 86_400,
  readAt: now - 600,
  countedTo: now - 900,
  settings: name,
  levels: [{ from: now - 7200, level: 1 }],
  since: now - 7200,
  billed: 31.5,
  past: 0.4,
  expected: 30.2,
  projected: 131.2,
  projectedAsItIs: 96.4,
  limit: 120,
  metrics: { [name]: 3_150_000 },
  mark: { at: now - 3600, billed: 30, expected: 29, metrics: { [name]: 3_000_000 } },
});

const all = (name: string, style: WidgetStyle): Readonly<Record<string, string>> => ({
  incidents: incidentsWidget({ incidents: [incident(name)], notRead: 3, unreadable: [name] }, style, now),
  explorer: explorerWidget(course(name), style, now),
  'nothing to explore': explorerWidget({ nothing: name, watches: [name], watch: name }, style, now),
  capacity: capacityWidget(
    {
      ...looked,
      unreadable: [name],
      watches: [name, 'b'],
      watch: null,
      lines: [line(name)],
      series: 3,
      forecast: 2,
      withoutSkill: 1,
      missing: { [name]: 1 },
      more: 2,
    },
    style,
    now,
  ),
  models: modelsWidget({ ...looked, unreadable: [name], watches: [models(name)] }, name, style, now),
  coverage: coverageWidget(
    {
      ...looked,
      metricPrice: 0.01 / 1000,
      unreadable: [name],
      watches: [
        {
          watch: name,
          every: 300,
          series: 5,
          entities: 1,
          absent: 1,
          retired: 0,
          judged: null,
          billedPerTick: 5,
          billedPerMonth: 43_200,
        },
      ],
      pace: paceOf(name),
    },
    name,
    style,
    now,
  ),
});

/** Tags and attributes that CloudWatch takes away, or that a page with no foreign resources must not have. */
const forbidden =
  /<\/?(?:script|iframe|use|img|link|object|embed|base|meta|form action)\b|\son[a-z]+=|javascript:|url\(|href=|src=/i;

describe.each(hostile)('a name that is %j', (name) => {
  it('is text wherever it stands, at every size, in both themes', () => {
    for (const theme of ['light', 'dark'] as const)
      for (const width of [300, 600, 1200]) {
        const style = styleOf({ theme, width, height: 400 });
        for (const [widget, body] of Object.entries(all(name, style))) {
          const html = widgetFrame(style, body, { heading: name, what: name });
          // Within quotes and between tags everything is escaped: what is left of tags is ours.
          const tags = (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));
          expect(
            tags.filter((tag) => forbidden.test(tag)),
            widget,
          ).toEqual([]);
          expect(html.match(/<cwdb-action /g)?.length ?? 0).toBe(html.match(/<\/cwdb-action>/g)?.length ?? 0);
          expect(html).not.toContain('endpoint="evil"');
        }
      }
  });

  it('comes back from a button as it was, whether its text or its markup is read', () => {
    const html = incidentsWidget({ incidents: [incident(name)], notRead: 0, unreadable: [] }, styleOf(), now);
    const json = /<cwdb-action [^>]*>([^<]*)<\/cwdb-action>/.exec(html)?.[1];
    expect(json).not.toMatch(/[<>&]/);
    expect(JSON.parse(json ?? '')).toMatchObject({ incident: name, group: name });
  });
});

describe('what the widgets say', () => {
  const text = (html: string): string =>
    html
      .replace(/<cwdb-action.*?<\/cwdb-action>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();

  it('nothing is open', () => {
    expect(text(incidentsWidget({ incidents: [], notRead: 0, unreadable: [] }, styleOf(), now))).toBe(
      'Nothing is open.',
    );
  });

  it('counts by severity, and what is not shown', () => {
    const many = Array.from({ length: 25 }, () => incident('a'));
    const html = text(incidentsWidget({ incidents: many, notRead: 0, unreadable: [] }, styleOf(), now));
    expect(html).toMatch(/^25 open: 25 HIGH 5 more are open/);
  });

  it.each([
    ['beyond its limit', { isBeyond: true }, /above it now/],
    ['likely to cross', {}, /70 %, about 09:15 UTC/],
    ['unlikely to cross', { probability: 0.02, crossesAt: null }, / 2 % /],
    ['not to be told', { probability: null }, /cannot be told/],
    ['foreseen no better than by its last value', { hasSkill: false }, /70 %, about 09:15 UTC, unsure/],
    ['certain, as far as anything is', { probability: 1 }, /more than 99 %/],
    ['filling up', {}, /in 5 days , Nov 25 to Nov 27 \+2 x a day/],
    ['full by now by its trend', { fullAt: now - 60 }, /should be by now/],
  ])('capacity of a series that is %s', (_, more, says) => {
    const view = {
      ...looked,
      shards: 1,
      shardsRead: 1,
      unreadable: [],
      watches: ['w'],
      watch: null,
      lines: [line('x', more)],
      series: 1,
      forecast: 1,
      withoutSkill: 0,
      missing: {},
      more: 0,
    };
    expect(text(capacityWidget(view, styleOf({ width: 900 }), now))).toMatch(says);
  });

  it('advises nothing where a forecast is worth nothing', () => {
    const view = {
      ...looked,
      watches: ['w'],
      watch: null,
      lines: [line('x', { hasSkill: false })],
      series: 1,
      forecast: 1,
      withoutSkill: 1,
      missing: {},
      more: 0,
    };
    expect(text(capacityWidget(view, styleOf({ width: 900 }), now))).not.toContain('scale');
  });

  it('offers the next eight shards of many, and after the last the first', () => {
    const view = { shards: 20, atOnce: 8, unreadable: [], watches: [models('w')] };
    const part = (shardsRead: number, at: number) =>
      modelsWidget({ ...view, shardsRead, part: at }, 'w', styleOf(), now);
    expect(part(8, 0)).toMatch(/Shards 1 to 8 of 20.*"part":1/);
    expect(part(4, 2)).toMatch(/Shards 17 to 20 of 20.*"part":0/);
    expect(modelsWidget({ ...view, shards: 4, shardsRead: 4, part: 0 }, 'w', styleOf(), now)).not.toContain('Shards');
  });

  it('says what was billed, what the month comes to, and how far polling is stretched, since when and why', () => {
    expect(text(all('w', styleOf())['coverage'] ?? '')).toContain(
      'Billed in w, by 08:50 UTC: 3,150,000 metrics, $32; $30 were to be expected. ' +
        'The month is projected at $96, of the $120 that it may cost. ' +
        'Polling is stretched to every 15 minutes, since 07:00 UTC: without that the month would cost $131 of $120.',
    );
  });

  it.each<[string, Partial<Pace>, string]>([
    [
      'of a month without a limit only what was billed',
      { limit: null, levels: [], since: null },
      'were to be expected.',
    ],
    [
      'that it will be stretched, before it is',
      { levels: [{ from: now + 600, level: 1 }], since: now + 600 },
      'at $131, of the $120 that it may cost. From 09:10 UTC on polling is stretched to every 15 minutes: without that the month would cost $131 of $120.',
    ],
    [
      'nothing of stretching where it fits',
      { levels: [{ from: now - 60, level: 0 }], since: null, projected: 90 },
      'at $90, of the $120 that it may cost.',
    ],
  ])('says %s', (_, change, end) => {
    const said = meterSentences({ ...paceOf('w'), ...change }, now, 'UTC').join(' ');
    expect(said.slice(-end.length)).toBe(end);
  });

  it('says how a forecast will most likely stand to the limit, or that it is beyond now', () => {
    const style = styleOf();
    expect(text(explorerWidget(course('cpu'), style, now))).toContain('To be above 80 cpu soon: 30 %.');
    const beyond = { ...course('cpu'), forecast: { ...course('cpu').forecast!, isBeyond: true } };
    expect(text(explorerWidget(beyond, style, now))).toContain('It is above 80 cpu now.');
  });
});

describe('the style of a widget', () => {
  it.each(['light', 'dark'] as const)('applies to %s widgets of ours, and to nothing else on the page', (theme) => {
    const sheet = /<style>([^<]*)<\/style>/.exec(widgetFrame(styleOf({ theme }), ''))?.[1] ?? '';
    const selectors = [...sheet.matchAll(/(^|\})\s*([^{}]+)\{/g)].flatMap(([, , list]) => list.split(','));
    expect(selectors.length).toBeGreaterThan(20);
    expect(selectors.filter((one) => !one.trim().startsWith(`.aiops-${theme}`))).toEqual([]);
  });
});
