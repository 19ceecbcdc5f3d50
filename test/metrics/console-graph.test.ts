import { describe, expect, it } from 'vitest';
import { consoleGraph } from '../../shared/metrics/console-graph.ts';
import { seriesId, type Metric } from '../../shared/metrics/metric.ts';

const cpu: Metric = {
  namespace: 'AWS/EC2',
  name: 'CPUUtilization',
  dimensions: { InstanceId: 'i-0abc' },
  statistic: 'Average',
};
const graphOf = (...metrics: Metric[]): string | undefined =>
  consoleGraph({ series: metrics.map(seriesId), region: 'eu-west-1', from: 1_794_000_000, to: 1_794_010_800 });

describe('the address of a graph in the console', () => {
  it('names metric, dimensions, statistic and the time', () => {
    expect(graphOf(cpu)).toBe(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#metricsV2:graph=~(metrics~(' +
        "~(~'AWS*2fEC2~'CPUUtilization~'InstanceId~'i-0abc~(stat~'Average)))~view~'timeSeries~stacked~false" +
        "~region~'eu-west-1~start~'2026-11-06T21*3a20*3a00.000Z~end~'2026-11-07T00*3a20*3a00.000Z)",
    );
  });

  it.each<[string, Metric, string]>([
    ['no dimensions', { ...cpu, dimensions: {} }, "~(~'AWS*2fEC2~'CPUUtilization~(stat~'Average))"],
    [
      'a value with a comma and an equals sign',
      { ...cpu, dimensions: { Path: '/a,b?c=d', Zone: 'z' } },
      "~'Path~'*2fa*2cb*3fc*3dd~'Zone~'z~",
    ],
    ['what is no Latin', { ...cpu, dimensions: { Name: 'größe 東' } }, "~'Name~'gr*f6*dfe*20**6771~"],
    [
      'quotes and brackets, which would end the text',
      { ...cpu, dimensions: { N: "a')~(b$" } },
      "~'N~'a*27*29*7e*28b!~",
    ],
    [
      'another account and region',
      { ...cpu, account: '222222222222', region: 'us-west-2' },
      "~(stat~'Average~accountId~'222222222222~region~'us-west-2)",
    ],
    ['another region of ours', { ...cpu, region: 'us-west-2' }, "~(stat~'Average~region~'us-west-2)"],
    ['a percentile', { ...cpu, statistic: 'p99.9' }, "~(stat~'p99.9)"],
  ])('holds %s', (_, metric, part) => {
    expect(graphOf(metric)).toContain(part);
  });

  it('is not there where nothing of it is a metric', () => {
    expect(graphOf()).toBeUndefined();
    expect(consoleGraph({ series: ['Error rate', ''], region: 'eu-west-1', from: 0, to: 1 })).toBeUndefined();
  });

  it.each([
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
  ])('of %s leads to its own console', (region, address) => {
    expect(consoleGraph({ series: [seriesId(cpu)], region, from: 0, to: 1 })).toContain(address);
  });
});
