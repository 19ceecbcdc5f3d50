import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { matchesPattern, type EventPattern } from '../fakes/aws/event-pattern.ts';
import { FakeSqs } from '../fakes/aws/sqs.ts';
import { clientsOf } from './aws-under-test.ts';

/** What the fakes say yes to is no proof; that they say no where AWS does is what makes tests on them worth something. */
let aws: FakeAws;
let present = Math.floor(Date.now() / 1000);
const settings = () => ({
  endpoint: aws.url,
  region: aws.region,
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
});
beforeAll(async () => {
  aws = await startFakeAws({ now: () => present });
  aws.s3.createBucket('bucket');
});
afterAll(() => aws.stop());

describe('the fake Secrets Manager', () => {
  const read = (SecretId: string, VersionStage?: string) =>
    new SecretsManagerClient(settings()).send(
      new GetSecretValueCommand({ SecretId, ...(VersionStage === undefined ? {} : { VersionStage }) }),
    );

  it('knows the value before the last rotation, and none where there was none', async () => {
    aws.secrets.store('once', 'first');
    aws.secrets.store('twice', 'first');
    aws.secrets.store('twice', 'second');
    expect(await read('twice')).toMatchObject({ SecretString: 'second' });
    expect(await read('twice', 'AWSPREVIOUS')).toMatchObject({ SecretString: 'first' });
    await expect(read('once', 'AWSPREVIOUS')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('finds a secret by its ARN', async () => {
    aws.secrets.store('ops/slack', 'hook');
    const arn = `arn:aws:secretsmanager:${aws.region}:${aws.account}:secret:ops/slack-a1B2c3`;
    expect(await read(arn)).toMatchObject({ SecretString: 'hook' });
  });

  it('refuses a secret that nobody stored', () =>
    expect(read('none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));
});

describe('the fake SSM', () => {
  const read = (Name: string, WithDecryption = true) =>
    new SSMClient(settings()).send(new GetParameterCommand({ Name, WithDecryption }));

  it('knows every version, and tells no value to who does not ask for decryption', async () => {
    aws.parameters.store('/ops/key', 'first');
    aws.parameters.store('/ops/key', 'second');
    expect(await read('/ops/key')).toMatchObject({ Parameter: { Value: 'second', Version: 2 } });
    expect(await read('/ops/key:1')).toMatchObject({ Parameter: { Value: 'first' } });
    expect((await read('/ops/key', false)).Parameter?.Value).not.toContain('second');
    await expect(read('/ops/key:3')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  });

  it('refuses a parameter that nobody stored', () =>
    expect(read('/none')).rejects.toMatchObject({ name: 'ParameterNotFound' }));
});

describe('the fake Lambda', () => {
  const invoke = (FunctionName: string, event: unknown) =>
    new LambdaClient(settings()).send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));

  it('answers what the function does, and says where it threw', async () => {
    aws.functions.register('doubler', async (event) => ({ payload: 2 * (event as number) }));
    aws.functions.register('broken', async () => ({ payload: { errorMessage: 'no' }, functionError: 'Unhandled' }));
    expect((await invoke('doubler', 21)).Payload?.transformToString()).toBe('42');
    expect(await invoke('broken', {})).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  });

  it('refuses a function that is not there', () =>
    expect(invoke('none', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));
});

describe('a presigned URL', () => {
  it('is answered without a signature in the headers, until it ends', async () => {
    aws.s3.plant('bucket', 'charts/a.png', Buffer.from('picture'));
    const { s3 } = clientsOf(aws, 'AKIATEST', { maxAttempts: 1 });
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'bucket', Key: 'charts/a.png' }), {
      expiresIn: 600,
    });
    expect(await (await fetch(url)).text()).toBe('picture');
    present += 700;
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('expired')]);
    present -= 700;
  });
});

describe('a rule of the fake EventBridge', () => {
  it('gets what matches its pattern on its bus, and nothing else', async () => {
    const seen: unknown[] = [];
    aws.eventbridge.createBus('ours');
    const pattern = { source: ['us'], 'detail-type': ['Signal'] };
    aws.eventbridge.putRule({ bus: 'ours', pattern, deliver: ({ detail }) => void seen.push(detail) });
    const entry = (EventBusName: string, Source: string, DetailType: string, n: number) => ({
      EventBusName,
      Source,
      DetailType,
      Detail: JSON.stringify({ n }),
    });
    await clientsOf(aws, 'AKIATEST', { maxAttempts: 1 }).eventBridge.send(
      new PutEventsCommand({
        Entries: [
          entry('ours', 'us', 'Signal', 1),
          entry('ours', 'them', 'Signal', 2),
          entry('ours', 'us', 'Other', 3),
          entry('default', 'us', 'Signal', 4),
        ],
      }),
    );
    expect(seen).toEqual([{ n: 1 }]);
  });

  it.each<[string, EventPattern, boolean]>([
    ['a field that is not there', { missing: ['x'] }, false],
    ['a nested field', { detail: { state: ['FAILED', 'STOPPED'] } }, true],
    ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
    ['anything but what it is', { source: [{ 'anything-but': 'aws.ecs' }] }, false],
    ['a field that must not be', { 'detail-type': [{ exists: false }] }, false],
  ])('with %s', (_, pattern, matches) => {
    const event = { source: 'aws.ecs', 'detail-type': 'Task', detail: { state: 'STOPPED' } };
    expect(matchesPattern(pattern, event)).toBe(matches);
  });

  it('with a matcher that the fake does not know says so', () => {
    expect(() => matchesPattern({ source: [{ cidr: '10.0.0.0/8' }] }, { source: 'x' })).toThrow(/cidr/);
  });
});

describe('a queue with a dead-letter queue', () => {
  it('hands a failed message on again after its visibility, and puts it aside after so many times', () => {
    let now = 0;
    const sqs = new FakeSqs(() => now);
    sqs.createQueue('dead');
    sqs.createQueue('work', { visibilitySeconds: 60, deadLetters: 'dead', receives: 2 });
    sqs.put('work', 'good');
    sqs.put('work', 'bad');
    const receive = () =>
      sqs.lambdaEvent('work', 'arn:aws:sqs:x:1:work').Records as { messageId: string; body: string }[];
    const [good, bad] = receive();
    sqs.handled('work', [good.messageId, bad.messageId], [bad.messageId]);
    expect(receive()).toEqual([]);
    now = 60;
    expect(receive().map(({ body }) => body)).toEqual(['bad']);
    now = 120;
    expect(receive()).toEqual([]);
    expect(sqs.messages('dead').map(({ body }) => body)).toEqual(['bad']);
  });
});
