import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring, AnomalyMonitoringStack } from '../../lib/index.ts';
import { oneWatch } from './synthesise.ts';

/** Synthesises with cdk-nag and CloudFormation's own specification. @throws where either finds something. */
function check(build: (app: App) => void): void {
  const outdir = mkdtempSync(join(tmpdir(), 'checked-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
    build(app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    app.synth();
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const alerts = {
  channels: { slack: { kind: 'slack', webhook: { secret: 'slack-webhook' } } },
  actions: { secret: { parameter: '/aiops/links' } },
} as const;
const muteDuring = [{ pattern: { source: ['aws.codedeploy'] }, for: Duration.minutes(30) }];

describe('cdk-nag', () => {
  it('finds nothing in the stack that is not acknowledged with a reason', () => {
    expect(() =>
      check(
        (app) =>
          new AnomalyMonitoringStack(app, 'Clean', {
            watches: oneWatch,
            selfAlarms: 'ops@example.com',
            alerts,
            muteDuring,
          }),
      ),
    ).not.toThrow();
  });

  it('finds nothing of ours in another’s stack, with a key of theirs', () => {
    const build = (app: App): void => {
      // Where account and region are known, findings name them in place of references.
      const theirs = new Stack(app, 'Theirs', { env: { account: '111111111111', region: 'eu-west-1' } });
      const encryptionKey = new Key(theirs, 'Key', { enableKeyRotation: true });
      new AnomalyMonitoring(theirs, 'Aiops', {
        watches: oneWatch,
        selfAlarms: 'nobody',
        alerts,
        encryptionKey,
        secretKeys: [encryptionKey],
      });
    };
    expect(() => check(build)).not.toThrow();
  });

  it('is really asked: a careless bucket is found', () => {
    expect(() => check((app) => new Bucket(new Stack(app, 'Careless'), 'Plain'))).toThrow(/AwsSolutions-S10/);
  });
});
