import { Readable } from 'node:stream';
import {
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { clientsOf } from './aws-under-test.ts';

const now = 1_794_000_000;
const date = (seconds: number): Date => new Date(seconds * 1000);

let aws: FakeAws;
let clients: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  aws = await startFakeAws({ now: () => now });
  aws.s3.createBucket('bucket');
  aws.sqs.createQueue('work');
  clients = clientsOf(aws, 'AKIATEST', { maxAttempts: 1 });
});
afterAll(() => aws.stop());

const query = (more: Partial<MetricDataQuery> = {}, stat: Record<string, unknown> = {}): MetricDataQuery => ({
  Id: 'a',
  MetricStat: { Metric: { Namespace: 'N', MetricName: 'M' }, Period: 60, Stat: 'Sum', ...stat },
  ...more,
});
const get = (queries: MetricDataQuery[], more: object = {}): Promise<unknown> =>
  clients.cloudWatch.send(
    new GetMetricDataCommand({ StartTime: date(now - 600), EndTime: date(now), MetricDataQueries: queries, ...more }),
  );

describe('the fake GetMetricData refuses what CloudWatch refuses', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['501 queries', () => get(Array.from({ length: 501 }, (_, i) => query({ Id: `a${i}` }))), 'between 1 and 500'],
    ['no query', () => get([]), 'between 1 and 500'],
    ['an id twice', () => get([query(), query()]), 'Duplicate Id'],
    ['an id in capitals', () => get([query({ Id: 'A' })]), 'not a valid Id'],
    ['a period that is no multiple of a minute', () => get([query({}, { Period: 90 })]), 'multiple of 60'],
    ['a statistic that does not exist', () => get([query({}, { Stat: 'Mean' })]), 'Mean'],
    ['metric and expression at once', () => get([query({ Expression: '1' })]), 'exactly one'],
    ['nothing to return', () => get([query({ ReturnData: false })]), 'No query returns data'],
    ['an end before the start', () => get([query()], { EndTime: date(now - 601) }), 'less than'],
    ['more than 100,800 points a page', () => get([query()], { MaxDatapoints: 100_801 }), '100800'],
    ['a page token of its own making', () => get([query()], { NextToken: 'made-up' }), 'token is invalid'],
    [
      '31 dimensions',
      () =>
        get([
          query(
            {},
            {
              Metric: {
                Namespace: 'N',
                MetricName: 'M',
                Dimensions: Array.from({ length: 31 }, (_, i) => ({ Name: `d${i}`, Value: 'x' })),
              },
            },
          ),
        ]),
      '30 dimensions',
    ],
    [
      'an expression over nothing known',
      () => get([query(), { Id: 'e', Expression: 'a + b' }]),
      'Undefined variable: b',
    ],
    ['an expression over itself', () => get([{ Id: 'e', Expression: 'e + 1' }]), 'Circular'],
    [
      'a function it does not know',
      () => get([query(), { Id: 'e', Expression: 'ANOMALY_DETECTION_BAND(a)' }]),
      'does not know',
    ],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

it('computes metric math by the rules of precedence', async () => {
  const load = (name: string, value: number) =>
    aws.cloudwatch.book.load({ namespace: 'Math', name }, [[now - 120, value]]);
  load('A', 7);
  load('B', 2);
  const metric = (Id: string): MetricDataQuery =>
    query({ Id, ReturnData: false }, { Metric: { Namespace: 'Math', MetricName: Id.toUpperCase() } });
  const results = await Promise.all(
    [
      'a - b - 1',
      'a / b / 2',
      '2 + a * b',
      '(2 + a) * b',
      '-b ^ 2',
      '2 ^ b ^ 2',
      'ABS(b - a) * 1e2',
      'AVG([a, b])',
      'a / PERIOD(a)',
    ].map(async (Expression) => {
      const answer = (await get([metric('a'), metric('b'), { Id: 'e', Expression }])) as {
        MetricDataResults: { Values: number[] }[];
      };
      return answer.MetricDataResults[0].Values[0];
    }),
  );
  expect(results).toEqual([4, 1.75, 16, 18, -4, 16, 500, 4.5, 7 / 60]);
});

describe('the fakes refuse elsewhere, too', () => {
  const list = (more: object) => clients.cloudWatch.send(new ListMetricsCommand(more));
  const publish = (MetricData: object[], Namespace = 'N') =>
    clients.cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData: MetricData as never }));
  const put = (Entries: object[]) => clients.eventBridge.send(new PutEventsCommand({ Entries }));
  const entry = { Source: 's', DetailType: 't', Detail: '{}' };
  const send = (bodies: string[]) =>
    clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: aws.queueUrl('work'),
        Entries: bodies.map((MessageBody, index) => ({ Id: `m${index}`, MessageBody })),
      }),
    );
  it.each<[string, () => Promise<unknown>, string]>([
    [
      '11 dimension filters',
      () => list({ Dimensions: Array.from({ length: 11 }, (_, i) => ({ Name: `d${i}` })) }),
      'size greater than 10',
    ],
    ['an owner without linked accounts', () => list({ OwningAccount: '1' }), 'IncludeLinkedAccounts'],
    ['a span of activity that it does not know', () => list({ RecentlyActive: 'PT1H' }), 'PT3H'],
    ['1,001 values', () => publish(Array.from({ length: 1001 }, () => ({ MetricName: 'M', Value: 1 }))), '1 to 1000'],
    ['NaN', () => publish([{ MetricName: 'M', Value: NaN }]), 'invalid'],
    ['151 values of one metric', () => publish([{ MetricName: 'M', Values: Array(151).fill(1) }]), '150 values'],
    ['a namespace of AWS', () => publish([{ MetricName: 'M', Value: 1 }], 'AWS/EC2'), 'must not start with AWS/'],
    [
      'a value of the month before last',
      () => publish([{ MetricName: 'M', Value: 1, Timestamp: date(now - 40 * 86_400) }]),
      'two weeks',
    ],
    ['a unit that does not exist', () => publish([{ MetricName: 'M', Value: 1, Unit: 'Apples' }]), 'Apples'],
    ['11 events', () => put(Array.from({ length: 11 }, () => entry)), '1 to 10'],
    [
      'events of more than 1 MB',
      () => put([{ ...entry, Detail: JSON.stringify('x'.repeat(1_100_000)) }]),
      'over the limit',
    ],
    ['11 messages', () => send(Array.from({ length: 11 }, () => 'x')), 'Maximum number of entries'],
    ['messages of more than 1 MB', () => send(['x'.repeat(600_000), 'x'.repeat(600_000)]), 'bytes'],
    ['a delimiter', () => clients.s3.send(new ListObjectsV2Command({ Bucket: 'bucket', Delimiter: '/' })), 'delimiter'],
    [
      'a list of uploads',
      () => clients.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k', PartNumber: 1 })),
      'partNumber',
    ],
    [
      'a condition on another ETag than none',
      () => clients.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x', IfNoneMatch: '"a"' })),
      'not implemented',
    ],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it('names an event that is refused alone, and takes the others', async () => {
    const { FailedEntryCount, Entries } = await put([
      entry,
      { ...entry, Source: 'aws.ec2' },
      { ...entry, Detail: '[1]' },
    ]);
    expect(FailedEntryCount).toBe(2);
    expect(Entries?.map((one) => one.ErrorCode)).toEqual([
      undefined,
      'NotAuthorizedForSourceException',
      'MalformedDetail',
    ]);
  });

  it('refuses who did not sign', async () => {
    const answer = await fetch(`${aws.url}/bucket/k`);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
  });
});

describe('the fake S3 checks what it is sent', () => {
  const chunked = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${aws.url}/bucket/chunked`, {
      method: 'PUT',
      body,
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20261121/eu-west-1/s3/aws4_request',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '3',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        ...headers,
      },
    });

  it('undoes the framing of a stream that the SDK sends, and verifies its trailer', async () => {
    const Body = Readable.from([Buffer.alloc(70_000, 1), Buffer.alloc(70_000, 2)]);
    await clients.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'stream', Body, ContentLength: 140_000 }));
    expect(aws.s3.object('bucket', 'stream')?.body).toEqual(
      Buffer.concat([Buffer.alloc(70_000, 1), Buffer.alloc(70_000, 2)]),
    );
  });

  it.each([
    ['a body and trailer that fit', '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n', 200],
    ['a checksum of something else', '3\r\nabd\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n', 400],
    ['a trailer that is missing', '3\r\nabc\r\n0\r\n\r\n', 400],
    ['a chunk that is cut off', '3\r\nab', 400],
    ['a last chunk that is missing', '3\r\nabc\r\n', 400],
    ['no chunk header', 'abc', 400],
    ['another length than announced', '2\r\nab\r\n0\r\nx-amz-checksum-crc32:nojkNw==\r\n\r\n', 400],
  ])('%s', async (_, body, status) => {
    expect((await chunked(body)).status).toBe(status);
  });
});
