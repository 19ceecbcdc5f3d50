import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { judge } from '../../shared/pipeline/judge.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';
import { watchesOf } from '../../shared/settings/settings.ts';

const cpu: SeriesDescription = {
  id: 'cpu',
  entity: 'web-1',
  label: 'CPUUtilization',
  metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: {}, statistic: 'Average' },
  periodSeconds: 300,
  nature: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
};

/** The flags of the last of these points, as `aiops.yaml` wants them: what fires, and what people are told of. */
function flagsOf(values: readonly number[], percentages: string, unit = 'Percent') {
  const yaml = `watches: { web: { select: AWS/EC2, percentages: ${percentages} } }`;
  const [watch] = watchesOf(parseSettings(yaml, 'aiops.yaml'));
  const times = Float64Array.from(values, (_, i) => 1_800_000_000 + i * 300);
  const series = [{ ...cpu, nature: { ...cpu.nature, unit } }];
  const window = { entity: 'web-1', series, stepSeconds: 300, times, values: Float64Array.from(values) };
  return judge(window, undefined, policyOf(watch))
    .rows.at(-1)!
    .rules.map(({ rule, status, asked }) => `${rule} ${status}${asked ? ', told' : ''}`);
}

describe('the flags of a percentage', () => {
  const busy = [50, 50, 85, 85, 85];
  it.each([
    ['are as usual where nothing is said', busy, '{}', ['above 90 normal', 'below 5 normal', 'jump 30 firing']],
    [
      'have the limits of the settings',
      busy,
      '{ above: 80, below: 60, jump: 40 }',
      ['above 80 firing', 'below 60 normal', 'jump 40 normal'],
    ],
    ['can be switched off', busy, '{ above: off, jump: off }', ['below 5 normal']],
    [
      'are told of where the settings say so',
      busy,
      '{ above: 80, tell: [above] }',
      ['above 80 firing, told', 'below 5 normal', 'jump 30 firing'],
    ],
    ['that are off are not told of', busy, '{ above: off, below: off, jump: off, tell: [above, jump] }', []],
  ])('%s', (_title, values, percentages, expected) => {
    expect(flagsOf(values, percentages)).toEqual(expected);
  });

  it('are of percentages only', () => {
    expect(flagsOf(busy, '{ tell: [above] }', 'Bytes')).toEqual([]);
  });
});
