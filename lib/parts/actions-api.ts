import { Duration, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../../shared/settings/settings.ts';
import { logEncryption } from '../encryption.ts';
import { actionSecrets, grantSecrets } from './alert-secrets.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';

export interface ActionsApiProps {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly secretKeys: readonly IKey[];
}

/** A person opens a link, or a script a mute, now and then: whoever asks more often is guessing tokens. */
const throttle = { rateLimit: 10, burstLimit: 20 };

/** Never the path: a token in a log would be a key in a log. */
const logged = JSON.stringify({
  at: '$context.requestTime',
  request: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ip: '$context.identity.sourceIp',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
});

/** Where links in notices lead. The token in them is the authorisation; opening a mute takes IAM. */
export class ActionsApi extends Construct {
  readonly api: HttpApi;
  readonly handler: MonitoringFunction;

  constructor(scope: Construct, id: string, props: ActionsApiProps) {
    super(scope, id);
    const { surroundings, settings, secretKeys } = props;
    this.handler = new MonitoringFunction(this, 'Api', {
      surroundings,
      bundle: 'api',
      handler: 'handler',
      description: 'Links in notices: acknowledge, snooze, this is normal; and mutes.',
      memorySize: 512,
      // API Gateway waits for 30 s; a person does not.
      timeout: Duration.seconds(15),
      maxEventAge: Duration.minutes(1),
      access: {
        read: ['settings', 'incidents', 'feedback'],
        write: ['incidents', 'audit', 'feedback'],
        delete: [],
      },
    });
    grantSecrets(this.handler, actionSecrets(settings), secretKeys);

    this.api = new HttpApi(this, 'Http', {
      description: 'Actions on incidents of AIOps monitoring.',
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Handler', this.handler);
    const token = this.api.addRoutes({
      path: '/a/{token}',
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
    this.api.addRoutes({
      path: '/mute',
      methods: [HttpMethod.POST],
      integration,
      authorizer: new HttpIamAuthorizer(),
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            retention: surroundings.logRetention,
            removalPolicy: surroundings.logRemovalPolicy,
            ...logEncryption(this),
          }),
        ),
        format: AccessLogFormat.custom(logged),
      },
    });
    for (const route of token) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'The path carries a signed, expiring, single-purpose token, which is the authorisation: whoever is called at ' +
          'night opens it from a phone.',
      });
    }
  }
}
