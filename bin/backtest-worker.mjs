// A thread that backtests series one after the other, as they are handed to it.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { backtestSeries } = await import('./backtest-series.ts');

parentPort.on('message', (request) => {
  try {
    parentPort.postMessage({ backtest: backtestSeries(request) });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});
