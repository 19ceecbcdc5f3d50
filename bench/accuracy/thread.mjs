// A thread that judges labelled series and servers one after the other, as they are handed to it.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { deployedBudgetRows } = await import('./deployed-budget.ts');
const { judgeEntityFile, judgeSeriesFile } = await import('./jobs.ts');

function answer(job) {
  if ('series' in job) return judgeSeriesFile(job.series, job.besides);
  if ('entity' in job) return judgeEntityFile(job.entity, job.besides);
  return deployedBudgetRows(job.watch);
}

parentPort.on('message', (job) => parentPort.postMessage(answer(job)));
