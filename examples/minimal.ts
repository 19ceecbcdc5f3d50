import { Stack, type StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AnomalyMonitoring, SlackNotifications } from 'aiops-monitoring';

/** The least that is useful: a queue of this app is looked after, and Slack is told. */
export class MinimalStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const failed = new Queue(this, 'Failed', { enforceSSL: true });
    const jobs = new Queue(this, 'Jobs', { enforceSSL: true, deadLetterQueue: { queue: failed, maxReceiveCount: 3 } });

    new AnomalyMonitoring(this, 'Monitoring', {
      // The name of the queue is known only when it is deployed; the functions are told it then.
      watches: { jobs: { metrics: [jobs.metricApproximateAgeOfOldestMessage(), jobs.metricNumberOfMessagesSent()] } },
      selfAlarms: 'on-call@example.com',
      channels: {
        slack: new SlackNotifications({ webhook: Secret.fromSecretNameV2(this, 'Webhook', 'aiops/slack') }),
      },
    });
  }
}
