import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBridgeBus } from '../../shared/adapters/aws/eventbridge-bus.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { signalSchema, type Signal } from '../../shared/alerting/signal.ts';
import { eventBusSuite } from '../contracts/suites/event-bus-suite.ts';
import { objectStoreSuite } from '../contracts/suites/object-store-suite.ts';
import { DeployedTemplate, type Template } from '../fakes/aws/template.ts';
import { synthesise } from '../infrastructure/synthesise.ts';
import { MemoryLog, quick } from '../wire/aws-under-test.ts';
import { botoAgainst } from './boto.ts';
import { region } from './ministack.ts';
import { startMoto, type Moto } from './moto.ts';
import { installEmulators } from './python-packages.ts';

// Somebody else's reading of AWS, where it is good: conditional writes, events, alarms, dashboards.
let moto: Moto;
let boto: ReturnType<typeof botoAgainst>;
let clients: { readonly s3: S3Client; readonly events: EventBridgeClient; readonly sqs: SQSClient };
beforeAll(async () => {
  const python = installEmulators();
  moto = await startMoto(python);
  boto = botoAgainst(python, moto.url);
  const options = { region, endpoint: moto.url, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  clients = {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    events: new EventBridgeClient(options),
    sqs: new SQSClient(options),
  };
});
afterAll(() => moto.stop());

let opened = 0;

objectStoreSuite(
  'the store in S3 as moto has it',
  async () => {
    const bucket = `bucket-${opened++}`;
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await clients.s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
    const open = () => new S3ObjectStore({ bucket, client: clients.s3, backOff: quick });
    return { store: open(), another: open() };
  },
  { refusesHostileKeys: true },
);

eventBusSuite('the EventBridge bus as moto has it', async () => {
  const name = `signals-${opened++}`;
  await clients.events.send(new CreateEventBusCommand({ Name: name }));
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const EventPattern = JSON.stringify({ source: ['aiops.monitoring'], 'detail-type': ['Signal'] });
  await clients.events.send(new PutRuleCommand({ Name: 'all', EventBusName: name, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: `arn:aws:sqs:${region}:123456789012:${name}` }];
  await clients.events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: name, Targets }));
  const received: Signal[] = [];
  return {
    bus: new EventBridgeBus({ busName: name, client: clients.events, log: new MemoryLog(), backOff: quick }),
    async received() {
      for (;;) {
        const { Messages = [] } = await clients.sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
        );
        if (Messages.length === 0) return received;
        received.push(
          ...Messages.map(({ Body = '{}' }) => signalSchema.parse((JSON.parse(Body) as { detail: unknown }).detail)),
        );
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
  };
});

describe('what the stack asks of CloudWatch, by the API instead of CloudFormation', () => {
  const source = synthesise().template.toJSON() as Template;
  const template = new DeployedTemplate(source, {
    account: '123456789012',
    region,
    queueUrlBase: 'http://127.0.0.1',
    attribute: (id, attribute) => `${id}-${attribute}`,
  });
  const propertiesOf = (id: string) => template.resolve(source.Resources[id].Properties) as Record<string, unknown>;

  it('are alarms that it takes and describes as they were asked for, those over metric math, too', async () => {
    const asked = template
      .idsOf('AWS::CloudWatch::Alarm')
      .map((AlarmName) => ({ AlarmName, ...propertiesOf(AlarmName) }));
    await boto('cloudwatch', 'put_metric_alarm', asked.map(withTopic));
    const { MetricAlarms } = await boto<{ MetricAlarms: Record<string, unknown>[] }>('cloudwatch', 'describe_alarms');
    expect(asked.length).toBeGreaterThanOrEqual(12);
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      asked.map(({ AlarmName }) => AlarmName).sort(),
    );
    for (const alarm of asked) {
      const found = MetricAlarms.find(({ AlarmName }) => AlarmName === alarm.AlarmName);
      expect(found).toMatchObject(withTopic(alarm));
    }
    expect(MetricAlarms.filter(({ Metrics }) => Array.isArray(Metrics) && Metrics.length > 0)).not.toEqual([]);
  }, 120_000);
});

/** What `Ref` of a topic becomes when it is deployed. */
const withTopic = (alarm: Record<string, unknown>): Record<string, unknown> => ({
  ...alarm,
  AlarmActions: [`arn:aws:sns:${region}:123456789012:alarms`],
});
