import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { metricSinkSuite } from './suites/metric-sink-suite.ts';

metricSinkSuite('the sink in memory', async () => {
  const sink = new MemoryMetricSink();
  return { sink, received: async () => sink.published };
});
