import type { PolicyDocument } from './iam.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A synthesised CloudFormation template, as it lies in `cdk.out`. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Surroundings {
  readonly account: string;
  readonly region: string;
  /** Where queue URLs start: the fake's own URL. */
  readonly queueUrlBase: string;
  /** Physical names by logical id, where the template's own or the invented one will not do. */
  readonly names?: Readonly<Record<string, string>>;
  /** Answers what this resolver cannot know, such as an attribute of a custom resource. */
  readonly attribute?: (logicalId: string, attribute: string) => string | undefined;
}

const arnPattern: Readonly<Partial<Record<string, (name: string, where: string) => string>>> = {
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::SQS::Queue': (name, where) => `arn:aws:sqs:${where}:${name}`,
  'AWS::Events::EventBus': (name, where) => `arn:aws:events:${where}:event-bus/${name}`,
  'AWS::Events::Rule': (name, where) => `arn:aws:events:${where}:rule/${name}`,
  'AWS::Lambda::Function': (name, where) => `arn:aws:lambda:${where}:function:${name}`,
  'AWS::Logs::LogGroup': (name, where) => `arn:aws:logs:${where}:log-group:${name}:*`,
  'AWS::IAM::Role': (name, where) => `arn:aws:iam::${where.split(':')[1] ?? ''}:role/${name}`,
};
const nameProperty: Readonly<Partial<Record<string, string>>> = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::IAM::Role': 'RoleName',
};

/** Resolves a template's intrinsic functions to the names that a deployment to the fake would have. */
export class DeployedTemplate {
  readonly template: Template;
  private readonly surroundings: Surroundings;

  constructor(template: Template, surroundings: Surroundings) {
    this.template = template;
    this.surroundings = surroundings;
  }

  /** Logical ids of all resources of a type. */
  idsOf(type: string): string[] {
    return Object.entries(this.template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id]) => id);
  }

  /** What `Ref` gives, except for a queue, where this is the name and `Ref` the URL. */
  nameOf(logicalId: string): string {
    const resource = this.resource(logicalId);
    const property = nameProperty[resource.Type];
    const own = property === undefined ? undefined : resource.Properties?.[property];
    return this.surroundings.names?.[logicalId] ?? (own === undefined ? logicalId.toLowerCase() : this.text(own));
  }

  arnOf(logicalId: string): string {
    const { Type } = this.resource(logicalId);
    const pattern = arnPattern[Type];
    if (pattern === undefined) throw new Error(`this resolver knows no ARN of ${Type} (${logicalId}): add it`);
    return pattern(this.nameOf(logicalId), `${this.surroundings.region}:${this.surroundings.account}`);
  }

  /** The environment that the template gives a function. */
  environmentOf(functionId: string): Record<string, string> {
    const environment = this.resource(functionId).Properties?.['Environment'] as
      { readonly Variables?: Readonly<Record<string, unknown>> } | undefined;
    return Object.fromEntries(
      Object.entries(environment?.Variables ?? {}).map(([name, value]) => [name, this.text(value)]),
    );
  }

  /** Every policy that the template attaches to a function's role, inline or by itself. */
  policiesOf(functionId: string): PolicyDocument[] {
    const role = this.resource(functionId).Properties?.['Role'];
    const roleId = (role as { readonly 'Fn::GetAtt'?: readonly [string, string] } | undefined)?.['Fn::GetAtt']?.[0];
    if (roleId === undefined)
      throw new Error(`function ${functionId} has no role of this template: ${JSON.stringify(role)}`);
    const inline = (this.resource(roleId).Properties?.['Policies'] ?? []) as readonly { PolicyDocument: unknown }[];
    const attached = [...this.idsOf('AWS::IAM::Policy'), ...this.idsOf('AWS::IAM::ManagedPolicy')]
      .map((id) => this.resource(id).Properties ?? {})
      .filter((policy) => ((policy['Roles'] ?? []) as readonly { Ref?: string }[]).some((one) => one.Ref === roleId))
      .map((policy) => policy['PolicyDocument']);
    return [...inline.map((policy) => policy.PolicyDocument), ...attached].map(
      (document) => this.resolve(document) as PolicyDocument,
    );
  }

  /** The value with every intrinsic function replaced. @throws Error naming one that is not known here. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.resolve(one));
    if (typeof value !== 'object' || value === null) return value;
    const [name, argument] = (Object.entries(value)[0] ?? ['', undefined]) as [string, unknown];
    if (Object.keys(value).length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return this.intrinsic(name, argument);
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.resolve(one)]));
  }

  private intrinsic(name: string, argument: unknown): unknown {
    const parts = (): readonly unknown[] => this.resolve(argument) as readonly unknown[];
    switch (name) {
      case 'Ref':
        return this.reference(argument as string);
      case 'Fn::GetAtt': {
        const [id, attribute] = Array.isArray(argument)
          ? (argument as [string, string])
          : splitOnce(argument as string);
        return this.attribute(id, attribute);
      }
      case 'Fn::Join': {
        const [separator, list] = parts() as [string, string[]];
        return list.join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = parts() as [string, string];
        return text.split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = parts() as [number | string, unknown[]];
        return list[Number(index)];
      }
      case 'Fn::Sub': {
        const [pattern, extra] = Array.isArray(argument)
          ? (argument as [string, Record<string, unknown>])
          : [argument as string, {}];
        return pattern.replace(/\$\{([^!}]+)\}/g, (_, expression: string) =>
          expression in extra ? this.text(extra[expression]) : this.text(referenceOf(expression)),
        );
      }
      default:
        throw new Error(`this resolver does not know ${name}: add it`);
    }
  }

  private reference(id: string): string {
    const { account, region } = this.surroundings;
    const pseudo: Readonly<Partial<Record<string, string>>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': 'stack-under-test',
    };
    const known = pseudo[id];
    if (known !== undefined) return known;
    const isQueue = this.resource(id).Type === 'AWS::SQS::Queue';
    return isQueue ? `${this.surroundings.queueUrlBase}/${account}/${this.nameOf(id)}` : this.nameOf(id);
  }

  private attribute(id: string, attribute: string): string {
    const told = this.surroundings.attribute?.(id, attribute);
    if (told !== undefined) return told;
    if (attribute === 'Arn') return this.arnOf(id);
    if (['QueueName', 'Name'].includes(attribute)) return this.nameOf(id);
    throw new Error(`this resolver does not know ${id}.${attribute}: answer it through "attribute"`);
  }

  private resource(id: string): Resource {
    const found = (this.template.Resources as Readonly<Partial<Record<string, Resource>>>)[id];
    if (found === undefined) throw new Error(`the template has no resource ${id}`);
    return found;
  }

  private text(value: unknown): string {
    const resolved = this.resolve(value);
    if (typeof resolved !== 'string' && typeof resolved !== 'number' && typeof resolved !== 'boolean') {
      throw new Error(`expected a text, got ${JSON.stringify(resolved)}`);
    }
    return String(resolved);
  }
}

const splitOnce = (path: string): [string, string] => [path.split('.')[0], path.slice(path.indexOf('.') + 1)];

const referenceOf = (expression: string): object =>
  expression.includes('.') ? { 'Fn::GetAtt': splitOnce(expression) } : { Ref: expression };
