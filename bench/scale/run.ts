import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { monthlyCost } from '../../bin/monthly-cost.ts';
import { backfillSpan } from '../../shared/pipeline/backfill.ts';
import { measureTick } from './measure.ts';
import { assumed, busiestSecond, drainQueue, Worker } from './queueing.ts';

/**
 * What a tick of a large account takes: the work of every shard is really done and measured, one after the other on this
 * machine; how so many workers share it, with quotas and the latencies of an account, is simulated from that.
 */
const usage = 'npm run simulate-scale -- [--series 10000] [--every 300] [--workers 10] [--share 0.25]';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '10000' },
    every: { type: 'string', default: '300' },
    workers: { type: 'string', default: '10' },
    share: { type: 'string', default: '0.25' },
    memory: { type: 'boolean', default: false },
  },
});
function number(name: string, given: string, isRight: (value: number) => boolean, range: string): number {
  const value = Number(given);
  if (isRight(value)) return value;
  process.stderr.write(`--${name} ${given}: write ${range}: ${usage}\n`);
  process.exit(2);
}
const isWhole = (least: number, most: number) => (value: number) =>
  Number.isInteger(value) && value >= least && value <= most;
const series = number('series', values.series, isWhole(1000, 100_000), 'a whole number from 1000 to 100000');
const every = number('every', values.every, (value) => [60, 300, 900, 3600].includes(value), '60, 300, 900 or 3600');
const workers = number('workers', values.workers, isWhole(2, 1000), 'a whole number from 2 to 1000');
const share = number('share', values.share, (value) => value > 0 && value <= 1, 'a number above 0, at most 1');

const say = (words: string): void => void process.stderr.write(`${words}\n`);
if (values.memory) {
  // A process of its own: two shards, as a worker has them one after the other, and a day of the past.
  await measureTick(1000, every, () => undefined);
  process.stdout.write(String(process.resourceUsage().maxRSS));
  process.exit(0);
}

const measured = await measureTick(series, every, say);
const { shards, ticks, planning, discovery, backfillDay, billedPerTick } = measured;
// The parts that the stack gives to each function: see docs/scaling.md.
const runs = await drainQueue(ticks, workers, share / 2 / workers);
const planner = await new Worker(share / 4, assumed.coldStartSeconds).run(planning);
const sendSeconds = Math.ceil(shards / 10) * 0.02;
const tickSeconds = planner.endedAt + sendSeconds + Math.max(...runs.map(({ endedAt }) => endedAt));
const busiest = busiestSecond(runs);
const look = await new Worker(0.75 * share).run(discovery);
const days = backfillSpan(every, 190 * 86_400) / 86_400;
const filler = new Worker(share / 4);
const oneDay = [];
for (let k = 0; k < Math.min(50, shards * days); k++) oneDay.push(await filler.run(backfillDay));
const secondsPerDay = filler.freeAt / oneDay.length;
// Four of every five minutes.
const backfillHours = (days_: number): number => (shards * days_ * secondsPerDay * 5) / 4 / 3600;

const child = [fileURLToPath(import.meta.url), '--memory', '--every', String(every)];
const peakKb = Number(execFileSync(process.execPath, ['--import', 'tsx', ...child], { encoding: 'utf8' }));
const sum = (of: (work: (typeof ticks)[number]) => number): number => ticks.reduce((all, one) => all + of(one), 0);
const cpus = ticks.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b);
const durations = runs.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b);
const calls = sum(({ cloudWatch }) => cloudWatch.length);
const points = sum(({ cloudWatch }) => cloudWatch.reduce((all, one) => all + one.points, 0));
const cost = monthlyCost(billedPerTick, series, every);
const alarms = 0.3 * billedPerTick;
const two = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const rows: readonly (readonly [string, string])[] = [
  ['series, shards', `${series}, ${shards}`],
  ['every, period', `${every} s`],
  ['-- measured on this machine', ''],
  ['points judged at the tick', String(measured.pointsJudged)],
  ['core-seconds of a shard, median and slowest', `${two(cpus[cpus.length >> 1])}, ${two(cpus[cpus.length - 1])}`],
  ['core-seconds of all shards', two(sum(({ cpuSeconds }) => cpuSeconds))],
  ['core-seconds of planning, of discovery', `${two(planning.cpuSeconds)}, ${two(discovery.cpuSeconds)}`],
  ['peak memory of a process of two shards', `${Math.round(peakKb / 1024)} MB (with the loader of TypeScript)`],
  ['calls to GetMetricData, points asked for', `${calls}, ${points}`],
  ['metrics billed a tick', String(billedPerTick)],
  ['pages of ListMetrics a discovery', String(discovery.cloudWatch.length)],
  [
    'reads, writes, lists of the bucket',
    `${sum((w) => w.store.gets)}, ${sum((w) => w.store.puts)}, ${sum((w) => w.store.lists)}`,
  ],
  [`-- simulated: ${workers} workers, ${share} of the quotas`, ''],
  [
    'tick, from schedule to the last verdict',
    `${two(tickSeconds)} s of ${every} s (target for 300 s: < 240 s): ${tickSeconds < 0.8 * every ? 'kept' : 'NOT KEPT'}`,
  ],
  [
    'a worker on a shard, median and longest',
    `${two(durations[durations.length >> 1])} s, ${two(durations[durations.length - 1])} s`,
  ],
  ['waited for the quota, all workers', `${two(runs.reduce((all, { quotaSeconds }) => all + quotaSeconds, 0))} s`],
  ['busiest second: calls', `${busiest.calls} of ${50 * share} in our share, 50 in the quota`],
  ['busiest second: points', `${busiest.points} of ${180_000 * share} in our share`],
  ['discovery', `${two(look.endedAt)} s, on its own schedule`],
  [
    'backfill: newest day of all, all days',
    `${two(backfillHours(1))} h, ${two(backfillHours(days))} h for ${days} days`,
  ],
  ['-- priced, dollars a month', ''],
  ['this, detection alone', `${two(cost.total)} (GetMetricData ${two(cost.getMetricData)})`],
  ['as many anomaly alarms, 0.30 each', `${two(alarms)}: ${two(alarms / cost.total)} times as much`],
];
const width = Math.max(...rows.map(([name]) => name.length));
process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(width + 2)}${value}`.trimEnd()).join('\n')}\n`);
process.stdout.write(
  `\nAssumed of an account: ${Object.entries(assumed)
    .map(([name, value]) => `${name} ${two(value)}`)
    .join(', ')}; ` + 'calls to the bucket one after the other.\n',
);
process.exitCode = tickSeconds < every ? 0 : 1;
