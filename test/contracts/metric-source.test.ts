import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CsvSource } from '../../shared/adapters/local/csv-source.ts';
import { HostSource } from '../../shared/adapters/local/host-source.ts';
import { SimulatedFleet } from '../../shared/adapters/local/simulated-fleet.ts';
import { SimulatedWorkload } from '../../shared/adapters/local/simulated-workload.ts';
import { metricSourceSuite, watchOf } from './suites/metric-source-suite.ts';

const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;

metricSourceSuite('the simulated fleet', async () => ({
  source: new SimulatedFleet(7, { now: () => monday + 86_400 }),
  watch: watchOf('Simulated/*', 60),
  from: monday,
  to: monday + 3_600,
}));

metricSourceSuite('the simulated workload', async () => ({
  source: new SimulatedWorkload(7, { now: () => monday + 86_400 }),
  watch: watchOf('Simulated/*', 300),
  from: monday,
  to: monday + 6_000,
}));

metricSourceSuite('a folder of CSV files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'csv-source-'));
  const rows = Array.from({ length: 20 }, (_, i) => `${monday + i * 300},${i % 7},${i * i}`);
  await writeFile(join(folder, 'web.csv'), ['timestamp,cpu,disk', ...rows].join('\n'));
  await writeFile(join(folder, 'db.csv.gz'), gzipSync(['timestamp,cpu,disk', ...rows].join('\n')));
  return {
    source: new CsvSource(folder),
    watch: watchOf('CSV', 300),
    from: monday,
    to: monday + 6_000,
    close: () => rm(folder, { recursive: true }),
  };
});

metricSourceSuite('this host', async () => {
  let now = monday + 30;
  const nature = { unit: 'Percent', bad: 'up', gap: 'gap' } as const;
  const source = new HostSource(
    { now: () => now },
    [
      { name: 'CPUUtilization', nature, measure: async () => now - monday },
      { name: 'MemoryUtilization', nature, measure: async () => 50 },
    ],
    'laptop',
  );
  const watch = watchOf('Host', 30);
  const { series } = await source.discover(watch);
  for (let i = 0; i < 6; i++, now += 30) await source.read(series, monday, monday + 180);
  now -= 30;
  return { source, watch, from: monday, to: monday + 180 };
});
