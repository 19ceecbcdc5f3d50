import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring, AnomalyMonitoringStack } from '../../lib/index.ts';
import { oneWatch } from './synthesise.ts';

/**
 * Synthesises with cdk-nag and, where asked for, CloudFormation's own specification, which takes seconds: once, of the
 * stack that has everything. @throws where either finds something.
 */
function check(build: (app: App) => void, builtinCloudFormationValidation = false): void {
  const outdir = mkdtempSync(join(tmpdir(), 'checked-'));
  try {
    const specification = { builtinCloudFormationValidation } as object;
    // Without the second it only warns of what it finds.
    const context = { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': true };
    const app = new App({ outdir, analyticsReporting: false, context, ...specification });
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

  it('finds nothing of ours in another’s stack, with a key of theirs, and neither does CloudFormation', () => {
    const build = (app: App): void => {
      // Where account and region are known, findings name them in place of references.
      const theirs = new Stack(app, 'Theirs', { env: { account: '111111111111', region: 'eu-west-1' } });
      const encryptionKey = new Key(theirs, 'Key', { enableKeyRotation: true });
      new AnomalyMonitoring(theirs, 'Aiops', {
        watches: oneWatch,
        selfAlarms: 'ops@example.com',
        alerts,
        muteDuring,
        alertTestEvery: '1d',
        encryptionKey,
        secretKeys: [encryptionKey],
      });
    };
    expect(() => check(build, true)).not.toThrow();
  });

  it('is really asked, and so is CloudFormation: a careless bucket, and a property that is none, are found', () => {
    expect(() => check((app) => new Bucket(new Stack(app, 'Careless'), 'Plain'))).toThrow(/AwsSolutions-S10/);
    const wrong = (app: App): unknown =>
      new CfnResource(new Stack(app, 'Wrong'), 'Topic', { type: 'AWS::SNS::Topic', properties: { Nonsense: 1 } });
    expect(() => check(wrong, true)).toThrow(/Nonsense/);
  });
});
