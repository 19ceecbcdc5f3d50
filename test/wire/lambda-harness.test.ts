import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLambda, type Lambda, type LambdaOptions } from '../fakes/lambda/start-lambda.ts';

const bundle = `
let calls = 0;
export const count = async (event) => ({ calls: ++calls, event });
export const environment = async () => ({ ...process.env });
export const context = async (event, context) => ({
  id: context.awsRequestId, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(), node: process.version });
export const speak = async () => { console.log('one line'); console.error('another'); };
export const fail = async () => { throw new TypeError('no such luck'); };
export const hang = () => new Promise(() => setInterval(() => {}, 1000));
export const exit = async () => { process.exit(3); };
export const reject = async () => { Promise.reject(new Error('nobody waits for me')); await new Promise((r) => setTimeout(r, 500)); };
export const hoard = async () => { const kept = []; for (;;) { kept.push(Buffer.alloc(8 << 20, 1)); await new Promise((r) => setTimeout(r, 2)); } };
export const huge = async () => 'x'.repeat(7 * 1024 * 1024);
export const callback = (event, context, done) => done(null, 1);
export const slow = async (event) => { await new Promise((r) => setTimeout(r, 200)); return process.pid; };
`;

let bundleDir: string;
const running: Lambda[] = [];
const start = async (handler: string, options: Partial<LambdaOptions> = {}): Promise<Lambda> => {
  const lambda = await startLambda({ bundleDir, handler: `index.${handler}`, ...options });
  running.push(lambda);
  return lambda;
};

beforeAll(async () => {
  bundleDir = await mkdtemp(join(tmpdir(), 'lambda-harness-'));
  await writeFile(join(bundleDir, 'index.mjs'), bundle);
  await writeFile(join(bundleDir, 'broken.mjs'), `throw new RangeError('cannot start: BUCKET is not set');`);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((lambda) => lambda.stop()));
});
afterAll(() => rm(bundleDir, { recursive: true }));

describe('the loop-back Lambda', () => {
  it('keeps a warm sandbox between invocations', async () => {
    const lambda = await start('count');
    const first = await lambda.invoke({ a: 1 });
    const second = await lambda.invoke({});
    expect(first).toMatchObject({ payload: { calls: 1, event: { a: 1 } } });
    expect(first.initMs).toBeGreaterThan(0);
    expect(second).toMatchObject({ payload: { calls: 2, event: {} } });
    expect(second.initMs).toBeUndefined();
  });

  it('gives the function the environment of the template and nothing of the machine', async () => {
    process.env['LEAK_OF_THE_MACHINE'] = 'yes';
    const lambda = await start('environment', {
      environment: { BUCKET: 'b' },
      platform: { AWS_ENDPOINT_URL: 'http://x' },
    });
    const { payload } = await lambda.invoke({});
    delete process.env['LEAK_OF_THE_MACHINE'];
    expect(payload).toMatchObject({ BUCKET: 'b', AWS_ENDPOINT_URL: 'http://x', AWS_REGION: 'eu-west-1' });
    expect(payload).not.toHaveProperty('LEAK_OF_THE_MACHINE');
    expect(payload).not.toHaveProperty('HOME');
  });

  it('hands over a context with the request, the function and the time left', async () => {
    const lambda = await start('context', { functionName: 'anomaly', timeoutMs: 5000 });
    const { payload, requestId } = await lambda.invoke({}, 'request-1');
    expect(requestId).toBe('request-1');
    expect(payload).toMatchObject({ id: 'request-1', arn: 'arn:aws:lambda:eu-west-1:111111111111:function:anomaly' });
    expect((payload as { left: number }).left).toBeGreaterThan(3000);
  });

  it('collects what the function writes', async () => {
    const lambda = await start('speak');
    await lambda.invoke({});
    await expect.poll(() => lambda.logs).toContainEqual({ stream: 'stdout', text: 'one line' });
    expect(lambda.logs).toContainEqual({ stream: 'stderr', text: 'another' });
  });

  it.each([
    ['a thrown error is an answer', 'fail', { errorType: 'TypeError', errorMessage: 'no such luck' }],
    ['a process that exits', 'exit', { errorType: 'Runtime.ExitError' }],
    ['a rejection nobody waits for', 'reject', { errorType: 'Runtime.UnhandledPromiseRejection' }],
    ['an answer beyond 6 MB', 'huge', { errorType: 'Function.ResponseSizeTooLarge' }],
    ['a handler with a callback', 'callback', { errorType: 'Runtime.CallbackHandlerDeprecated' }],
    ['a handler that is not exported', 'nowhere', { errorType: 'Runtime.HandlerNotFound' }],
  ])('%s', async (_, handler, payload) => {
    const lambda = await start(handler);
    expect(await lambda.invoke({})).toMatchObject({ functionError: 'Unhandled', payload });
  });

  it('tells an error at import, and tries a cold start again', async () => {
    const lambda = await startLambda({ bundleDir, handler: 'broken.handler' });
    running.push(lambda);
    const expected = {
      functionError: 'Unhandled',
      payload: { errorType: 'RangeError', errorMessage: 'cannot start: BUCKET is not set' },
    };
    expect(await lambda.invoke({})).toMatchObject(expected);
    expect(await lambda.invoke({})).toMatchObject(expected);
  });

  it('kills what runs too long and starts anew afterwards', async () => {
    const lambda = await start('hang', { timeoutMs: 300 });
    const first = await lambda.invoke({});
    expect(first).toMatchObject({ functionError: 'Unhandled', payload: { errorType: 'Sandbox.Timedout' } });
    expect(JSON.stringify(first.payload)).toContain('Task timed out after 0.30 seconds');
    expect((await lambda.invoke({})).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it.runIf(process.platform === 'linux')('kills what takes more memory than it has', async () => {
    const lambda = await start('hoard', { memoryMb: 160, timeoutMs: 10_000 });
    expect(await lambda.invoke({})).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Runtime.OutOfMemory' },
    });
  });

  it('runs concurrent invocations in sandboxes of their own', async () => {
    const lambda = await start('slow');
    const [one, other] = await Promise.all([lambda.invoke({}), lambda.invoke({})]);
    expect(one.payload).not.toBe(other.payload);
    expect([one.payload, other.payload]).toContain((await lambda.invoke({})).payload);
  });

  it('refuses an environment beyond 4 KB and names that Lambda reserves', async () => {
    await expect(start('count', { environment: { SETTINGS: 'x'.repeat(5000) } })).rejects.toThrow('Lambda allows 4096');
    await expect(start('count', { environment: { AWS_REGION: 'x' } })).rejects.toThrow('Lambda reserves AWS_REGION');
  });

  it('refuses an event beyond 6 MB', async () => {
    const lambda = await start('count');
    await expect(lambda.invoke('x'.repeat(7 * 1024 * 1024))).rejects.toThrow('RequestEntityTooLarge');
  });
});
