import * as systeminformation from 'systeminformation';
import type { MetricNature } from '../../metrics/metric.ts';

/** One reading of this machine. */
export interface HostProbe {
  readonly name: string;
  readonly nature: MetricNature;
  /** The value now, or since the last call; undefined where this system does not tell. */
  measure(): Promise<number | undefined>;
}

const percent: MetricNature = { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' };
const atLeastZero = (unit: string, bad: MetricNature['bad']): MetricNature => ({ unit, lowest: 0, bad, gap: 'gap' });
const bytesPerMegabyte = 1e6;

/** What `systeminformation` tells of this machine. The rates need two calls: the first has nothing to compare with. */
export function hostProbes(): readonly HostProbe[] {
  return [
    {
      name: 'CPUUtilization',
      nature: percent,
      measure: async () => known((await systeminformation.currentLoad()).currentLoad),
    },
    {
      name: 'MemoryUtilization',
      nature: percent,
      async measure() {
        const { total, available } = await systeminformation.mem();
        return total > 0 ? known((100 * (total - available)) / total) : undefined;
      },
    },
    {
      name: 'NetworkThroughput',
      nature: atLeastZero('Megabytes/Second', 'both'),
      async measure() {
        const interfaces = await systeminformation.networkStats('*');
        const rates = interfaces.flatMap((one) => [known(one.rx_sec), known(one.tx_sec)]);
        const measured = rates.filter((rate) => rate !== undefined);
        return measured.length === 0 ? undefined : measured.reduce((sum, rate) => sum + rate, 0) / bytesPerMegabyte;
      },
    },
    {
      name: 'DiskOperations',
      nature: atLeastZero('Count/Second', 'both'),
      // Null where the platform has no such counters, an empty object in a container without block devices.
      measure: async () => known(((await systeminformation.disksIO()) as { tIO_sec?: number | null } | null)?.tIO_sec),
    },
    {
      name: 'LoadAverage',
      nature: atLeastZero('Count', 'up'),
      measure: async () => known((await systeminformation.currentLoad()).avgLoad),
    },
  ];
}

const known = (value: number | null | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
