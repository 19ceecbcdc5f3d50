import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { AnomalyMonitoring, SlackNotifications } from 'aiops-monitoring';

/** The region whose router tells people, of what it finds itself and of what others hand on. */
export class MainRegionStack extends Stack {
  /** What other regions hand their signals on to. */
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const { bus } = new AnomalyMonitoring(this, 'Monitoring', {
      deploymentName: 'shop',
      watches: { servers: { select: 'AWS/EC2' } },
      selfAlarms: 'on-call@example.com',
      channels: {
        slack: new SlackNotifications({ webhook: Secret.fromSecretNameV2(this, 'Webhook', 'aiops/slack') }),
      },
    });
    this.bus = bus;
  }
}

export interface OtherRegionProps extends StackProps {
  /** Another name than that of the main region, and of every other. */
  readonly deploymentName: string;
  readonly main: MainRegionStack;
}

/** Another region: it watches and judges by itself, has its metrics pushed, and leaves telling to the main one. */
export class OtherRegionStack extends Stack {
  constructor(scope: Construct, id: string, { deploymentName, main, ...props }: OtherRegionProps) {
    super(scope, id, props);
    new AnomalyMonitoring(this, 'Monitoring', {
      deploymentName,
      watches: {
        queues: {
          select: { namespace: 'AWS/SQS', metric: ['ApproximateAgeOfOldestMessage', 'NumberOfMessagesSent'] },
          collect: 'stream',
          every: Duration.minutes(1),
          period: Duration.minutes(1),
        },
      },
      signalsTo: main.bus,
      // Alarms on the monitoring itself do not take the way of signals.
      selfAlarms: 'on-call@example.com',
    });
  }
}
