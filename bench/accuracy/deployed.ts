import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { mkdirSync, writeFileSync } from 'node:fs';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { settingsSchema, watchesOf } from '../../shared/settings/settings.ts';
import { deploy } from '../../test/bundle/deployment.ts';
import { replay } from '../../test/bundle/replay.ts';
import { VerdictComparison } from '../../test/bundle/verdict-comparison.ts';
import { argument, replayedSeries, stepSeconds } from './replayed-series.ts';

/**
 * NAB's CloudWatch series, laid on their 300 s grid, served by the fake CloudWatch to the anomaly function as deployed,
 * tick by tick, and compared with `score` on the same series: `npm run accuracy:deployed -- --data FOLDER [--ticks N]`,
 * where N ends it after so many rows of each.
 */
const namespace = 'Replayed';
const start = Math.ceil(Date.now() / 1000 / 86_400) * 86_400 + 86_400;

const folder = argument('data');
if (folder === undefined) throw new Error('say where the data is: --data FOLDER');
const most = Number(argument('ticks') ?? Infinity);
if (!(most > 0))
  throw new Error(`--ticks is '${argument('ticks') ?? ''}': give how many rows of each series to play, such as 1000`);
const played = replayedSeries(folder, start).map((one) => ({
  ...one,
  times: one.times.slice(0, most),
  values: one.values.slice(0, most),
}));
const rows = Math.max(...played.map(({ times }) => times.length));

const metrics = played.map(
  ({ entity }) =>
    new Metric({
      namespace,
      metricName: 'value',
      dimensionsMap: { Series: entity.slice('Series='.length) },
      period: Duration.seconds(stepSeconds),
    }),
);
const deployed = await deploy({ quotaShare: 1, watches: { nab: { metrics } } }, start);
try {
  for (const { entity, times, values } of played) {
    const samples = [...values].flatMap((value, k) => (Number.isNaN(value) ? [] : [[times[k], value] as const]));
    deployed.aws.cloudwatch.book.load(
      { namespace, name: 'value', dimensions: { Series: entity.slice('Series='.length) } },
      samples,
    );
  }
  const [watch] = watchesOf(settingsSchema.parse({ watches: { nab: { select: namespace } } }));
  const comparison = new VerdictComparison(played, stepSeconds, policyOf(watch));
  const began = performance.now();
  const onState = comparison.see.bind(comparison);
  const outcomes = await replay(deployed, { watch: 'nab', stepSeconds, start, rows, onState });
  const signals = deployed.aws.eventbridge.events.length;
  const result = {
    series: played.length,
    ticks: rows,
    outcomes: Object.fromEntries(outcomes),
    verdictsCompared: comparison.compared,
    differences: comparison.differences,
    signals,
    secondsTaken: Math.round((performance.now() - began) / 1000),
  };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/deployed.json', `${JSON.stringify(result, null, 2)}\n`);
  console.log(result);
  process.exitCode = comparison.differences.length === 0 && comparison.compared > 0 ? 0 : 1;
} finally {
  await deployed.stop();
}
