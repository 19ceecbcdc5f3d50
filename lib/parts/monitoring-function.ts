import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  ApplicationLogLevel,
  Function,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { metricsNamespace } from '../../shared/settings/environment.ts';
import { acknowledgeKeyActions, logEncryption } from '../encryption.ts';
import type { FunctionName } from './function-bundles.ts';
import { functionCode } from './function-code.ts';
import { acknowledgeWildcards, grantObjects, type ObjectAccess } from './object-access.ts';

/** What every function of ours works with. */
export interface Surroundings {
  readonly bucket: IBucket;
  readonly bus: EventBus;
  readonly settingsKey: string;
  /** Where an event goes that a function failed on twice. */
  readonly failedInvocations: IQueue;
  readonly logRetention: RetentionDays;
  readonly logRemovalPolicy: RemovalPolicy;
}

export interface MonitoringFunctionProps {
  readonly surroundings: Surroundings;
  readonly bundle: FunctionName;
  /** Name of the export of the bundle. */
  readonly handler: string;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  /** An event that waited longer is not worth running: the next tick covers the same points. */
  readonly maxEventAge: Duration;
  readonly access: ObjectAccess;
}

/** A bundled function with what all of ours share; what it may touch is said in its props and nowhere else. */
export class MonitoringFunction extends Function {
  constructor(scope: Construct, id: string, props: MonitoringFunctionProps) {
    const { bucket, bus, settingsKey, failedInvocations, logRetention, logRemovalPolicy } = props.surroundings;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: logRetention,
      removalPolicy: logRemovalPolicy,
      ...logEncryption(scope),
    });
    // Made by hand: the managed policy that CDK attaches otherwise may write to every log group.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: functionCode(props.bundle),
      handler: `index.${props.handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      description: props.description,
      memorySize: props.memorySize,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      // Lambda keeps no event for longer.
      maxEventAge: Duration.seconds(Math.min(props.maxEventAge.toSeconds(), 6 * 3600)),
      retryAttempts: 1,
      onFailure: new SqsDestination(failedInvocations),
      environment: {
        AIOPS_BUCKET: bucket.bucketName,
        AIOPS_BUS_NAME: bus.eventBusName,
        AIOPS_SETTINGS_KEY: settingsKey,
      },
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-L1',
      reason: 'Node 24 is the newest Lambda runtime for Node; the rule knows it later than Lambda does.',
    });
    grantObjects(bucket, role, props.access);
    acknowledgeKeyActions(role);
  }

  /** CloudWatch has no finer rights than these for reading metrics. */
  readMetrics(): this {
    this.allow(['cloudwatch:GetMetricData']);
    return this;
  }

  listMetrics(): this {
    this.allow(['cloudwatch:ListMetrics']);
    return this;
  }

  publishOwnMetrics(): this {
    this.allow(['cloudwatch:PutMetricData'], { StringEquals: { 'cloudwatch:namespace': metricsNamespace } });
    return this;
  }

  private allow(actions: string[], conditions = {}): void {
    this.addToRolePolicy(new PolicyStatement({ actions, resources: ['*'], conditions }));
    if (this.role === undefined) return;
    acknowledgeWildcards(this.role, 'CloudWatch has no resource-level permissions for metrics.', ['Resource::*']);
  }
}
