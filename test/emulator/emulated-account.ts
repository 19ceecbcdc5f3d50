import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { startFakePagerDuty, type FakePagerDuty } from '../fakes/http/pagerduty.ts';
import { startFakeSlack, type FakeSlack } from '../fakes/http/slack.ts';
import { botoAgainst } from './boto.ts';
import { cdkAgainst } from './cdk.ts';
import { account, region, startMiniStack, type MiniStack } from './ministack.ts';
import { installEmulators } from './python-packages.ts';
import { secrets } from './settings.ts';

/** An account with nothing in it but its secrets, and everybody whom a deployment would speak to, on loop-back. */
export async function startEmulatedAccount() {
  const python = installEmulators();
  const folder = mkdtempSync(join(tmpdir(), 'aiops-emulator-'));
  const stops: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
  };
  const started = <One extends { stop(): Promise<void> }>(one: One): One => {
    stops.push(() => one.stop());
    return one;
  };
  try {
    const cloudWatch: FakeAws = started(await startFakeAws({ account, region }));
    const slack: FakeSlack = started(await startFakeSlack());
    const pagerDuty: FakePagerDuty = started(await startFakePagerDuty());
    const ministack: MiniStack = started(
      await startMiniStack({
        python,
        folder,
        // The template says none of this: MiniStack's functions inherit it from their platform.
        environment: {
          AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
          AIOPS_PAGERDUTY_SERVER: pagerDuty.host,
          NODE_EXTRA_CA_CERTS: pagerDuty.authorityFile,
        },
      }),
    );
    const client = {
      region,
      endpoint: ministack.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const secretStore = new SecretsManagerClient(client);
    const secret = (Name: string, SecretString: string) =>
      secretStore.send(new CreateSecretCommand({ Name, SecretString }));
    await secret(secrets.slack, slack.webhook);
    await secret(secrets.links, JSON.stringify({ key: 'k'.repeat(40) }));
    await new SSMClient(client).send(
      new PutParameterCommand({ Name: secrets.pager, Value: pagerDuty.routingKey, Type: 'SecureString' }),
    );
    const boto = botoAgainst(python, ministack.url);
    return {
      python,
      folder,
      cloudWatch,
      slack,
      pagerDuty,
      ministack,
      boto,
      /** As whoever the account belongs to; does once what the rest needs. */
      bootstrap: () => cdkAgainst(ministack.url, folder).bootstrap(),
      /** A user with the policy that docs/deploying.md hands out, and the command line as that user. */
      async deployer() {
        const policy = new URL('../../docs/policies/deployer.json', import.meta.url);
        const PolicyDocument = readFileSync(policy, 'utf8').replaceAll('ACCOUNT', account).replaceAll('REGION', region);
        const UserName = 'deployer';
        await boto('iam', 'create_user', { UserName });
        await boto('iam', 'put_user_policy', { UserName, PolicyName: 'aiops-deployer', PolicyDocument });
        const { AccessKey } = await boto<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
          'iam',
          'create_access_key',
          { UserName },
        );
        const key = { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey };
        return { ...cdkAgainst(ministack.url, folder, key), key };
      },
      clients: {
        cloudWatch: new CloudWatchClient({ ...client, endpoint: cloudWatch.url }),
        s3: new S3Client({ ...client, forcePathStyle: true }),
        lambda: new LambdaClient(client),
        sqs: new SQSClient(client),
        events: new EventBridgeClient(client),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type EmulatedAccount = Awaited<ReturnType<typeof startEmulatedAccount>>;
