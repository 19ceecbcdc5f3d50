import { PutMetricDataCommand, type CloudWatchClient, type MetricDatum as WireDatum } from '@aws-sdk/client-cloudwatch';
import type { MetricDatum, MetricSink } from '../../ports/metric-sink.ts';
import { failure, isDenied } from './aws-failure.ts';

export interface CloudWatchSinkOptions {
  readonly namespace: string;
  readonly client: CloudWatchClient;
}

const mostData = 1000;
/** CloudWatch takes 1 MB, compressed even; counting uncompressed stays on the safe side. */
const largestRequestBytes = 1024 * 1024 - 4096;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const largestValue = 2 ** 360;
const mostDimensions = 30;
const longestName = 255;
const longestDimensionValue = 1024;

/**
 * Publishes our own metrics under one namespace, in requests of at most 1,000 data and 1 MB. CloudWatch cannot tell a
 * repeated request: where the answer of one that worked is lost, the SDK's retry counts it twice. A lost value is worse.
 */
export class CloudWatchSink implements MetricSink {
  readonly #options: CloudWatchSinkOptions;

  constructor(options: CloudWatchSinkOptions) {
    this.#options = options;
  }

  /**
   * @throws RangeError naming metric, value and limit where CloudWatch would refuse a datum; then nothing was published.
   * @throws Error where CloudWatch did not take a request; requests before it were taken.
   */
  async publish(data: readonly MetricDatum[]): Promise<void> {
    const { client, namespace } = this.#options;
    for (const MetricData of batches(data.map(wireDatum))) {
      try {
        await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
      } catch (error) {
        const remedy = isDenied(error) ? `allow cloudwatch:PutMetricData in namespace ${namespace}` : undefined;
        throw failure(`could not publish ${MetricData.length} values to ${namespace}`, error, remedy);
      }
    }
  }
}

function wireDatum(datum: MetricDatum): WireDatum {
  const refuse = (what: string, got: unknown, limit: string): never => {
    throw new RangeError(
      `metric '${datum.name}': ${what} ${String(got)} cannot be published; CloudWatch takes ${limit}`,
    );
  };
  const { name, value, time, unit } = datum;
  if (!Number.isFinite(value) || Math.abs(value) > largestValue) refuse('value', value, 'finite numbers up to 2^360');
  if (!Number.isFinite(time)) refuse('time', time, 'epoch seconds');
  if (name.length < 1 || name.length > longestName) refuse('a name of length', name.length, `1 to ${longestName}`);
  const dimensions = Object.entries(datum.dimensions);
  if (dimensions.length > mostDimensions) refuse('dimensions', dimensions.length, `at most ${mostDimensions}`);
  return {
    MetricName: name,
    Dimensions: dimensions.map(([Name, Value]) => {
      if (!/^[\x20-\x39\x3b-\x7e][\x20-\x7e]{0,254}$/.test(Name))
        refuse('dimension', Name, '1 to 255 ASCII characters');
      if (!/^[\x20-\x7e]*$/.test(Value) || Value.trim() === '' || Value.length > longestDimensionValue) {
        refuse(
          `dimension ${Name}`,
          JSON.stringify(Value),
          `1 to ${longestDimensionValue} ASCII characters, not all blank`,
        );
      }
      return { Name, Value };
    }),
    Timestamp: new Date(time * 1000),
    Value: value,
    Unit: unit,
  };
}

function* batches(data: readonly WireDatum[]): Iterable<WireDatum[]> {
  let batch: WireDatum[] = [];
  let bytes = 0;
  for (const datum of data) {
    const size = Buffer.byteLength(JSON.stringify(datum)) + 1;
    if (batch.length === mostData || bytes + size > largestRequestBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(datum);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
