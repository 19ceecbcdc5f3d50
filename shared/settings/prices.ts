/**
 * What AWS asks, in dollars: transcribed from its price pages for us-east-1 on the date below, without any free tier.
 * Prices change and differ by region: `prices` in the settings overrides any of them.
 *
 * https://aws.amazon.com/cloudwatch/pricing/ https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/s3/pricing/
 * https://aws.amazon.com/sqs/pricing/ https://aws.amazon.com/eventbridge/pricing/
 * https://aws.amazon.com/firehose/pricing/ https://aws.amazon.com/api-gateway/pricing/
 * https://aws.amazon.com/secrets-manager/pricing/
 */
export const listPrices = {
  /** GetMetricData: a metric, of which up to five statistics count as one. */
  metricRequested: 0.01 / 1000,
  /** ListMetrics and PutMetricData: a request. */
  cloudWatchRequest: 0.01 / 1000,
  /** A metric stream: an update of a metric. */
  streamedUpdate: 0.003 / 1000,
  /** A metric of ours, a month in which it has data in every hour. */
  customMetric: 0.3,
  /** An alarm, a month, for each metric that it looks at. */
  alarmMetric: 0.1,
  /** An anomaly detection alarm of CloudWatch, a month: the metric, and the two ends of its band. */
  anomalyAlarm: 0.3,
  dashboard: 3,
  /** Logs, a gigabyte taken in; and kept, a month. */
  logGigabyte: 0.5,
  logGigabyteMonth: 0.03,
  lambdaGigabyteSecond: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1e6,
  /** S3: PUT, COPY and LIST; GET; and a gigabyte kept, a month. */
  putRequest: 5 / 1e6,
  getRequest: 0.4 / 1e6,
  storedGigabyteMonth: 0.023,
  queueRequest: 0.4 / 1e6,
  /** An event that is put on a bus of one's own. */
  busEvent: 1 / 1e6,
  scheduledRun: 1 / 1e6,
  firehoseGigabyte: 0.029,
  apiRequest: 1 / 1e6,
  secret: 0.4,
} as const;

export type PriceName = keyof typeof listPrices;
export type Prices = Readonly<Record<PriceName, number>>;

/** When and of which region the table was transcribed, for whoever reads an amount. */
export const pricesAsOf = 'us-east-1, October 2026, without free tiers';
