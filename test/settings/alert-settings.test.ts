import { describe, expect, it } from 'vitest';
import type { QuietWindow, Route, SeverityRow } from '../../shared/alerting/alert-policy.ts';
import { parseSettings, parseSettingsJson } from '../../shared/settings/load-settings.ts';

const alertsOf = (yaml: string) => parseSettings(`watches: { web: { select: AWS/EC2 } }\n${yaml}`, 'aiops.yaml').alerts;

describe('what is said of alerts', () => {
  it('may be nothing: then people are told of entities, and of storms as one, ten pages a day at most', () => {
    expect(alertsOf('')).toMatchObject({
      channels: {},
      groupBy: 'entity',
      storm: { entities: 5, ticks: 2 },
      flapping: { starts: 4, within: 3600 },
      pagesPerDay: 10,
      quiet: [],
      digest: 'off',
      actions: 'off',
    });
  });

  it('is what the policies of alerting take as it is', () => {
    const alerts = alertsOf(`
alerts:
  channels:
    team: { kind: slack, webhook: { secret: slack, field: url } }
    pager: { kind: pagerduty, key: { parameter: /pd }, region: eu }
  route:
    channels: [team]
    repeatEvery: 1h30m
    routes:
      - match: { severity: { atLeast: HIGH }, watch: db-*, time: { days: [sat, sun] } }
        channels: [team, pager]
        continue: true
  severity:
    - { severity: LOW, onceIn: 1d, lasting: 10m }
  quiet:
    - { at: 0 22 * * *, for: 8h, match: { labels: { stage: [dev, test] } } }
`);
    const route: Route | undefined = alerts.route;
    const rows: readonly SeverityRow[] = alerts.severity;
    const windows: readonly QuietWindow[] = alerts.quiet;
    expect(route?.repeatEvery).toBe(5400);
    expect(route?.routes[0]).toMatchObject({
      match: {
        severity: { atLeast: 'HIGH', atMost: 'CRITICAL' },
        watch: ['db-*'],
        time: { days: ['sat', 'sun'], from: '00:00', timezone: 'UTC' },
      },
      continue: true,
    });
    expect(rows).toEqual([{ severity: 'LOW', onceIn: 86_400, lasting: 600 }]);
    expect(windows[0]).toMatchObject({
      for: 28_800,
      timezone: 'UTC',
      alert: false,
      learn: true,
      match: { labels: { stage: ['dev', 'test'] } },
    });
  });

  it.each([['off'], ['false']])('is switched off by %s, and stays off when it is stored', (off) => {
    const yaml = `watches: { web: { select: AWS/EC2 } }\nalerts: { storm: ${off}, flapping: ${off}, pagesPerDay: ${off}, digest: ${off}, actions: ${off} }`;
    const settings = parseSettings(yaml, 'aiops.yaml');
    expect(settings.alerts).toMatchObject({
      storm: 'off',
      flapping: 'off',
      pagesPerDay: 'off',
      digest: 'off',
      actions: 'off',
    });
    expect(parseSettingsJson(JSON.stringify(settings), 'stored')).toEqual(settings);
  });
});
