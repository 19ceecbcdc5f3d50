import { createRandom } from '../../shared/numeric/random.ts';
import { widgetNames } from '../../shared/presentation/widget-request.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { deploy, type Deployment } from '../../test/bundle/deployment.ts';

type Row = Record<string, string | number>;

const step = 300;
const instances = 125;
const metrics = ['CPUUtilization', 'NetworkIn', 'NetworkOut', 'DiskReadOps'];
const looks = 15;
const budgetMs = 300;
const hours = 8;

function loadFleet(deployed: Deployment, from: number, to: number): void {
  const random = createRandom(1);
  for (let instance = 0; instance < instances; instance++)
    for (const name of metrics) {
      const samples: [number, number][] = [];
      for (let time = from; time < to; time += step) samples.push([time, 40 + 5 * random.normal()]);
      const dimensions = { InstanceId: `i-${String(instance).padStart(4, '0')}` };
      deployed.aws.cloudwatch.book.load({ namespace: 'AWS/EC2', name, dimensions }, samples);
    }
}

/** One widget, looked at again and again by one process. */
async function look(deployed: Deployment, widget: string, start: number, end: number): Promise<Row> {
  const timeRange = { start: start * 1000, end: end * 1000 };
  const event = { widget, widgetContext: { width: 900, height: 400, timeRange, params: { widget } } };
  const times: number[] = [];
  let calls = 0;
  for (let k = 0; k < looks; k++) {
    const before = deployed.aws.calls.length;
    const { durationMs, payload, functionError } = await deployed.invoke('Widget', event);
    if (functionError !== undefined || JSON.stringify(payload).includes('could not be drawn'))
      throw new Error(`${widget}: ${JSON.stringify(payload).slice(0, 300)}`);
    calls = deployed.aws.calls.length - before;
    times.push(durationMs);
  }
  // It compiles, and reads what those after it remember.
  const first = times.shift() ?? 0;
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  return {
    widget,
    'first ms': Math.round(first),
    'median ms': Math.round(median),
    'slowest ms': Math.round(times[times.length - 1]),
    'S3 calls': calls,
    'within budget': median < budgetMs ? `yes (< ${budgetMs} ms)` : `NO (${budgetMs} ms)`,
  };
}

/**
 * Each widget of a deployment with one full shard, through the real bundle, warm, and the real SDK, against the fake
 * AWS, whose answers come from this machine. The explorer is asked for eight hours that are not compacted.
 */
async function widgets(): Promise<Row[]> {
  // Ahead of the machine's clock, which the function reads.
  const start = Math.ceil(Date.now() / 1000 / 3600) * 3600 + 3600;
  const end = start + hours * 3600;
  const settings = settingsSchema.parse({
    retention: '1d',
    quotaShare: 1,
    watches: { fleet: { select: { namespace: 'AWS/EC2', statistic: 'Average' }, maxSeries: 500 } },
  });
  const deployed = await deploy({ settings, selfAlarms: 'nobody' }, start);
  try {
    loadFleet(deployed, start - 86_400, end + step);
    for (let at = start; at <= end; at += step) {
      deployed.setNow(at + 5);
      await deployed.invoke('Anomaly', deployed.scheduled('Tick', 'fleet', at));
      if (at > end - 6 * step) await deployed.invoke('Forecast', deployed.scheduled('Forecast', 'fleet', at));
    }
    const rows: Row[] = [];
    for (const widget of widgetNames) rows.push(await look(deployed, widget, start, end));
    return rows;
  } finally {
    await deployed.stop();
  }
}

export const bench = { name: 'widgets', run: widgets };
