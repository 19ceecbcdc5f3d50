import { expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { judge } from '../../shared/pipeline/judge.ts';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { tellEntity } from '../../shared/pipeline/tell-entity.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { type SettingsInput, watchesOf } from '../../shared/settings/settings.ts';

const series: SeriesDescription = {
  id: 'e/cpu',
  entity: 'e',
  label: 'cpu',
  metric: { namespace: 'Test', name: 'cpu', dimensions: {}, statistic: 'Average' },
  periodSeconds: 300,
  nature: { unit: 'Percent', bad: 'both', gap: 'gap' },
};

/** Severities of the rules that fire at 95 percent, by their names. */
function severitiesAt(watch: SettingsInput['watches'][string]): Readonly<Record<string, string | undefined>> {
  const settings = checkSettings({ watches: { w: { select: 'Test', ...watch } } }, 'test');
  const window = {
    entity: 'e',
    series: [series],
    stepSeconds: 300,
    times: Float64Array.from({ length: 3 }, (_, k) => 300 * k),
    values: Float64Array.of(95, 95, 95),
  };
  const { rows } = judge(window, undefined, policyOf(watchesOf(settings)[0]), undefined);
  const firing = tellEntity(window, rows, []).statements.filter(({ kind }) => kind === 'rule');
  return Object.fromEntries(firing.map(({ source, severity }) => [source, severity]));
}

it.each<[string, SettingsInput['watches'][string], Readonly<Record<string, string | undefined>>]>([
  [
    'a rule is as grave as the watch says',
    { rules: [{ kind: 'above', metric: 'cpu', limit: 80, severity: 'CRITICAL' }] },
    { 'above 80': 'CRITICAL' },
  ],
  [
    'one of which it says nothing is for the table of severities',
    { rules: [{ kind: 'above', metric: 'cpu', limit: 80 }] },
    { 'above 80': undefined },
  ],
  [
    'a flag of the same limit, which every percentage carries, takes nothing away',
    { rules: [{ kind: 'above', metric: 'cpu', limit: 90, severity: 'LOW' }], percentages: { tell: ['above'] } },
    { 'above 90': 'LOW' },
  ],
  [
    'a rule for other metrics says nothing of this one',
    { rules: [{ kind: 'above', metric: 'disk', limit: 90, severity: 'LOW' }], percentages: { tell: ['above'] } },
    { 'above 90': undefined },
  ],
])('%s', (_title, watch, severities) => expect(severitiesAt(watch)).toEqual(severities));
