// A Lambda Runtime Interface Client: loads the handler named by _HANDLER and serves the Runtime API of the day
// (2018-06-01) until it is killed. Plain JavaScript, because it runs inside the child under whatever Node is under test.
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const machineNow = Date.now;
/** A test may set the clock that the handler sees: the file holds how far it is from the machine's, in milliseconds. */
function shiftClock(file) {
  const now = () => machineNow() + (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  globalThis.Date = new Proxy(Date, {
    get: (real, name) => (name === 'now' ? now : real[name]),
    apply: (real) => new real(now()).toString(),
    construct: (real, given, target) => Reflect.construct(real, given.length === 0 ? [now()] : given, target),
  });
}
if (process.env.LAMBDA_CLOCK_FILE !== undefined) shiftClock(process.env.LAMBDA_CLOCK_FILE);

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const described = (error) => ({
  errorType: error?.name ?? 'Error',
  errorMessage: error?.message ?? String(error),
  trace: String(error?.stack ?? '').split('\n'),
});
const named = (name, message) => Object.assign(new Error(message), { name });
const post = (path, body) => fetch(`${api}/${path}`, { method: 'POST', body });

let current;
const die = (type) => async (error) => {
  const body = JSON.stringify({ ...described(error), errorType: type(error) });
  await post(current === undefined ? 'init/error' : `invocation/${current}/error`, body).catch(() => undefined);
  process.exit(1);
};
process.on(
  'unhandledRejection',
  die(() => 'Runtime.UnhandledPromiseRejection'),
);
process.on(
  'uncaughtException',
  die((error) => error?.name ?? 'Error'),
);

async function loadHandler() {
  const [file, name] = process.env._HANDLER.split('.');
  const base = `${process.env.LAMBDA_TASK_ROOT}/${file}`;
  const path = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find((one) => existsSync(one));
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = await import(pathToFileURL(path).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
  }
  // Node 24 on Lambda refuses handlers that take a callback; a bundle that works here must work there.
  if (handler.length >= 3) {
    throw named('Runtime.CallbackHandlerDeprecated', 'ERROR: callback-based function handlers are not supported');
  }
  return handler;
}

const started = performance.now();
let handler;
try {
  handler = await loadHandler();
} catch (error) {
  await post('init/error', JSON.stringify(described(error)));
  process.exit(1);
}
const initMs = performance.now() - started;

for (;;) {
  const next = await fetch(`${api}/invocation/next`, { headers: { 'x-init-ms': String(initMs) } });
  current = next.headers.get('lambda-runtime-aws-request-id');
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  process.env._X_AMZN_TRACE_ID = next.headers.get('lambda-runtime-trace-id') ?? '';
  const event = await next.json();
  const context = {
    awsRequestId: current,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - machineNow(),
  };
  let kind = 'response';
  let body;
  try {
    body = JSON.stringify((await handler(event, context)) ?? null);
  } catch (error) {
    kind = 'error';
    body = JSON.stringify(described(error));
  }
  await post(`invocation/${current}/${kind}`, body);
  current = undefined;
}
