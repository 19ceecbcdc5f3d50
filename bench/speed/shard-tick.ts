import { createRandom } from '../../shared/numeric/random.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { deploy, type Deployment } from '../../test/bundle/deployment.ts';

type Row = Record<string, string | number>;

const step = 300;
const instances = 125;
/** Four metrics of each instance with one statistic each: one shard of 500 series, which is as full as shards get. */
const metrics = ['CPUUtilization', 'NetworkIn', 'NetworkOut', 'DiskReadOps'];
const historyDays = 3;
const warmTicks = 12;
const budgetMs = 2_000;

/** A day's rhythm with noise, different for every series, the same in every run. */
function loadFleet(deployed: Deployment, from: number, to: number): void {
  const random = createRandom(1);
  for (let instance = 0; instance < instances; instance++) {
    for (const name of metrics) {
      const usual = 20 + 60 * random.next();
      const phase = random.next();
      const samples: [number, number][] = [];
      for (let time = from; time < to; time += step) {
        const rhythm = Math.sin(2 * Math.PI * (time / 86_400 + phase));
        samples.push([time, usual + 10 * rhythm + 2 * random.normal()]);
      }
      const dimensions = { InstanceId: `i-${String(instance).padStart(4, '0')}` };
      deployed.aws.cloudwatch.book.load({ namespace: 'AWS/EC2', name, dimensions }, samples);
    }
  }
}

/** The `anomaly` bundle as deployed, one tick of it, and what it asked of AWS meanwhile. */
async function tick(deployed: Deployment, at: number, phase: string): Promise<Row> {
  deployed.setNow(at + 5);
  const { aws } = deployed;
  const before = { calls: aws.calls.length, billed: aws.cloudwatch.billed };
  const { payload, functionError, durationMs, initMs, maxMemoryMb } = await deployed.invoke(
    'Anomaly',
    deployed.scheduled('Tick', 'fleet', at),
  );
  if (functionError !== undefined) throw new Error(`tick ${phase} failed: ${JSON.stringify(payload)}`);
  const [watch] = (payload as TickSummary).watches;
  const [ran] = watch.ran;
  const calls = aws.calls.slice(before.calls);
  const count = (service: string): number => calls.filter((call) => call.service === service).length;
  return {
    tick: phase,
    outcome: ran.outcome,
    series: ran.series,
    points: ran.points,
    ms: Math.round(durationMs),
    'init ms': initMs === undefined ? '' : Math.round(initMs),
    'peak MB': maxMemoryMb === undefined ? 'unknown' : Math.round(maxMemoryMb),
    'billed metrics': ran.billedMetrics,
    'billed in all': aws.cloudwatch.billed - before.billed,
    'CloudWatch calls': count('cloudwatch'),
    'S3 calls': count('s3'),
    'state KB': Math.round(deployed.keys('state/').reduce((sum, key) => sum + deployed.body(key).length, 0) / 1000),
  };
}

/**
 * One tick of a 500-series shard, through the real bundle in a process of its own and the real SDK, against the fake
 * AWS. The first ticks also discover, backfill three days and warm up; the budget is for those that come after, which
 * are all but a few.
 */
async function shardTick(): Promise<Row[]> {
  // Ahead of the machine's clock, which the function reads: what is long past would be dropped as too late.
  const start = Math.ceil(Date.now() / 1000 / 3600) * 3600 + 3600;
  const settings = settingsSchema.parse({
    retention: `${historyDays}d`,
    quotaShare: 1,
    watches: {
      fleet: { select: { namespace: 'AWS/EC2', statistic: 'Average' }, every: step, period: step, maxSeries: 500 },
    },
  });
  const deployed = await deploy({ settings }, start);
  try {
    loadFleet(deployed, start - historyDays * 86_400, start + 20 * step);
    const rows: Row[] = [];
    for (let k = 0; k < 3; k++) rows.push(await tick(deployed, start + (k + 1) * step, `${k + 1}, warming up`));
    const steady: Row[] = [];
    for (let k = 3; k < 3 + warmTicks; k++) steady.push(await tick(deployed, start + (k + 1) * step, 'usual'));
    steady.sort((one, other) => Number(one['ms']) - Number(other['ms']));
    const median = steady[Math.floor(steady.length / 2)];
    const slowest = steady[steady.length - 1];
    rows.push({ ...median, tick: `usual, median of ${warmTicks}`, 'within budget': verdict(median) });
    rows.push({ ...slowest, tick: 'usual, slowest', 'within budget': verdict(slowest) });
    return rows;
  } finally {
    await deployed.stop();
  }
}

const verdict = (row: Row): string => (Number(row['ms']) < budgetMs ? `yes (< ${budgetMs} ms)` : `NO (${budgetMs} ms)`);

export const bench = { name: 'shard-tick', run: shardTick };
