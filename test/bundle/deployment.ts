import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AnomalyMonitoringStack, type AnomalyMonitoringProps } from '../../lib/index.ts';
import { deployRules } from '../fakes/aws/event-rules.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { scheduledEvent } from '../fakes/aws/scheduler.ts';
import { DeployedTemplate, type Template } from '../fakes/aws/template.ts';
import type { Invocation } from '../fakes/lambda/sandbox.ts';
import { startLambda, type Lambda } from '../fakes/lambda/start-lambda.ts';

const roles = [
  'Anomaly',
  'Worker',
  'Forecast',
  'Foreseer',
  'Train',
  'Router',
  'Sweep',
  'Chart',
  'Api',
  'Widget',
  'Stream',
] as const;
export type FunctionRole = (typeof roles)[number];

/** What `cdk deploy` would leave: bundles, environment, rights and settings as synthesised, on loop-back fakes. */
export interface Deployment {
  readonly aws: FakeAws;
  readonly busName: string;
  readonly queueName: string;
  /** Sets what the fakes take for the present, and from then on also the functions, in epoch seconds. */
  setNow(seconds: number): void;
  invoke(role: FunctionRole, event: unknown): Promise<Invocation>;
  /** Another instance of the function, cold. */
  fresh(role: FunctionRole): Promise<Lambda>;
  /** What Scheduler would send for a watch at that time. */
  scheduled(kind: 'Tick' | 'Forecast' | 'Training', watch: string, time: number): unknown;
  /** What Scheduler would put on the bus to test the alerts. */
  alertTestAt(time: number): { readonly source: string; readonly detailType: string; readonly detail: unknown };
  /** What Scheduler would send every minute. */
  sweepAt(time: number): unknown;
  /** Hands everything in the work queue to the worker; its answers. */
  work(): Promise<Invocation[]>;
  /** Hands everything in the queue of forecasts to its worker; its answers. */
  foresee(): Promise<Invocation[]>;
  /** What Firehose writes below `raw/stream/`, and S3 then says of it, at that time. */
  deliver(name: string, body: Uint8Array, arrivedAt: number): void;
  /** Hands everything in the queue of deliveries to the stream function; its answers. */
  takeDeliveries(): Promise<Invocation[]>;
  /** Everything in the dead-letter queue of deliveries. */
  failedDeliveries(): readonly string[];
  /** Hands everything in the alert queue to the router; its answers. */
  route(): Promise<Invocation[]>;
  /** Everything in the router's dead-letter queue. */
  failedAlerts(): readonly string[];
  logs(role: FunctionRole): string;
  /** Keys in the bucket, past every permission. */
  keys(prefix?: string): string[];
  body(key: string): Uint8Array;
  plant(key: string, body: Uint8Array): void;
  stop(): Promise<void>;
}

interface Assets {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}
type Properties = Readonly<Record<string, unknown>>;

export interface DeployOptions {
  /** What only a test sets in the environment of every function, such as who stands in for PagerDuty. */
  readonly platform?: Readonly<Record<string, string>>;
  /** Where the HTTP API of the template answers. */
  readonly apiEndpoint?: string;
}

/** A real synth, bundling included; the caller stops what this starts. */
export async function deploy(
  props: AnomalyMonitoringProps,
  now: number,
  { platform = {}, apiEndpoint = 'https://api.example.com' }: DeployOptions = {},
): Promise<Deployment> {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  const app = new App({ outdir, analyticsReporting: false, ...({ builtinCloudFormationValidation: false } as object) });
  new AnomalyMonitoringStack(app, 'Deployed', { selfAlarms: 'nobody', ...props });
  app.synth();
  const read = (file: string): unknown => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
  const assets = read('Deployed.assets.json') as Assets;
  const assetFolder = (archive: string): string =>
    join(outdir, assets.files[archive.replace(/\.zip$/, '')].source.path);

  let present = now;
  const aws = await startFakeAws({ now: () => present, datesByNow: true });
  const template = new DeployedTemplate(read('Deployed.template.json') as Template, {
    account: aws.account,
    region: aws.region,
    queueUrlBase: aws.url,
    attribute: (_, attribute) => (attribute === 'ApiEndpoint' ? apiEndpoint : undefined),
  });
  const only = (type: string, part: RegExp): string => {
    const found = template.idsOf(type).filter((one) => part.test(one));
    if (found.length !== 1) throw new Error(`expected one ${type} like ${String(part)}, got ${found.join() || 'none'}`);
    return found[0];
  };
  const propertiesOf = (id: string): Properties => template.template.Resources[id].Properties ?? {};

  const bucket = template.nameOf(only('AWS::S3::Bucket', /Storage/));
  const busName = template.nameOf(only('AWS::Events::EventBus', /Signals/));
  const queueId = only('AWS::SQS::Queue', /DetectionShards[0-9A-F]{8}$/);
  aws.s3.createBucket(bucket);
  aws.eventbridge.createBus(busName);
  const alertQueueId = only('AWS::SQS::Queue', /AlertingSignals[0-9A-F]{8}$/);
  for (const id of template.idsOf('AWS::SQS::Queue')) {
    const { VisibilityTimeout: visibilitySeconds = 30, RedrivePolicy } = propertiesOf(id) as {
      readonly VisibilityTimeout?: number;
      readonly RedrivePolicy?: { readonly deadLetterTargetArn: unknown; readonly maxReceiveCount: number };
    };
    const target = RedrivePolicy === undefined ? '' : String(template.resolve(RedrivePolicy.deadLetterTargetArn));
    const deadLetters = target === '' ? {} : { deadLetters: target.split(':').at(-1) ?? '' };
    const receives = RedrivePolicy === undefined ? {} : { receives: RedrivePolicy.maxReceiveCount };
    aws.sqs.createQueue(template.nameOf(id), { visibilitySeconds, ...deadLetters, ...receives });
  }
  deployRules(aws, template);

  const clockFile = join(outdir, 'clock');
  const started: Lambda[] = [];
  const start = async (role: FunctionRole): Promise<Lambda> => {
    const id = only('AWS::Lambda::Function', new RegExp(`${role}[0-9A-F]{8}$`));
    const { Code, Handler, MemorySize, Timeout } = propertiesOf(id) as {
      readonly Code: { readonly S3Key: string };
      readonly Handler: string;
      readonly MemorySize: number;
      readonly Timeout: number;
    };
    aws.grant(role, template.policiesOf(id));
    const lambda = await startLambda({
      bundleDir: assetFolder(Code.S3Key),
      handler: Handler,
      environment: template.environmentOf(id),
      platform: { ...aws.environment(role), LAMBDA_CLOCK_FILE: clockFile, ...platform },
      functionName: role,
      memoryMb: MemorySize,
      timeoutMs: Timeout * 1000,
    });
    started.push(lambda);
    return lambda;
  };
  const lambdas = new Map<FunctionRole, Lambda>();
  for (const role of roles) {
    const isThere = template.idsOf('AWS::Lambda::Function').some((id) => new RegExp(`${role}[0-9A-F]{8}$`).test(id));
    if (isThere) lambdas.set(role, await start(role));
  }
  const lambda = (role: FunctionRole): Lambda => {
    const found = lambdas.get(role);
    if (found === undefined) throw new Error(`the template has no function ${role}`);
    return found;
  };
  const chart = template.nameOf(only('AWS::Lambda::Function', /Chart[0-9A-F]{8}$/));
  aws.functions.register(chart, (event) => lambda('Chart').invoke(event));

  /** As the event source mapping does: what is answered as failed comes again, everything else is deleted. */
  const drain = async (queue: string, role: FunctionRole, most: number): Promise<Invocation[]> => {
    const answers: Invocation[] = [];
    for (;;) {
      const event = aws.sqs.lambdaEvent(template.nameOf(queue), template.arnOf(queue), most);
      const ids = (event.Records as readonly { readonly messageId: string }[]).map(({ messageId }) => messageId);
      if (ids.length === 0) return answers;
      const answer = await lambda(role).invoke(event);
      const { batchItemFailures = [] } = (answer.payload ?? {}) as {
        readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
      };
      const failed = answer.functionError === undefined ? batchItemFailures.map((one) => one.itemIdentifier) : ids;
      aws.sqs.handled(template.nameOf(queue), ids, failed);
      answers.push(answer);
    }
  };

  // What the bucket deployment's own function would do.
  const deployment = propertiesOf(only('Custom::CDKBucketDeployment', /Settings/));
  const [archive] = deployment['SourceObjectKeys'] as [string];
  const settingsKey = template.environmentOf(only('AWS::Lambda::Function', /Anomaly[0-9A-F]{8}$/))[
    'AIOPS_SETTINGS_KEY'
  ];
  const file = settingsKey.slice(settingsKey.lastIndexOf('/') + 1);
  aws.s3.plant(bucket, settingsKey, readFileSync(join(assetFolder(archive), file)));

  return {
    aws,
    busName,
    queueName: template.nameOf(queueId),
    setNow(seconds) {
      present = seconds;
      writeFileSync(clockFile, String(Math.round(seconds * 1000 - Date.now())));
    },
    invoke: (role, event) => lambda(role).invoke(event),
    fresh: start,
    scheduled(kind, watch, time) {
      const id = template
        .idsOf('AWS::Scheduler::Schedule')
        .find((one) => propertiesOf(one)['Description'] === `${kind} of watch ${watch}`);
      if (id === undefined) throw new Error(`there is no schedule for a ${kind} of ${watch}`);
      return scheduledEvent((propertiesOf(id)['Target'] as { Input: string }).Input, time, `arn:aws:scheduler:::${id}`);
    },
    alertTestAt(time) {
      const id = only('AWS::Scheduler::Schedule', /SchedulesAlertTest[0-9A-F]{8}$/);
      const { EventBridgeParameters: entry, Input } = propertiesOf(id)['Target'] as {
        readonly EventBridgeParameters: { readonly Source: string; readonly DetailType: string };
        readonly Input: string;
      };
      const detail = scheduledEvent(Input, time, `arn:aws:scheduler:::${id}`);
      return { source: entry.Source, detailType: entry.DetailType, detail };
    },
    sweepAt(time) {
      const id = template
        .idsOf('AWS::Scheduler::Schedule')
        .find((one) => propertiesOf(one)['Description'] === 'Sweep of incidents');
      if (id === undefined) throw new Error('there is no schedule for the sweep');
      return scheduledEvent((propertiesOf(id)['Target'] as { Input: string }).Input, time, `arn:aws:scheduler:::${id}`);
    },
    work: () => drain(queueId, 'Worker', 1),
    foresee: () => drain(only('AWS::SQS::Queue', /ForecastingShards[0-9A-F]{8}$/), 'Foreseer', 1),
    deliver(name, body, arrivedAt) {
      const { NotificationConfiguration: told } = template.resolve(
        propertiesOf(only('AWS::S3::Bucket', /Storage/)),
      ) as {
        readonly NotificationConfiguration: {
          readonly QueueConfigurations: readonly { readonly Queue: string; readonly Filter: unknown }[];
        };
      };
      const [{ Queue, Filter }] = told.QueueConfigurations;
      const prefix = /"Value":"([^"]*)"/.exec(JSON.stringify(Filter))?.[1] ?? '';
      const key = `${prefix}${name}`;
      aws.s3.plant(bucket, key, body);
      const eventTime = new Date(arrivedAt * 1000).toISOString();
      const record = { eventName: 'ObjectCreated:Put', eventTime, s3: { bucket: { name: bucket }, object: { key } } };
      aws.sqs.put(Queue.split(':').at(-1) ?? '', JSON.stringify({ Records: [record] }));
    },
    takeDeliveries: () => drain(only('AWS::SQS::Queue', /StreamsDeliveries[0-9A-F]{8}$/), 'Stream', 1),
    failedDeliveries() {
      const name = template.nameOf(only('AWS::SQS::Queue', /FailedDeliveries[0-9A-F]{8}$/));
      return aws.sqs.messages(name).map(({ body }) => body);
    },
    route: () => drain(alertQueueId, 'Router', 100),
    failedAlerts() {
      const name = template.nameOf(only('AWS::SQS::Queue', /FailedAlerts[0-9A-F]{8}$/));
      return aws.sqs.messages(name).map(({ body }) => body);
    },
    logs: (role) =>
      lambda(role)
        .logs.map(({ text }) => text)
        .join('\n'),
    keys: (prefix) => aws.s3.keys(bucket, prefix),
    body(key) {
      const found = aws.s3.object(bucket, key);
      if (found === undefined) throw new Error(`nothing is stored under ${key}`);
      return found.body;
    },
    plant: (key, body) => void aws.s3.plant(bucket, key, body),
    async stop() {
      await Promise.all(started.map((one) => one.stop()));
      await aws.stop();
      rmSync(outdir, { recursive: true });
    },
  };
}
