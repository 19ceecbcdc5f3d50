import { Stack, Tokenization } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription, CfnTopic, Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { SelfAlarms } from '../../shared/settings/self-settings.ts';
import { topicEncryption } from '../encryption.ts';
import { refuse } from '../refuse.ts';

export interface AlarmTopicProps {
  /** One that is there; else that of `selfAlarms`, else one of ours. */
  readonly topic: ITopic | undefined;
  readonly selfAlarms: SelfAlarms | undefined;
}

/**
 * Where alarms on ourselves go. A topic of this app that nobody has subscribed to is refused at synth, when everything
 * that could subscribe is there; what an imported topic has cannot be seen from here, and is taken on its owner's word.
 *
 * @throws SettingsError where two topics are named.
 */
export class AlarmTopic extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { topic, selfAlarms }: AlarmTopicProps) {
    super(scope, id);
    const arn = typeof selfAlarms === 'object' && 'topic' in selfAlarms ? selfAlarms.topic : undefined;
    if (topic !== undefined && arn !== undefined)
      refuse('alarmTopic', 'is one topic, and `selfAlarms` names another', 'leave one of the two out', arn);
    this.topic = topic ?? (arn === undefined ? ownTopic(scope) : Topic.fromTopicArn(this, 'Theirs', arn));
    const emails = typeof selfAlarms === 'object' && 'emails' in selfAlarms ? selfAlarms.emails : [];
    for (const email of new Set(emails)) this.topic.addSubscription(new EmailSubscription(email));
    if (selfAlarms !== 'nobody') this.node.addValidation({ validate: () => this.unheard() });
  }

  private unheard(): string[] {
    const made = this.topic.node.defaultChild;
    if (!(made instanceof CfnTopic)) return [];
    const inline = made.subscription;
    if (inline !== undefined && (!Array.isArray(inline) || inline.length > 0)) return [];
    const isHeard = this.node.root.node
      .findAll()
      .some((one) => one instanceof CfnSubscription && isArnOf(one.topicArn, made, this.topic));
    if (isHeard) return [];
    return [
      'selfAlarms: nobody would hear when the monitoring itself fails, for its topic has no subscriber → write who hears ' +
        'of it, such as selfAlarms: ops@example.com, or the ARN of a topic that has subscribers; in a CDK app, ' +
        'alarmTopic.addSubscription(…) does, too; or write selfAlarms: nobody',
    ];
  }
}

/** Across stacks of an app, too, where the same ARN is written in another way. */
const isArnOf = (arn: string, made: CfnTopic, topic: ITopic): boolean =>
  arn === topic.topicArn ||
  Tokenization.reverseString(arn).tokens.some((token) => 'target' in token && token.target === made);

/** Never with a key of AWS: CloudWatch cannot publish to a topic that is encrypted with one. Alarms say no secrets. */
function ownTopic(scope: Construct): Topic {
  const topic = new Topic(scope, 'Topic', {
    displayName: 'AIOps monitoring: trouble of its own',
    enforceSSL: true,
    ...topicEncryption(scope),
  });
  // The policy that demands TLS replaces the one by which CloudWatch may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return topic;
}
