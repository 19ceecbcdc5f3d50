// A thread that computes the slopes of slices, lesson after lesson, as they are put into its mailbox.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { answerSlopes } = await import('./lstm-mailbox.ts');
const { openLstmGradients } = await import('../../numeric/wasm/lstm-gradients.ts');

parentPort.on('message', ({ lesson, parameters, mailbox }) =>
  answerSlopes(mailbox, parameters, () => openLstmGradients(lesson)),
);
parentPort.postMessage('ready');
