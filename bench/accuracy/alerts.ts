import { mkdirSync, writeFileSync } from 'node:fs';
import { actions, channels, startScene } from '../../test/bundle/alert-scene.ts';
import { argument, replayedSeries, stepSeconds } from './replayed-series.ts';

/**
 * What people would have been told of NAB's CloudWatch series: the fake CloudWatch serves them to the anomaly function
 * as deployed, its signals go over bus, rule and queue to the router, a sweep runs every minute, and stand-ins for Slack
 * and PagerDuty take what is sent. `npm run acceptance:alerts -- --data FOLDER [--days 9]`
 *
 * The first five days are history that is fetched at the beginning; nobody is told of it.
 */
const day = 86_400;
const historyDays = 5;
const namespace = 'Replayed';

const folder = argument('data');
if (folder === undefined) throw new Error('say where the data is: --data FOLDER');
const days = Number(argument('days') ?? 9);
if (!(days > 0)) throw new Error(`--days: a number above 0 was expected, not ${String(argument('days'))}`);
/** A Monday: the same story whenever it is played. */
const start = Date.UTC(2030, 0, 7) / 1000;
const played = replayedSeries(folder, start - historyDays * day);

const scene = await startScene(
  { quotaShare: 1, watches: { nab: { select: namespace, sensitivity: '3 per week' } }, alerts: { channels, actions } },
  { watch: 'nab', everySeconds: stepSeconds, now: start },
);
try {
  for (const { entity, times, values } of played) {
    const samples = [...values].flatMap((value, k) => (Number.isNaN(value) ? [] : [[times[k], value] as const]));
    const dimensions = { Series: entity.slice('Series='.length) };
    scene.deployed.aws.cloudwatch.book.load({ namespace, name: 'value', dimensions }, samples);
  }
  const began = performance.now();
  await scene.play(start, start + days * day);
  const sent = scene.told.map(({ at, by, words }) => ({
    hours: Math.round(((at - start) / 3600) * 10) / 10,
    by,
    words,
  }));
  const result = {
    series: played.length,
    days,
    slack: sent.filter(({ by }) => by === 'slack').length,
    pagerDuty: sent.filter(({ by }) => by === 'pagerduty').length,
    pages: scene.pagerDuty.pages(),
    openAtTheEnd: scene.pagerDuty.open.size,
    refusedBySlack: scene.slack.requests.length - scene.slack.shown.length,
    denied: scene.deployed.aws.calls.filter(({ status }) => status === 403).length,
    secondsTaken: Math.round((performance.now() - began) / 1000),
    sent,
  };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/alerts.json', `${JSON.stringify(result, null, 2)}\n`);
  for (const { hours, by, words } of sent) console.log(`${String(hours).padStart(6)} h  ${by.padEnd(9)}  ${words}`);
  console.log({ ...result, sent: sent.length });
} finally {
  await scene.stop();
}
