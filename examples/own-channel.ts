import { Stack, type StackProps } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { SmsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { AnomalyMonitoring, LambdaNotifications, type BoundChannel, type NotificationChannel } from 'aiops-monitoring';

/** What a notice is, docs/webhook.md says; what this answers decides whether it counts as told. */
const publish = `
const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
const sns = new SNSClient();
exports.handler = async ({ state, severity, summary }) => {
  if (state === 'ended') return 'nobody is woken for good news';
  await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: severity + ': ' + summary }));
};
`;

/** A channel of our own: text messages, by a topic. Whatever a function can reach, people can be told by. */
class TextMessages implements NotificationChannel {
  private readonly topic: ITopic;

  constructor(topic: ITopic) {
    this.topic = topic;
  }

  bind(scope: Construct): BoundChannel {
    const handler = new Function(scope, 'Publish', {
      code: Code.fromInline(publish),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      environment: { TOPIC: this.topic.topicArn },
    });
    this.topic.grantPublish(handler);
    return new LambdaNotifications({ handler }).bind();
  }
}

export class OwnChannelStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const duty = new Topic(this, 'Duty', { enforceSSL: true });
    duty.addSubscription(new SmsSubscription('+491700000000'));
    new AnomalyMonitoring(this, 'Monitoring', {
      watches: { servers: { select: 'AWS/EC2' } },
      selfAlarms: 'on-call@example.com',
      channels: { texts: new TextMessages(duty) },
      alerts: { route: { channels: ['texts'], repeatEvery: '8h' } },
    });
  }
}
