import type { EventPattern } from './event-pattern.ts';
import type { FakeEvent } from './eventbridge.ts';
import type { FakeAws } from './fake-aws.ts';
import { allows, type PolicyDocument } from './iam.ts';
import type { DeployedTemplate } from './template.ts';

interface RuleProperties {
  readonly EventBusName?: string;
  readonly EventPattern: EventPattern;
  readonly Targets: readonly {
    readonly Arn: string;
    readonly InputTransformer?: {
      readonly InputPathsMap?: Readonly<Record<string, string>>;
      readonly InputTemplate: string;
    };
  }[];
}

/**
 * Sets up the rules of a template whose targets are queues of it: what matches arrives as a message.
 *
 * @throws Error, when an event matches, where the queue's policy does not let that rule send.
 */
export function deployRules(aws: FakeAws, template: DeployedTemplate): void {
  const queues = new Map(template.idsOf('AWS::SQS::Queue').map((id) => [template.arnOf(id), template.nameOf(id)]));
  for (const id of template.idsOf('AWS::Events::Rule')) {
    const rule = template.resolve(template.template.Resources[id].Properties) as RuleProperties;
    const ruleArn = template.arnOf(id);
    for (const { Arn, InputTransformer } of rule.Targets) {
      const queue = queues.get(Arn);
      if (queue === undefined) throw new Error(`rule ${id} has a target that is no queue of the template: ${Arn}`);
      const deliver = (event: FakeEvent): void => {
        const access = { action: 'sqs:SendMessage', resource: Arn, context: { 'aws:SourceArn': ruleArn } };
        if (!allows(policiesOf(template, queue), access)) throw new Error(`${ruleArn} may not send to ${queue}`);
        const whole = envelope(event, aws);
        aws.sqs.put(
          queue,
          InputTransformer === undefined ? JSON.stringify(whole) : transformed(InputTransformer, whole),
        );
      };
      const bus = (rule.EventBusName ?? 'default').split('/').at(-1) ?? '';
      aws.eventbridge.putRule({ bus, pattern: rule.EventPattern, deliver });
    }
  }
}

const envelope = (event: FakeEvent, { account, region }: FakeAws): Readonly<Record<string, unknown>> => ({
  version: '0',
  id: event.id,
  'detail-type': event.detailType,
  source: event.source,
  account,
  time: new Date(event.time * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources: [],
  detail: event.detail,
});

type Transformer = NonNullable<RuleProperties['Targets'][number]['InputTransformer']>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
const transformed = ({ InputPathsMap = {}, InputTemplate }: Transformer, event: object): string =>
  Object.entries(InputPathsMap).reduce((text, [name, path]) => {
    const value = path
      .split('.')
      .slice(1)
      .reduce<unknown>((found, field) => (found as Record<string, unknown> | undefined)?.[field], event);
    return text.replaceAll(`<${name}>`, JSON.stringify(value ?? ''));
  }, InputTemplate);

const policiesOf = (template: DeployedTemplate, queue: string): PolicyDocument[] =>
  template
    .idsOf('AWS::SQS::QueuePolicy')
    .map((id) => template.resolve(template.template.Resources[id].Properties))
    .flatMap((resolved) => {
      const { Queues, PolicyDocument } = resolved as { Queues: readonly string[]; PolicyDocument: PolicyDocument };
      return Queues.some((url) => url.endsWith(`/${queue}`)) ? [PolicyDocument] : [];
    });
