import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnLink, CfnSink } from 'aws-cdk-lib/aws-oam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { AnomalyMonitoring, SlackNotifications } from 'aiops-monitoring';

export interface MultiAccountReaderProps extends StackProps {
  /** Accounts whose metrics are read, by the name of their watch. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** One account looks after several: their metrics are read where they are, through CloudWatch's observability links. */
export class MultiAccountReaderStack extends Stack {
  constructor(scope: Construct, id: string, props: MultiAccountReaderProps) {
    super(scope, id, props);
    new CfnSink(this, 'Sink', {
      name: 'metrics-of-all',
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: Object.values(props.accounts) },
            Action: ['oam:CreateLink', 'oam:UpdateLink'],
            Resource: '*',
            Condition: { 'ForAllValues:StringEquals': { 'oam:ResourceTypes': ['AWS::CloudWatch::Metric'] } },
          },
        ],
      },
    });
    new AnomalyMonitoring(this, 'Monitoring', {
      watches: Object.fromEntries(
        Object.entries(props.accounts).map(([name, account]) => [
          name,
          { select: { namespace: 'AWS/Lambda', metric: ['Errors', 'Duration', 'Throttles'], account } },
        ]),
      ),
      selfAlarms: 'on-call@example.com',
      channels: {
        slack: new SlackNotifications({ webhook: Secret.fromSecretNameV2(this, 'Webhook', 'aiops/slack') }),
      },
    });
  }
}

export interface LinkedAccountProps extends StackProps {
  /** ARN of the sink in the account that reads. */
  readonly sink: string;
}

/** In each account that is read: it shares its metrics, and nothing else. */
export class LinkedAccountStack extends Stack {
  constructor(scope: Construct, id: string, props: LinkedAccountProps) {
    super(scope, id, props);
    new CfnLink(this, 'Link', {
      labelTemplate: '$AccountName',
      resourceTypes: ['AWS::CloudWatch::Metric'],
      sinkIdentifier: props.sink,
    });
  }
}
