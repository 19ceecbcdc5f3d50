import { describe, expect, it } from 'vitest';
import { settingsSchema, watchesOf, type SettingsInput } from '../../shared/settings/settings.ts';
import { watchGraphs } from '../../shared/settings/watch-graphs.ts';

const graphsOf = (watch: SettingsInput['watches'][string]) =>
  watchGraphs(watchesOf(settingsSchema.parse({ watches: { w: watch } }))[0]);
const searches = (watch: SettingsInput['watches'][string]): readonly string[] =>
  graphsOf(watch).graphs.flatMap(({ draws }) => ('search' in draws ? [draws.search] : []));

describe('the graphs of a watch', () => {
  it('search for the most telling metrics of a namespace, twenty lines at most', () => {
    expect(searches({ select: 'AWS/EC2' })).toEqual([
      `SLICE(SORT(SEARCH('Namespace="AWS/EC2" MetricName="CPUUtilization"', 'Average', 300), MAX, DESC), 0, 20)`,
      `SLICE(SORT(SEARCH('Namespace="AWS/EC2" MetricName="NetworkIn"', 'Sum', 300), MAX, DESC), 0, 20)`,
      `SLICE(SORT(SEARCH('Namespace="AWS/EC2" MetricName="NetworkOut"', 'Sum', 300), MAX, DESC), 0, 20)`,
    ]);
  });

  it.each([
    [
      'a metric, a dimension and a statistic',
      { metric: 'Depth', dimensions: { Queue: 'a' }, statistic: 'p99' },
      `Namespace="My/App" MetricName="Depth" Queue="a"', 'p99', 60`,
    ],
    [
      'a dimension whose name is words',
      { metric: 'Depth', dimensions: { 'Queue name': 'a b' } },
      `"Queue name"="a b"', 'Average'`,
    ],
    ['an account', { metric: 'Depth', account: '111111111111' }, `:aws.AccountId="111111111111"'`],
    ['nothing that is known', {}, `SEARCH('Namespace="My/App"', 'Average', 60)`],
  ])('search for %s as they are written', (_, selection, part) => {
    const [search] = searches({ select: { namespace: 'My/App', ...selection }, period: '1m', every: '1m' });
    expect(search).toContain(part);
  });

  it('are of the known metrics that a pattern matches', () => {
    expect(
      graphsOf({ select: { namespace: 'AWS/EC2', metric: ['NetworkPackets*', 'CPUUtilization'] } }).graphs.map(
        ({ title }) => title,
      ),
    ).toEqual(['AWS/EC2 NetworkPacketsIn', 'AWS/EC2 NetworkPacketsOut', 'AWS/EC2 CPUUtilization']);
  });

  it.each([
    ['a pattern over namespaces', { namespace: 'AWS/*' }, 0, /cannot search for namespaces like AWS\/\*/],
    [
      'a pattern over values',
      { namespace: 'My/App', metric: 'm', dimensions: { Host: 'web-*' } },
      1,
      /more than is watched/,
    ],
    [
      'a value with a quote',
      { namespace: 'My/App', metric: 'm', dimensions: { Host: `a"b` } },
      1,
      /more than is watched/,
    ],
    ['any value', { namespace: 'My/App', metric: 'm', dimensions: { Host: '*' } }, 1, undefined],
  ])('say what cannot be searched for: %s', (_, select, graphs, says) => {
    const found = graphsOf({ select });
    expect(found.graphs).toHaveLength(graphs);
    expect(found.leftOut).toEqual(says === undefined ? [] : [expect.stringMatching(says)]);
    expect(JSON.stringify(found.graphs)).not.toContain('web-*');
  });

  it('show metrics that are named one by one, those of one name together, and expressions as they are', () => {
    const metrics = Array.from({ length: 25 }, (_, k) => ({
      namespace: 'My/App',
      metric: 'Depth',
      dimensions: { Queue: `q${k}` },
    }));
    const rate = {
      label: 'error rate',
      expression: 'e / r',
      metrics: { e: { namespace: 'A', metric: 'E' }, r: { namespace: 'A', metric: 'R' } },
    };
    const { graphs } = graphsOf({ metrics, expressions: [rate] });
    expect(graphs.map(({ title }) => title)).toEqual(['My/App Depth, 20 of 25', 'error rate']);
    expect(graphs[0].draws).toMatchObject({ metrics: expect.objectContaining({ length: 20 }) as unknown });
  });

  it('are no more than nine, and the rest is said', () => {
    const found = graphsOf({ select: ['AWS/EC2', 'AWS/RDS', 'AWS/EBS', 'AWS/SQS'] });
    expect([found.graphs.length, found.leftOut]).toEqual([9, ['3 more graphs are left out.']]);
  });

  it('are none where the points come from elsewhere', () => {
    expect(graphsOf({ source: { kind: 'host' } })).toEqual({
      graphs: [],
      leftOut: [expect.stringMatching(/CloudWatch/)],
    });
  });
});
