import type { Prices } from './prices.ts';

/** What of a watch costs something. Numbers, so that settings, an inventory or a whim can say them. */
export interface WatchLoad {
  readonly watch: string;
  /** Metrics that are billed at each pull: up to five statistics of one metric are one. */
  readonly metrics: number;
  readonly series: number;
  readonly everySeconds: number;
  readonly periodSeconds: number;
  readonly collect: 'poll' | 'stream';
  /** Of the metrics, those that are asked for where the others are streamed. @default 0 */
  readonly unstreamed?: number;
  /** Series that have a limit, and how often they are forecast; 0 for none. */
  readonly forecastSeries: number;
  readonly forecastEverySeconds: number;
  readonly hasBudget: boolean;
}

/** What of a deployment costs something besides its watches. */
export interface DeploymentLoad {
  readonly watches: readonly WatchLoad[];
  readonly retentionSeconds: number;
  /** Kinds of channels that are told, each counted once. */
  readonly channelKinds: number;
  /** Secrets in Secrets Manager that the settings name. */
  readonly secrets: number;
  readonly hasActions: boolean;
  /** Whether alerts are tested on a schedule. */
  readonly hasAlertTest: boolean;
  readonly dashboards: number;
  /** Whether a limit is set that the meter holds the month against. */
  readonly hasLimit: boolean;
}

export const billParts = [
  'requests',
  'streams',
  'custom metrics',
  'functions',
  'storage',
  'queues',
  'events',
  'logs',
  'alarms',
  'dashboards',
  'API',
  'secrets',
] as const;
export type BillPart = (typeof billParts)[number];
export type Bill = Readonly<Record<BillPart, number>>;

/** Dollars a month, of thirty days. */
export interface MonthlyBill {
  readonly watches: readonly { readonly watch: string; readonly bill: Bill; readonly total: number }[];
  /** What is there however many watches there are. */
  readonly base: { readonly bill: Bill; readonly total: number };
  readonly bill: Bill;
  readonly total: number;
  /** As many anomaly detection alarms of CloudWatch as there are series. */
  readonly anomalyAlarms: number;
}

export const SECONDS_PER_MONTH = 30 * 86_400;
const HOURS_PER_MONTH = SECONDS_PER_MONTH / 3600;
const GIGABYTE = 1e9;
const seriesPerShard = 500;

/** Measured by `npm run bench`, and doubled: seconds of a function and objects of a shard's tick. */
const shardTick = { gigabyteSeconds: 1, puts: 3, gets: 6, stateBytes: 6000, pointBytes: 4 } as const;
const forecastTick = { gigabytes: 1.73, shardSeconds: 0.5, seriesSeconds: 0.01, puts: 3, gets: 7 } as const;
/** A day of fitting: models of a watch, forecasters of each series that has a limit. */
const training = { gigabytes: 1.73, shardSeconds: 10, seriesSeconds: 0.4 } as const;
/** The sweep of incidents, each minute: a function of a gigabyte, one list. */
const sweep = { gigabyteSeconds: 0.15, lists: 1, gets: 2 } as const;
/** The look for series, each hour: the inventory as it was and as it is. */
const discovery = { gigabytes: 1.73, seconds: 0.5, seriesSeconds: 0.0013, puts: 1, gets: 3 } as const;
/** Every five minutes it is asked whether any of the past is missing; what it takes once it is all there. */
const backfill = { everySeconds: 300, gigabyteSeconds: 0.2, shardGets: 5 } as const;
/** Each hour every shard leaves its count, and the meter is read; each tick asks for the pace. */
const meter = { shardPuts: 1, shardGets: 2, puts: 2 } as const;
/** Lambda asks an empty queue with five long polls of twenty seconds at a time. */
const idlePolls = (5 * SECONDS_PER_MONTH) / 20;
const logLineBytes = 1000;
/**
 * Of a metric stream in JSON: bytes of one update, how often Firehose writes an object, and what distributing it takes.
 * A tick reads what came in a quarter of an hour, or in three periods.
 */
const streamed = {
  bytes: 350,
  objectSeconds: 60,
  gigabyteSeconds: 1,
  gigabyteSecondsOfMetric: 0.0003,
  reachSeconds: 900,
  reachPeriods: 3,
} as const;

/** What a watch publishes: in every hour; now and then, taken for half of them; and a few times a day. */
const watchMetrics = { always: 3, sometimes: 5, everySixHours: 2, daily: 9 } as const;
const forecastMetrics = { always: 3, sometimes: 1, everySixHours: 3, daily: 4 } as const;
const deploymentMetrics = { sometimes: 4, everySixHours: 2, daily: 3 } as const;
const limitMetrics = { everySixHours: 1 } as const;
/** Metrics that alarms look at; a test holds them to the template. */
export const alarmMetrics = {
  deployment: 23,
  forecasting: 4,
  streaming: 4,
  actions: 1,
  alertTest: 1,
  dashboard: 1,
  limit: 2,
  watch: 1,
  forecastWatch: 2,
  budgetWatch: 2,
} as const;

const published = (
  {
    always = 0,
    sometimes = 0,
    everySixHours = 0,
    daily = 0,
  }: Readonly<Partial<Record<'always' | 'sometimes' | 'everySixHours' | 'daily', number>>>,
  price: number,
): number => price * (always + sometimes / 2 + everySixHours / 6 + daily / 24);

/** What a deployment costs a month, part by part, each watch by itself. */
export function monthlyBill(load: DeploymentLoad, prices: Prices): MonthlyBill {
  const watches = load.watches.map((one) => total({ watch: one.watch, bill: watchBill(one, load, prices) }));
  const base = total({ bill: baseBill(load, prices) });
  const bill = sum([base.bill, ...watches.map(({ bill: one }) => one)]);
  const series = load.watches.reduce((all, one) => all + one.series, 0);
  return { watches, base, bill, total: totalOf(bill), anomalyAlarms: series * prices.anomalyAlarm };
}

function watchBill(one: WatchLoad, { retentionSeconds }: DeploymentLoad, prices: Prices): Bill {
  const { series, everySeconds, periodSeconds, forecastSeries } = one;
  const ticks = SECONDS_PER_MONTH / everySeconds;
  const shards = shardsOf(series);
  // A tick publishes for each shard, and of the watch.
  const publishing = ticks * (shards + 1) * prices.cloudWatchRequest;
  const isStream = one.collect === 'stream';
  const stateBytes = shardTick.stateBytes * series * (86_400 / everySeconds);
  const historyBytes = shardTick.pointBytes * series * (retentionSeconds / periodSeconds);
  const own = published(watchMetrics, prices.customMetric);
  const discoverySeconds = discovery.gigabytes * (discovery.seconds + discovery.seriesSeconds * series);
  const bill: Bill = {
    ...nothing,
    requests: publishing + askingMonthly(one, prices),
    streams: isStream ? streamBill(one, ticks * shards, shards, prices) : 0,
    'custom metrics': own,
    functions:
      ticks * shards * (shardTick.gigabyteSeconds * prices.lambdaGigabyteSecond + prices.lambdaRequest) +
      30 * shards * training.shardSeconds * training.gigabytes * prices.lambdaGigabyteSecond +
      HOURS_PER_MONTH * (discoverySeconds * prices.lambdaGigabyteSecond + prices.lambdaRequest),
    storage:
      // Besides each shard's: inventory and pace are read, and the states are listed.
      ticks * shards * objects(shardTick, prices) +
      ticks * (2 * prices.getRequest + prices.putRequest) +
      HOURS_PER_MONTH * (objects(discovery, prices) + shards * prices.getRequest) +
      HOURS_PER_MONTH * shards * objects({ puts: meter.shardPuts, gets: meter.shardGets }, prices) +
      (SECONDS_PER_MONTH / backfill.everySeconds) * shards * backfill.shardGets * prices.getRequest +
      ((stateBytes + historyBytes) / GIGABYTE) * prices.storedGigabyteMonth,
    queues: shards > 1 ? ticks * shards * 2.1 * prices.queueRequest : 0,
    events: (ticks + HOURS_PER_MONTH) * prices.scheduledRun,
    logs: logs(ticks * (shards + 1) + 2 * HOURS_PER_MONTH, prices),
    alarms: (alarmMetrics.watch + (one.hasBudget ? alarmMetrics.budgetWatch : 0)) * prices.alarmMetric,
  };
  return forecastSeries === 0 ? bill : sum([bill, forecastBill(one, prices)]);
}

/**
 * Of that, what is asked of CloudWatch and metered: the metrics of its pulls, and the lists of what there is. A watch
 * that is streamed asks for what no stream says.
 */
export function askingMonthly(
  { collect, metrics, unstreamed = 0, series, everySeconds }: WatchLoad,
  prices: Prices,
): number {
  // What was there lately, and what ever was, by pages of 500.
  const listing = HOURS_PER_MONTH * 2 * Math.max(1, Math.ceil(series / 500)) * prices.cloudWatchRequest;
  const asked = collect === 'stream' ? unstreamed : metrics;
  return listing + (SECONDS_PER_MONTH / everySeconds) * asked * prices.metricRequested;
}

function forecastBill({ forecastSeries, forecastEverySeconds }: WatchLoad, prices: Prices): Bill {
  const ticks = SECONDS_PER_MONTH / forecastEverySeconds;
  const shards = shardsOf(forecastSeries);
  const { shardSeconds, seriesSeconds, gigabytes } = forecastTick;
  const seconds =
    ticks * (shards * shardSeconds + forecastSeries * seriesSeconds) + 30 * forecastSeries * training.seriesSeconds;
  return {
    ...nothing,
    // Each shard, and whoever plans them.
    requests: ticks * (shards + 1) * prices.cloudWatchRequest,
    'custom metrics': published(forecastMetrics, prices.customMetric),
    functions: seconds * gigabytes * prices.lambdaGigabyteSecond + ticks * shards * prices.lambdaRequest,
    // Besides each shard's: what there is to forecast is read, and the pace; and the states are listed.
    storage: ticks * (shards * objects(forecastTick, prices) + 3 * prices.getRequest + prices.putRequest),
    queues: shards > 1 ? ticks * shards * 2.1 * prices.queueRequest : 0,
    events: ticks * prices.scheduledRun,
    logs: logs(ticks * (shards + 1), prices),
    alarms: alarmMetrics.forecastWatch * prices.alarmMetric,
  };
}

/**
 * Every metric is updated every minute, or less often: that is known only when it is streamed. Firehose hands on what came
 * in a minute; each shard gets an object of it, and each tick of a shard lists and reads those of its span.
 */
function streamBill(
  { metrics, unstreamed = 0, periodSeconds }: WatchLoad,
  shardTicks: number,
  shards: number,
  prices: Prices,
): number {
  const updates = (metrics - unstreamed) * (SECONDS_PER_MONTH / 60);
  const files = SECONDS_PER_MONTH / streamed.objectSeconds;
  const objectsOfTick = Math.max(streamed.reachSeconds, streamed.reachPeriods * periodSeconds) / streamed.objectSeconds;
  return (
    updates * prices.streamedUpdate +
    ((updates * streamed.bytes) / GIGABYTE) * prices.firehoseGigabyte +
    files * (prices.putRequest + prices.getRequest + 2.1 * prices.queueRequest + prices.lambdaRequest) +
    files * (streamed.gigabyteSeconds * prices.lambdaGigabyteSecond + shards * prices.putRequest) +
    updates * streamed.gigabyteSecondsOfMetric * prices.lambdaGigabyteSecond +
    shardTicks * (prices.putRequest + objectsOfTick * prices.getRequest)
  );
}

function baseBill(load: DeploymentLoad, prices: Prices): Bill {
  const minutes = SECONDS_PER_MONTH / 60;
  const forecasts = load.watches.some(({ forecastSeries }) => forecastSeries > 0);
  const streams = load.watches.some(({ collect }) => collect === 'stream');
  const queues = 2 + (forecasts ? 1 : 0) + (streams ? 1 : 0);
  const backfills = SECONDS_PER_MONTH / backfill.everySeconds;
  const alarms =
    alarmMetrics.deployment +
    (load.hasLimit ? alarmMetrics.limit : 0) +
    load.channelKinds +
    (forecasts ? alarmMetrics.forecasting : 0) +
    (streams ? alarmMetrics.streaming : 0) +
    (load.hasActions ? alarmMetrics.actions : 0) +
    (load.hasAlertTest ? alarmMetrics.alertTest : 0) +
    load.dashboards * alarmMetrics.dashboard;
  return {
    ...nothing,
    // Every six hours: that nothing is owed, and what the meter shows. How old the last test is, each minute.
    requests: (load.hasAlertTest ? minutes : 2 * (HOURS_PER_MONTH / 6)) * prices.cloudWatchRequest,
    'custom metrics':
      published(deploymentMetrics, prices.customMetric) +
      (load.hasLimit ? published(limitMetrics, prices.customMetric) : 0) +
      (load.hasAlertTest ? prices.customMetric : 0),
    functions:
      minutes * (sweep.gigabyteSeconds * prices.lambdaGigabyteSecond + prices.lambdaRequest) +
      backfills * (backfill.gigabyteSeconds * prices.lambdaGigabyteSecond + prices.lambdaRequest),
    // What is remembered of tests is read by each sweep; the few tests themselves are less than a cent.
    storage:
      minutes * (sweep.lists * prices.putRequest + (sweep.gets + (load.hasAlertTest ? 1 : 0)) * prices.getRequest) +
      HOURS_PER_MONTH * meter.puts * prices.putRequest,
    queues: queues * idlePolls * prices.queueRequest,
    events: (minutes + backfills) * prices.scheduledRun,
    logs: logs(minutes + backfills + HOURS_PER_MONTH, prices),
    alarms: alarms * prices.alarmMetric,
    dashboards: load.dashboards * prices.dashboard,
    API: load.hasActions ? 1000 * prices.apiRequest : 0,
    secrets: load.secrets * prices.secret,
  };
}

const shardsOf = (series: number): number => Math.max(1, Math.ceil(series / seriesPerShard));
const objects = ({ puts, gets }: { readonly puts: number; readonly gets: number }, prices: Prices): number =>
  puts * prices.putRequest + gets * prices.getRequest;
const logs = (lines: number, prices: Prices): number =>
  ((lines * logLineBytes) / GIGABYTE) * (prices.logGigabyte + prices.logGigabyteMonth);

const nothing = Object.fromEntries(billParts.map((part) => [part, 0])) as Bill;
const sum = (bills: readonly Bill[]): Bill =>
  Object.fromEntries(billParts.map((part) => [part, bills.reduce((all, bill) => all + bill[part], 0)])) as Bill;
const totalOf = (bill: Bill): number => billParts.reduce((all, part) => all + bill[part], 0);
const total = <T extends { readonly bill: Bill }>(one: T): T & { readonly total: number } => ({
  ...one,
  total: totalOf(one.bill),
});
