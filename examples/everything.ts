import { Duration, RemovalPolicy, Stack, TimeZone, type StackProps } from 'aws-cdk-lib';
import { Alarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  AnomalyMonitoring,
  PagerDutyNotifications,
  settingsFile,
  SlackNotifications,
  WebhookNotifications,
} from 'aiops-monitoring';

const shop = (metricName: string, statistic: string): Metric =>
  new Metric({ namespace: 'Shop', metricName, statistic, dimensionsMap: { Service: 'cart' } });

/** A little of all that can be said. What is left out has a default that its documentation names. */
export class EverythingStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const parameter = (name: string) => ({
      parameter: StringParameter.fromSecureStringParameterAttributes(this, name, { parameterName: `/aiops/${name}` }),
    });
    const alarmTopic = new Topic(this, 'Trouble', { enforceSSL: true });
    alarmTopic.addSubscription(new EmailSubscription('on-call@example.com'));

    const monitoring = new AnomalyMonitoring(this, 'Monitoring', {
      deploymentName: 'shop',
      // What the laptop reads, too; its watches stand beside those below.
      settings: settingsFile('aiops.yaml'),
      watches: {
        cart: {
          metrics: [
            shop('Latency', 'p99'),
            new MathExpression({
              expression: '100 * errors / requests',
              label: 'Error rate',
              usingMetrics: { errors: shop('Errors', 'Sum'), requests: shop('Requests', 'Sum') },
            }),
          ],
          every: Duration.minutes(5),
          timezone: TimeZone.EUROPE_BERLIN,
          sensitivity: '3 per week',
          floor: { absolute: 5, relative: 0.1 },
          rules: [{ kind: 'above', metric: 'Error rate', limit: 5 }],
          labels: { team: 'checkout' },
          runbook: 'https://wiki.example.com/cart',
        },
        databases: {
          select: { namespace: 'AWS/RDS', metric: ['CPUUtilization', 'FreeStorageSpace'] },
          maxSeries: 200,
          limits: [{ metric: 'FreeStorageSpace', below: 10e9 }],
          forecast: { every: '15m' },
        },
      },
      channels: {
        team: new SlackNotifications({ webhook: Secret.fromSecretNameV2(this, 'Team', 'aiops/slack') }),
        pager: new PagerDutyNotifications({ key: parameter('pager'), region: 'eu' }),
        tickets: new WebhookNotifications({ url: 'https://tickets.example.com/aiops', secret: parameter('tickets') }),
      },
      alerts: {
        route: {
          channels: ['team'],
          routes: [
            { match: { severity: { atLeast: 'HIGH' } }, channels: ['team', 'pager'], continue: true },
            { match: { labels: { team: 'checkout' } }, channels: ['tickets'] },
          ],
        },
        quiet: [{ name: 'backups', at: '0 3 * * *', for: '1h', match: { watch: 'databases' } }],
        actions: { secret: { parameter: '/aiops/links' } },
        digest: { every: 'week', channels: ['team'] },
      },
      muteDuring: [
        {
          pattern: { source: ['aws.codedeploy'], detailType: ['CodeDeploy Deployment State-change Notification'] },
          for: Duration.minutes(30),
          watch: 'cart',
        },
      ],
      alarmTopic,
      retention: Duration.days(90),
      quotaShare: 0.2,
      trainEvery: Duration.hours(12),
      workerConcurrency: 20,
      logRetention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    // The rest of an app works with it: rights, metrics, and signals on the bus.
    const analysts = new Role(this, 'Analysts', { assumedBy: new AccountRootPrincipal() });
    monitoring.grantRead(analysts);
    monitoring.grantMute(analysts);
    new Alarm(this, 'Uproar', { metric: monitoring.metricAlertsGenerated(), threshold: 50, evaluationPeriods: 3 });
    const unread = new Queue(this, 'Unread', { enforceSSL: true });
    const signals = new Queue(this, 'Signals', {
      enforceSSL: true,
      deadLetterQueue: { queue: unread, maxReceiveCount: 3 },
    });
    new Rule(this, 'ToOthers', {
      eventBus: monitoring.bus,
      eventPattern: { source: ['aiops.monitoring'], detailType: ['Signal'] },
      targets: [new SqsQueue(signals, { deadLetterQueue: unread })],
    });
  }
}
