import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { FakeCloudWatch } from './cloudwatch.ts';
import { FakeEventBridge } from './eventbridge.ts';
import { Faults, type Call, type Fault } from './faults.ts';
import { allows, type AccessRequest, type PolicyDocument } from './iam.ts';
import { FakeFunctions } from './functions.ts';
import { FakeS3 } from './s3.ts';
import { FakeParameters, FakeSecretsManager } from './secret-stores.ts';
import { FakeSqs } from './sqs.ts';
import { escapeXml, receive, Refusal, type WireAnswer, type WireRequest } from './wire.ts';

export interface FakeAwsOptions {
  /** Epoch seconds; default the clock of this machine. */
  readonly now?: () => number;
  /**
   * Whether answers are dated by `now`: for clients that live in that time, too. The SDK takes an answer of another time
   * for a wrong clock of its own, and tries again what was refused. @default by the machine's clock
   */
  readonly datesByNow?: boolean;
  readonly account?: string;
  readonly region?: string;
}

/** Loop-back S3, CloudWatch, EventBridge, SQS, Secrets Manager, SSM and Lambda behind one endpoint, for real SDK clients. */
export interface FakeAws {
  readonly url: string;
  readonly account: string;
  readonly region: string;
  readonly s3: FakeS3;
  readonly cloudwatch: FakeCloudWatch;
  readonly eventbridge: FakeEventBridge;
  readonly sqs: FakeSqs;
  readonly secrets: FakeSecretsManager;
  readonly parameters: FakeParameters;
  readonly functions: FakeFunctions;
  /** Every call so far, oldest first. */
  readonly calls: readonly Call[];
  /**
   * From the first grant on, IAM is enforced: an access key may do what its policies allow and nothing else, and an
   * unknown access key nothing at all. Before, everything is allowed.
   */
  grant(accessKeyId: string, policies: readonly PolicyDocument[]): void;
  inject(fault: Fault): void;
  clearFaults(): void;
  queueUrl(name: string): string;
  /** What a process needs in its environment to talk to this fake. */
  environment(accessKeyId?: string): Record<string, string>;
  stop(): Promise<void>;
}

const jsonServices = {
  GraniteServiceVersion20100801: { service: 'cloudwatch', version: '1.0', iam: 'cloudwatch' },
  AWSEvents: { service: 'eventbridge', version: '1.1', iam: 'events' },
  AmazonSQS: { service: 'sqs', version: '1.0', iam: 'sqs' },
  secretsmanager: { service: 'secretsmanager', version: '1.1', iam: 'secretsmanager' },
  AmazonSSM: { service: 'ssm', version: '1.1', iam: 'ssm' },
} as const;
type JsonService = (typeof jsonServices)[keyof typeof jsonServices];

interface Plan {
  readonly call: Omit<Call, 'status'>;
  readonly run: () => WireAnswer | Promise<WireAnswer>;
  readonly refuse: (refusal: Refusal) => WireAnswer;
}

/** The batch form of an action needs the right to the single one. */
const iamAction = (operation: string): string => operation.replace(/Batch$/, '');

export async function startFakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const { now = () => Date.now() / 1000, account = '111111111111', region = 'eu-west-1' } = options;
  const s3 = new FakeS3(now);
  const cloudwatch = new FakeCloudWatch(now, { account, region });
  const eventbridge = new FakeEventBridge(now);
  const sqs = new FakeSqs(now);
  const secrets = new FakeSecretsManager();
  const parameters = new FakeParameters();
  const functions = new FakeFunctions();
  const faults = new Faults();
  const calls: Call[] = [];
  const grants = new Map<string, readonly PolicyDocument[]>();

  const may =
    (accessKeyId: string) =>
    (access: AccessRequest): boolean => {
      if (grants.size === 0) return true;
      const policies = grants.get(accessKeyId);
      if (policies === undefined)
        throw new Refusal(403, 'InvalidAccessKeyId', `the fake knows no access key ${accessKeyId}`);
      return allows(policies, access);
    };
  const demand = (request: WireRequest, access: AccessRequest): void => {
    if (may(request.accessKeyId)(access)) return;
    const message = `User is not authorized to perform: ${access.action} on resource: ${access.resource}`;
    throw new Refusal(access.action.startsWith('sqs:') ? 403 : 400, 'AccessDeniedException', message);
  };

  const runJson = (request: WireRequest, { service, iam, version }: JsonService, operation: string): WireAnswer => {
    const gzipped = (request.headers['content-encoding'] ?? '') === 'gzip';
    const text = (gzipped ? gunzipSync(request.body) : request.body).toString();
    const input = JSON.parse(text) as Record<string, unknown>;
    const action = `${iam}:${iamAction(operation)}`;
    const arn = (name: string): string => `arn:aws:${iam}:${request.region}:${account}:${name}`;
    let output: object;
    if (service === 'cloudwatch') {
      const namespace = operation === 'PutMetricData' ? { 'cloudwatch:namespace': String(input['Namespace']) } : {};
      demand(request, { action, resource: '*', context: namespace });
      output = cloudwatch.answer(operation, input, request.region, request.body.length);
    } else if (service === 'eventbridge') {
      for (const bus of FakeEventBridge.busesOf(input)) demand(request, { action, resource: arn(`event-bus/${bus}`) });
      output = eventbridge.answer(operation, input);
    } else if (service === 'sqs') {
      demand(request, { action, resource: arn(FakeSqs.queueOf(input)) });
      output = sqs.answer(operation, input);
    } else if (service === 'secretsmanager') {
      // The six characters that Secrets Manager appends to a name.
      demand(request, { action, resource: arn(`secret:${FakeSecretsManager.nameOf(input)}-a1B2c3`) });
      output = secrets.answer(operation, input);
    } else {
      const name = FakeParameters.nameOf(input);
      demand(request, { action, resource: arn(`parameter${name.startsWith('/') ? '' : '/'}${name}`) });
      output = parameters.answer(operation, input);
    }
    return {
      status: 200,
      headers: { 'content-type': `application/x-amz-json-${version}` },
      body: JSON.stringify(output),
    };
  };

  const plan = (request: WireRequest): Plan => {
    const { accessKeyId } = request;
    const target = request.headers['x-amz-target'];
    const invoked = FakeFunctions.nameOf(request);
    if (invoked !== undefined) {
      const resource = `arn:aws:lambda:${request.region}:${account}:function:${invoked}`;
      return {
        call: { service: 'lambda', operation: 'Invoke', key: invoked, accessKeyId },
        run: () => {
          demand(request, { action: 'lambda:InvokeFunction', resource });
          return functions.answer(invoked, request);
        },
        refuse: (refusal) => jsonRefusal(refusal, '1.1'),
      };
    }
    if (target === undefined) {
      const s3Call = s3.callOf(request);
      return {
        call: { service: 's3', operation: s3Call.operation, key: s3Call.key, accessKeyId },
        run: () => s3.answer(s3Call, request, may(accessKeyId)),
        refuse: xmlRefusal,
      };
    }
    const [prefix = '', operation = ''] = target.split('.');
    const known = (jsonServices as Readonly<Partial<Record<string, JsonService>>>)[prefix];
    if (known === undefined) throw new Refusal(400, 'UnknownOperationException', `the fake knows no ${target}`);
    return {
      call: { service: known.service, operation, key: secretNameOf(target, request), accessKeyId },
      run: () => runJson(request, known, operation),
      refuse: (refusal) => jsonRefusal(refusal, known.version),
    };
  };

  const perform = async (request: WireRequest, response: ServerResponse): Promise<void> => {
    let planned: Plan;
    try {
      if (request.accessKeyId === '') throw new Refusal(403, 'MissingAuthenticationToken', 'the request is not signed');
      planned = plan(request);
    } catch (error) {
      send(response, xmlRefusal(asRefusal(error)));
      return;
    }
    const effect = faults.take(planned.call);
    const record = (status: number): void => void calls.push({ ...planned.call, status });
    if (effect === 'hang') {
      record(0);
      return;
    }
    if (effect === 'lost-request') {
      record(0);
      response.destroy();
      return;
    }
    let answer: WireAnswer;
    try {
      if (typeof effect === 'object') throw new Refusal(effect.status, effect.code, effect.message ?? effect.code);
      answer = await planned.run();
    } catch (error) {
      answer = planned.refuse(asRefusal(error));
    }
    record(effect === 'lost-answer' ? 0 : answer.status);
    if (effect === 'lost-answer') response.destroy();
    else if (effect === 'truncate') cutShort(response, answer);
    else send(response, answer);
  };

  const server = createServer((request, response) => {
    if (options.datesByNow === true) response.setHeader('date', new Date(now() * 1000).toUTCString());
    receive(request)
      .then((received) => perform(received, response))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    account,
    region,
    s3,
    cloudwatch,
    eventbridge,
    sqs,
    secrets,
    parameters,
    functions,
    calls,
    grant: (accessKeyId, policies) => void grants.set(accessKeyId, policies),
    inject: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    queueUrl: (name) => `${url}/${account}/${name}`,
    environment: (accessKeyId = 'AKIATEST') => ({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** So that a test can say which secret was read. */
function secretNameOf(target: string, { body }: WireRequest): string {
  if (!/GetSecretValue|GetParameter/.test(target)) return '';
  const input = JSON.parse(body.toString()) as object;
  return target.startsWith('secretsmanager') ? FakeSecretsManager.nameOf(input) : FakeParameters.nameOf(input);
}

/** An error of the fake itself must not look like an answer of AWS that a client retries: it is named as what it is. */
const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal(400, 'FakeAwsBroke', error instanceof Error ? (error.stack ?? '') : String(error));

const xmlRefusal = ({ status, code, message }: Refusal): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`,
});

const jsonRefusal = ({ status, code, message }: Refusal, version: string): WireAnswer => ({
  status,
  headers: {
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-query-error': `${code};Sender`,
    'x-amzn-errortype': code,
  },
  body: JSON.stringify({ __type: `com.amazonaws#${code}`, message }),
});

function send(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { 'x-amzn-requestid': 'fake', ...answer.headers }).end(answer.body);
}

/** Announces the whole length, sends half of it and breaks the connection. */
function cutShort(response: ServerResponse, answer: WireAnswer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
