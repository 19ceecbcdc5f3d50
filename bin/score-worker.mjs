// A thread that scores files one after the other, as they are handed to it.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { scoreFile } = await import('./score-file.ts');

parentPort.on('message', async (job) => {
  try {
    const report = await scoreFile(job, (done) => parentPort.postMessage({ done }));
    parentPort.postMessage({ report });
  } catch (error) {
    parentPort.postMessage({ error: { name: error.name, message: error.message, stack: error.stack } });
  }
});
