import { Duration } from 'aws-cdk-lib';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { synthesise } from './synthesise.ts';

let made: ReturnType<typeof synthesise> | undefined;

/** A deployment with one of everything that makes resources: what the golden files, and the laws of security, speak of. */
export function goldenDeployment(): ReturnType<typeof synthesise> {
  made ??= synthesise({
    settings: settingsSchema.parse({
      watches: { servers: { select: 'AWS/EC2' }, queues: { select: 'AWS/SQS', collect: 'stream', forecast: 'off' } },
      signalsTo: 'arn:aws:events:eu-west-1:111111111111:event-bus/main',
      heartbeatUrl: { secret: 'aiops/heartbeat' },
      alertTestEvery: '1d',
    }),
    selfAlarms: 'on-call@example.com',
    alerts: {
      channels: {
        slack: { kind: 'slack', webhook: { secret: 'aiops/slack' } },
        pager: { kind: 'pagerduty', key: { parameter: '/aiops/pager' } },
        hook: { kind: 'webhook', url: 'https://hooks.example.com/', secret: { secret: 'aiops/hook', field: 'key' } },
      },
      actions: { secret: { parameter: '/aiops/links' } },
    },
    muteDuring: [{ pattern: { source: ['aws.codedeploy'] }, for: Duration.minutes(30) }],
  });
  return made;
}
