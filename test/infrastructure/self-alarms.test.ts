import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { AlarmTopic } from '../../lib/parts/alarm-topic.ts';
import type { SelfAlarms } from '../../shared/settings/self-settings.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

const refusal = /selfAlarms: nobody would hear.*selfAlarms: ops@example\.com.*addSubscription.*selfAlarms: nobody/s;
const arn = 'arn:aws:sns:eu-west-1:111111111111:ops';

/** The topic alone, in a stack of its own beside what `prepare` makes. */
function made(selfAlarms?: SelfAlarms, topicOf: (stack: Stack, other: Stack) => Topic | undefined = () => undefined) {
  const app = fastApp();
  const stack = new Stack(app, 'Own');
  const given = topicOf(stack, new Stack(app, 'Ops'));
  const { topic } = new AlarmTopic(stack, 'Destination', { topic: given, selfAlarms });
  return { stack, topic, synth: () => Template.fromStack(stack) };
}

describe('who hears when the monitoring itself fails', () => {
  it('must be said: a topic without a subscriber is refused at synth, with what to write', () => {
    expect(made().synth).toThrow(refusal);
  });

  it('must be said of the whole construct, too', () => {
    expect(() => synthesise({ watches: oneWatch, selfAlarms: undefined as never }).template).toThrow(refusal);
  });

  it('may be nobody, if that is written', () => {
    const template = made('nobody').synth();
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  it('are the addresses that are named, each once', () => {
    const template = made({ emails: ['a@example.com', 'b@example.com', 'a@example.com'] }).synth();
    const subscriptions = Object.values(template.findResources('AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => (Properties as { Endpoint: string }).Endpoint)).toEqual([
      'a@example.com',
      'b@example.com',
    ]);
    template.allResourcesProperties('AWS::SNS::Subscription', { Protocol: 'email' });
  });

  it('is a topic that is there, on the word of whoever names it, and no topic of ours is made', () => {
    const { synth, topic } = made({ topic: arn });
    synth().resourceCountIs('AWS::SNS::Topic', 0);
    expect(topic.topicArn).toBe(arn);
  });

  it('is whoever subscribes afterwards, in whatever way', () => {
    const { stack, topic, synth } = made();
    topic.addSubscription(new SqsSubscription(new Queue(stack, 'Pager')));
    expect(synth).not.toThrow();
  });

  it.each<[string, (topic: Topic) => void, boolean]>([
    ['without a subscriber is refused', () => undefined, true],
    ['to which somebody subscribed is taken', (topic) => topic.addSubscription(new EmailSubscription('a@b.de')), false],
    [
      'with subscribers in its own resource is taken',
      (topic) => {
        (topic.node.defaultChild as CfnTopic).subscription = [{ protocol: 'email', endpoint: 'a@b.de' }];
      },
      false,
    ],
  ])('a topic of another stack of the app %s', (_, prepare, isRefused) => {
    const { synth } = made(undefined, (_stack, other) => {
      const topic = new Topic(other, 'Topic');
      prepare(topic);
      return topic;
    });
    if (isRefused) expect(synth).toThrow(refusal);
    else expect(synth).not.toThrow();
  });

  it('is not who subscribed to another topic', () => {
    const { synth } = made(undefined, (stack) => {
      new Topic(stack, 'News').addSubscription(new EmailSubscription('a@b.de'));
      return new Topic(stack, 'Ops');
    });
    expect(synth).toThrow(refusal);
  });

  it('is one topic: two are refused', () => {
    expect(() => made({ topic: arn }, (stack) => new Topic(stack, 'Ops'))).toThrow(
      /alarmTopic.*selfAlarms.*leave one of the two out/,
    );
  });
});
