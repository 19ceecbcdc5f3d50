import { request } from 'node:http';
import {
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  DeleteRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { scheduledEvent } from '../fakes/aws/scheduler.ts';
import type { EmulatedAccount } from './emulated-account.ts';
import { account, region } from './ministack.ts';

/** A signal as somebody hears it who put a rule of their own on the bus. */
export interface Heard {
  /** Epoch milliseconds: when it was put on the bus (whole seconds), and when it came into the queue. */
  readonly onBus: number;
  readonly inQueue: number;
  readonly detail: { readonly watch: string; readonly entity: string; readonly status: string };
}

export interface StoredObject {
  readonly key: string;
  readonly etag: string;
}

/** Who looks at a deployment from outside: its bucket, its bus, its functions, its links. */
export function lookAt({ clients, boto }: EmulatedAccount, outputs: () => Readonly<Partial<Record<string, string>>>) {
  const { s3, lambda, events, sqs } = clients;
  const output = (name: string): string => {
    const found = outputs()[name];
    if (found === undefined) throw new Error(`the stack has no output ${name}`);
    return found;
  };
  const bucket = (): string => output('BucketName');

  const objects = async (prefix = ''): Promise<StoredObject[]> => {
    const found: StoredObject[] = [];
    for (let token: string | undefined; ;) {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket(), Prefix: prefix, ContinuationToken: token }),
      );
      found.push(...(page.Contents ?? []).map(({ Key = '', ETag = '' }) => ({ key: Key, etag: ETag })));
      token = page.NextContinuationToken;
      if (token === undefined) return found;
    }
  };
  const text = async (key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket(), Key: key }));
    return (await Body?.transformToString()) ?? '';
  };

  return {
    bucket,
    objects,
    text,
    /** Every line of the audit, oldest first. */
    async audit(): Promise<Record<string, unknown>[]> {
      const texts = await Promise.all((await objects('audit/')).map(({ key }) => text(key)));
      const lines = texts.flatMap((one) => one.trim().split('\n'));
      return lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .sort((one, other) => Number(one['at']) - Number(other['at']));
    },
    async openIncidents(): Promise<Record<string, unknown>[]> {
      const found = await objects('incidents/open/');
      return Promise.all(found.map(async ({ key }) => JSON.parse(await text(key)) as Record<string, unknown>));
    },
    /** @param name of the stack's output that names the function. */
    async invoke(
      name: string,
      event: unknown,
    ): Promise<{ readonly error: string | undefined; readonly payload: unknown }> {
      const Payload = Buffer.from(JSON.stringify(event));
      const answer = await lambda.send(new InvokeCommand({ FunctionName: output(name), Payload }));
      return {
        error: answer.FunctionError,
        payload: JSON.parse(Buffer.from(answer.Payload ?? []).toString() || 'null') as unknown,
      };
    },
    /** By the part of its name that the template gives it: what Scheduler would send at that time, to which function. */
    async schedules(at: number) {
      const { Schedules } = await boto<{ Schedules: { Name: string }[] }>('scheduler', 'list_schedules');
      return Promise.all(
        Schedules.map(async ({ Name }) => {
          const one = await boto<{
            ScheduleExpression: string;
            State: string;
            Target: { Arn: string; Input: string; DeadLetterConfig?: { Arn: string } };
            Arn: string;
          }>('scheduler', 'get_schedule', { Name });
          return {
            name: Name,
            expression: one.ScheduleExpression,
            state: one.State,
            functionName: one.Target.Arn.split(':').at(-1) ?? '',
            deadLetters: one.Target.DeadLetterConfig?.Arn,
            event: scheduledEvent(one.Target.Input, at, one.Arn),
          };
        }),
      );
    },
    async resources(): Promise<{ readonly type: string; readonly id: string; readonly status: string }[]> {
      const { StackResources } = await boto<{
        StackResources: { ResourceType: string; LogicalResourceId: string; ResourceStatus: string }[];
      }>('cloudformation', 'describe_stack_resources', { StackName: 'AiopsMonitoring' });
      return StackResources.map((one) => ({
        type: one.ResourceType,
        id: one.LogicalResourceId,
        status: one.ResourceStatus,
      }));
    },
    async stackStatus(): Promise<string> {
      const { Stacks } = await boto<{ Stacks: [{ StackStatus: string }] }>('cloudformation', 'describe_stacks', {
        StackName: 'AiopsMonitoring',
      });
      return Stacks[0].StackStatus;
    },
    async settingsKeys(): Promise<Set<string>> {
      const { Functions } = await boto<{ Functions: { Environment?: { Variables?: Record<string, string> } }[] }>(
        'lambda',
        'list_functions',
      );
      return new Set(Functions.flatMap(({ Environment }) => Environment?.Variables?.['AIOPS_SETTINGS_KEY'] ?? []));
    },
    /** Messages in every dead-letter queue, by the queue's name. */
    async putAside(): Promise<Record<string, number>> {
      const { QueueUrls = [] } = await boto<{ QueueUrls?: string[] }>('sqs', 'list_queues');
      const dead = QueueUrls.filter((url) => /Failed|Undelivered/.test(url));
      const counts = await Promise.all(
        dead.map(async (QueueUrl) => {
          const names = ['ApproximateNumberOfMessages'] as const;
          const { Attributes } = await sqs.send(
            new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
          );
          return [QueueUrl.split('/').at(-1) ?? '', Number(Attributes?.[names[0]])] as const;
        }),
      );
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
    /** A rule and a queue of our own, beside the router's: what the README says anybody may do. */
    async listen() {
      const rule = { Name: 'somebody-else', EventBusName: output('BusName') };
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'somebody-else' }));
      const Arn = `arn:aws:sqs:${region}:${account}:somebody-else`;
      const statement = {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: Arn,
      };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      const EventPattern = JSON.stringify({ source: ['aiops.monitoring'], 'detail-type': ['Signal'] });
      await events.send(new PutRuleCommand({ ...rule, EventPattern }));
      await events.send(
        new PutTargetsCommand({ Rule: rule.Name, EventBusName: rule.EventBusName, Targets: [{ Id: 'queue', Arn }] }),
      );
      return {
        async heard(): Promise<Heard[]> {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({
              QueueUrl,
              MaxNumberOfMessages: 10,
              MessageSystemAttributeNames: ['SentTimestamp'],
            }),
          );
          return Messages.map(({ Body = '{}', Attributes }) => {
            const event = JSON.parse(Body) as { time: string; detail: Heard['detail'] };
            return { onBus: Date.parse(event.time), inQueue: Number(Attributes?.SentTimestamp), detail: event.detail };
          });
        },
        async stop(): Promise<void> {
          const { Name: Rule, EventBusName } = rule;
          await events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ['queue'] }));
          await events.send(new DeleteRuleCommand({ Name: Rule, EventBusName }));
          await sqs.send(new DeleteQueueCommand({ QueueUrl }));
        },
      };
    },
    /** Opens an address of the HTTP API. Its host is a name that only a browser would find on this machine. */
    browse: (method: 'GET' | 'POST', address: string, body = ''): Promise<{ status: number; body: string }> =>
      new Promise((resolve, reject) => {
        const { host, port, pathname, search } = new URL(address);
        const headers = { host, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
        const asked = request(
          { host: '127.0.0.1', port, method, path: `${pathname}${search}`, headers },
          (response) => {
            let read = '';
            response.on('data', (data: Buffer) => {
              read += data.toString();
            });
            response.on('end', () => resolve({ status: response.statusCode ?? 0, body: read }));
          },
        );
        asked.on('error', reject);
        asked.end(body);
      }),
  };
}
