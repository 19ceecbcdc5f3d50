import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { createRandom } from '../../shared/numeric/random.ts';

/** Two services of a shop, one of which becomes slow. Times in epoch seconds. */
export const namespace = 'Shop';
const day = 86_400;

/** Milliseconds of a service at a minute: a hill a day, and a little noise. */
function usual(service: string, from: number, to: number): [time: number, value: number][] {
  const random = createRandom(service.length);
  return Array.from({ length: Math.floor((to - from) / 60) }, (_, k) => {
    const time = from + k * 60;
    return [time, 200 + 60 * Math.sin((2 * Math.PI * time) / day) + 4 * random.normal()];
  });
}

/** What was measured from `from` until before `to`, of each service; in `faulty`, 600 ms more from `since` on. */
export const measured = (
  from: number,
  to: number,
  fault?: { readonly service: string; readonly since: number },
): ReadonlyMap<string, readonly (readonly [time: number, value: number])[]> =>
  new Map(
    ['cart', 'search'].map((service) => [
      service,
      usual(service, from, to).map(([time, value]) =>
        service === fault?.service && time >= fault.since ? [time, value + 600] : [time, value],
      ),
    ]),
  );

/** Publishes them as an application would, a thousand at a time. */
export async function publish(client: CloudWatchClient, all: ReturnType<typeof measured>): Promise<number> {
  const data = [...all].flatMap(([service, samples]) =>
    samples.map(([time, value]) => ({
      MetricName: 'Latency',
      Dimensions: [{ Name: 'Service', Value: service }],
      Timestamp: new Date(time * 1000),
      Value: value,
      Unit: 'Milliseconds' as const,
    })),
  );
  for (let from = 0; from < data.length; from += 1000)
    await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: data.slice(from, from + 1000) }));
  return data.length;
}
