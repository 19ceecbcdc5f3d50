/**
 * us-east-1, transcribed from the price lists in October 2026: prices change, and differ by region. Dollars.
 * https://aws.amazon.com/cloudwatch/pricing https://aws.amazon.com/s3/pricing https://aws.amazon.com/lambda/pricing
 */
const price = {
  metricRequested: 0.01 / 1000,
  customMetricMonth: 0.3,
  putRequest: 5 / 1e6,
  getRequest: 0.4 / 1e6,
  lambdaGigabyteSecond: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1e6,
  schedule: 1 / 1e6,
} as const;

const secondsPerMonth = 30 * 86_400;
const seriesPerShard = 500;
/** The function has one gigabyte; a second is about twice what a full shard's tick takes in `npm run bench shard-tick`. */
const shardGigabyteSeconds = 1;
/** State, history, and now and then signals and a day's compaction; read: inventory, state, model, what it replaces. */
const putsPerShard = 3;
const getsPerShard = 6;
/** Our own metrics, aggregates per watch. */
const ownMetrics = 11;

/** What a tick of forecasting asks of the store; listing costs as much as writing. The function has a whole core. */
const forecastPuts = 3;
const forecastGets = 7;
const forecastGigabytes = 1.73;
/** Some milliseconds a series and tick, and a fifth of a second a day to fit it, by `npm run bench`; twice that. */
const forecastSeconds = { shard: 0.5, series: 0.01, fit: 0.4 } as const;
const forecastMetrics = 10;

/** What of a watch is forecast, and how often. */
export interface ForecastLoad {
  /** Series that have a limit. */
  readonly series: number;
  readonly everySeconds: number;
}

export interface MonthlyCost {
  /** Metrics that CloudWatch bills at each pull. */
  readonly metrics: number;
  readonly getMetricData: number;
  readonly ownMetrics: number;
  readonly storage: number;
  readonly compute: number;
  readonly total: number;
}

/** What a watch costs a month, dollars, beyond whatever the account pays anyhow. */
export function monthlyCost(
  metrics: number,
  series: number,
  everySeconds: number,
  forecast: ForecastLoad = { series: 0, everySeconds },
): MonthlyCost {
  const ticks = secondsPerMonth / everySeconds;
  const shards = Math.max(1, Math.ceil(series / seriesPerShard));
  const ahead = forecastCost(forecast);
  const getMetricData = ticks * metrics * price.metricRequested;
  const own = ownMetrics * price.customMetricMonth + ahead.own;
  const storage = ticks * shards * requests(putsPerShard, getsPerShard) + ahead.storage;
  const compute =
    ticks * (shards * (shardGigabyteSeconds * price.lambdaGigabyteSecond + price.lambdaRequest) + price.schedule) +
    ahead.compute;
  return { metrics, getMetricData, ownMetrics: own, storage, compute, total: getMetricData + own + storage + compute };
}

const requests = (puts: number, gets: number): number => puts * price.putRequest + gets * price.getRequest;

function forecastCost({ series, everySeconds }: ForecastLoad): Record<'own' | 'storage' | 'compute', number> {
  if (series === 0) return { own: 0, storage: 0, compute: 0 };
  const ticks = secondsPerMonth / everySeconds;
  const shards = Math.ceil(series / seriesPerShard);
  const { shard, series: each, fit } = forecastSeconds;
  const seconds = ticks * (shards * shard + series * each) + 30 * series * fit;
  return {
    own: forecastMetrics * price.customMetricMonth,
    storage: ticks * shards * requests(forecastPuts, forecastGets),
    compute:
      seconds * forecastGigabytes * price.lambdaGigabyteSecond +
      ticks * (shards * price.lambdaRequest + price.schedule),
  };
}
