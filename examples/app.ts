import { App, Validations, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EverythingStack } from './everything.ts';
import { ExistingBucketAndKeyStack } from './existing-bucket-and-key.ts';
import { MinimalStack } from './minimal.ts';
import { LinkedAccountStack, MultiAccountReaderStack } from './multi-account-reader.ts';
import { OwnChannelStack } from './own-channel.ts';
import { MainRegionStack, OtherRegionStack } from './several-regions.ts';

// All examples in one app, held to cdk-nag: npx cdk synth --app 'tsx examples/app.ts'
const app = new App();
const accounts = { shop: '222222222222', payments: '333333333333' };
const reads = '111111111111';

/** What an example leaves out so that it stays short, and a deployment may well have. */
const leavesOut = (stack: Stack, ...rules: readonly string[]): void => {
  Validations.of(stack).acknowledge(
    ...rules.map((id) => ({ id, reason: 'Left out of an example, which stays short.' })),
  );
};

new MinimalStack(app, 'Minimal');
new MultiAccountReaderStack(app, 'MultiAccountReader', { accounts, env: { account: reads, region: 'eu-west-1' } });
for (const [name, account] of Object.entries(accounts)) {
  const env = { account, region: 'eu-west-1' };
  new LinkedAccountStack(app, `Linked-${name}`, {
    env,
    sink: `arn:aws:oam:eu-west-1:${reads}:sink/from-the-other-stack`,
  });
}
const main = new MainRegionStack(app, 'MainRegion', { env: { account: reads, region: 'eu-west-1' } });
new OtherRegionStack(app, 'OtherRegion', {
  env: { account: reads, region: 'us-east-1' },
  deploymentName: 'shop-us',
  main,
});
leavesOut(
  new OwnChannelStack(app, 'OwnChannel'),
  'AwsSolutions-L1',
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
);
leavesOut(new ExistingBucketAndKeyStack(app, 'ExistingBucketAndKey'), 'AwsSolutions-S1', 'AwsSolutions-SMG4');
leavesOut(
  new EverythingStack(app, 'Everything'),
  'AwsSolutions-IAM5[Action::s3:GetBucket*]',
  'AwsSolutions-IAM5[Action::s3:GetObject*]',
  'AwsSolutions-IAM5[Action::s3:List*]',
  'AwsSolutions-IAM5[Resource::<MonitoringStorageBucket0FCCCCBC.Arn>/*]',
);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
