import { describe, expect, it } from 'vitest';
import type { AlertFacts, Match, Route } from '../../shared/alerting/alert-policy.ts';
import { factsOf } from '../../shared/alerting/incident-facts.ts';
import { matches } from '../../shared/alerting/matches.ts';
import { routeDefaults, routePolicy, routePolicyOfAll } from '../../shared/alerting/routes.ts';
import { severities } from '../../shared/alerting/severities.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import type { RouteInput } from '../../shared/settings/alert-settings.ts';
import { finding, heard, signal, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const kinds = new Map([
  ['slack', 'slack'],
  ['ops', 'slack'],
  ['pager', 'pagerduty'],
  ['hook', 'webhook'],
]);
const channels = Object.fromEntries(
  [...kinds].map(([name, kind]) => [
    name,
    kind === 'pagerduty'
      ? { kind, key: { variable: 'K' } }
      : kind === 'webhook'
        ? { kind, url: 'https://example.com', secret: { variable: 'S' } }
        : { kind, webhook: { variable: 'W' } },
  ]),
);
/** As people write it. */
const tree = (route: RouteInput): Route | undefined =>
  checkSettings({ watches: { a: { select: 'AWS/EC2' } }, alerts: { channels, route } }, 'test').alerts.route;
const facts = (more: Partial<AlertFacts> = {}): AlertFacts => ({
  severity: 'MEDIUM',
  watch: 'web',
  entity: 'web-1',
  labels: { team: 'blue', stage: 'prod' },
  ...more,
});

describe('without a tree', () => {
  it.each([
    ['what is mild goes everywhere but to pagers', kinds, 'MEDIUM', 'slack ops hook'],
    ['from HIGH on pagers hear it, too', kinds, 'HIGH', 'slack ops pager hook'],
    ['where there are only pagers, they are told of everything', new Map([['pager', 'pagerduty']]), 'INFO', 'pager'],
    ['where there is nothing, nobody is', new Map<string, string>(), 'CRITICAL', ''],
  ] as const)('%s', (_title, of, severity, to) => {
    const policy = routePolicy(undefined, of, facts({ severity }), t0);
    expect(policy).toEqual({ channels: to.split(' ').filter(Boolean), ...routeDefaults });
  });
});

describe('routePolicy', () => {
  const root = tree({
    channels: ['slack'],
    groupWait: '1m',
    routes: [
      { match: { watch: 'db-*' }, channels: ['ops'], repeatEvery: '1h' },
      {
        match: { severity: { atLeast: 'HIGH' } },
        channels: ['pager', 'slack'],
        continue: true,
        routes: [{ match: { labels: { stage: 'test*' } }, channels: ['ops'], resolveAfter: '30m' }],
      },
      { match: { labels: { team: ['blue', 'green'] } }, channels: ['hook'], groupWait: '5m', resolveAfter: '20m' },
    ],
  });
  const of = (more: Partial<AlertFacts>) => routePolicy(root, kinds, facts(more), t0);

  it.each([
    ['what matches nothing goes where the root goes', { labels: {} }, 'slack'],
    ['the first route that matches decides', { watch: 'db-1', severity: 'CRITICAL' }, 'ops'],
    ['those after one that goes on decide, too', { severity: 'HIGH' }, 'pager slack hook'],
    ['a child decides for its parent', { severity: 'HIGH', labels: { stage: 'test-1' } }, 'ops'],
    ['a label that is not there does not match', { labels: { stage: 'prod' } }, 'slack'],
    ['a label of the prototype is not there', { labels: { constructor: 'x' } }, 'slack'],
  ] as const)('%s', (_title, more, to) => expect(of(more).channels).toEqual(to.split(' ')));

  it('takes from its parent what a route does not say', () => {
    expect(of({ watch: 'db-1' })).toEqual({
      channels: ['ops'],
      groupWaitSeconds: 60,
      repeatSeconds: 3600,
      resolveAfterSeconds: 600,
    });
    expect(of({ severity: 'HIGH', labels: { stage: 'test-1' } })).toMatchObject({
      groupWaitSeconds: 60,
      resolveAfterSeconds: 1800,
    });
  });

  it('waits as little, and holds as long, as any of those that decide', () => {
    expect(of({ severity: 'HIGH' })).toMatchObject({ groupWaitSeconds: 60, resolveAfterSeconds: 1200 });
  });

  it('a root that names no channel goes by severity', () => {
    const bare = tree({ repeatEvery: '1h' });
    expect(routePolicy(bare, kinds, facts({ severity: 'LOW' }), t0).channels).toEqual(['slack', 'ops', 'hook']);
    expect(routePolicy(bare, kinds, facts({ severity: 'CRITICAL' }), t0).channels).toContain('pager');
  });

  it('goes by the clock where a route does', () => {
    const night = tree({
      channels: ['slack'],
      routes: [{ match: { time: { from: '22:00', to: '06:00', timezone: 'Europe/Berlin' } }, channels: ['pager'] }],
    });
    // t0 is 10:00 in Berlin.
    expect(routePolicy(night, kinds, facts(), t0).channels).toEqual(['slack']);
    expect(routePolicy(night, kinds, facts(), t0 + 12 * 3600).channels).toEqual(['pager']);
    expect(routePolicy(night, kinds, facts(), t0 + 20 * 3600 - 1).channels).toEqual(['pager']);
    expect(routePolicy(night, kinds, facts(), t0 + 20 * 3600).channels).toEqual(['slack']);
  });

  const anyMatch: fc.Arbitrary<Match> = fc.record(
    {
      watch: fc.array(fc.constantFrom('web', 'db', 'w*', 'nothing'), { minLength: 1, maxLength: 2 }),
      severity: fc
        .tuple(fc.constantFrom(...severities), fc.constantFrom(...severities))
        .map(([atLeast, atMost]) => ({ atLeast, atMost })),
      labels: fc.dictionary(fc.constantFrom('team', 'stage'), fc.constant(['blue'])),
    },
    { requiredKeys: [] },
  );
  const anyNode = (children: fc.Arbitrary<Route>): fc.Arbitrary<Route> =>
    fc.record(
      {
        match: anyMatch,
        channels: fc.array(fc.constantFrom('slack', 'pager', 'ops', 'was-removed'), { maxLength: 3 }),
        continue: fc.boolean(),
        routes: fc.array(children, { maxLength: 3 }),
      },
      { requiredKeys: ['continue', 'routes'] },
    );
  const leaf: fc.Arbitrary<Route> = fc.record({ continue: fc.boolean(), match: anyMatch, routes: fc.constant([]) });
  const anyRoute = anyNode(anyNode(anyNode(leaf)));

  it('never leads nowhere, whatever the tree, while there is a channel', () => {
    fc.assert(
      fc.property(
        fc.option(anyRoute, { nil: undefined }),
        fc.subarray([...kinds], { minLength: 1 }),
        fc.constantFrom(...severities),
        fc.constantFrom('web', 'db', ''),
        (route, some, severity, watch) => {
          const policy = routePolicy(route, new Map(some), facts({ severity, watch }), t0);
          expect(policy.channels.length).toBeGreaterThan(0);
          for (const name of policy.channels) expect(some.map(([one]) => one)).toContain(name);
          expect(new Set(policy.channels).size).toBe(policy.channels.length);
        },
      ),
    );
  });
});

describe('matches', () => {
  const at = (iso: string): number => Date.parse(iso) / 1000;
  const time = (more: Partial<NonNullable<Match['time']>>): Match => ({
    time: {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '00:00',
      to: '00:00',
      timezone: 'UTC',
      ...more,
    },
  });
  it.each([
    ['nothing asked holds always', {}, '2026-11-21T03:00Z', true],
    ['midnight to midnight is the whole day', time({}), '2026-11-21T23:59:59Z', true],
    ['on its day', time({ days: ['sat'] }), '2026-11-21T12:00Z', true],
    ['not on another', time({ days: ['sun'] }), '2026-11-21T23:59:59Z', false],
    ['the end is not part of it', time({ from: '08:00', to: '17:00' }), '2026-11-21T17:00Z', false],
    ['the beginning is', time({ from: '08:00', to: '17:00' }), '2026-11-21T08:00Z', true],
    [
      'a night belongs to the day on which it begins',
      time({ days: ['fri'], from: '22:00', to: '06:00' }),
      '2026-11-21T05:59Z',
      true,
    ],
    ['and not to the next', time({ days: ['sat'], from: '22:00', to: '06:00' }), '2026-11-21T05:59Z', false],
    ['days are those of the time zone', time({ days: ['sun'], timezone: 'Asia/Tokyo' }), '2026-11-21T15:00Z', true],
    [
      'in summer the clock is what it is in summer',
      time({ from: '08:00', to: '09:00', timezone: 'Europe/Berlin' }),
      '2026-07-01T06:30Z',
      true,
    ],
    [
      'in winter what it is in winter',
      time({ from: '08:00', to: '09:00', timezone: 'Europe/Berlin' }),
      '2026-12-01T06:30Z',
      false,
    ],
    ['one severity', { severity: { atLeast: 'MEDIUM', atMost: 'MEDIUM' } }, '2026-11-21T00:00Z', true],
    ['above it', { severity: { atLeast: 'HIGH', atMost: 'CRITICAL' } }, '2026-11-21T00:00Z', false],
    ['an entity by glob', { entity: ['db-*', 'web-?'] }, '2026-11-21T00:00Z', true],
    ['all that is named must hold', { entity: ['web-1'], watch: ['db'] }, '2026-11-21T00:00Z', false],
  ] as const)('%s', (_title, match, now, expected) => expect(matches(match as Match, facts(), at(now))).toBe(expected));

  it('a severity that is not known yet is none that is asked for', () => {
    const { severity: _severity, ...unknown } = facts();
    expect(_severity).toBe('MEDIUM');
    expect(matches({ severity: { atLeast: 'INFO', atMost: 'CRITICAL' } }, unknown, t0)).toBe(false);
    expect(matches({ watch: ['web'] }, unknown, t0)).toBe(true);
  });
});

describe('an incident that is several things at once', () => {
  const both = heard(
    [
      signal(t0, [finding('cpu', { severity: 'LOW' })], { watch: 'web', labels: { team: 'blue' } }),
      signal(t0, [finding('cpu', { severity: 'CRITICAL' })], { watch: 'db', entity: 'db-1', labels: { team: 'red' } }),
      signal(t0, [finding('io', { status: 'normal' })], { watch: 'quiet', entity: 'q-1' }),
    ],
    { by: 'all' },
  );

  it('is each of them, with its own severity, and not what took no part', () => {
    expect(factsOf(both)).toEqual(
      expect.arrayContaining([
        { severity: 'LOW', watch: 'web', entity: 'web-1', labels: { team: 'blue' } },
        { severity: 'CRITICAL', watch: 'db', entity: 'db-1', labels: { team: 'red' } },
      ]),
    );
    expect(factsOf(both)).toHaveLength(2);
  });

  it('is heard by whoever is to hear of one of them', () => {
    const root = tree({
      channels: ['slack'],
      routes: [
        { match: { labels: { team: 'blue' } }, channels: ['hook'] },
        { match: { labels: { team: 'red' } }, channels: ['ops'] },
      ],
    });
    expect([...routePolicyOfAll(root, kinds, factsOf(both), t0).channels].sort()).toEqual(['hook', 'ops']);
  });
});
