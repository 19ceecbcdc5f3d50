import type { Template } from 'aws-cdk-lib/assertions';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Logical ids without the digests that CDK appends, and assets without theirs. */
export const withoutDigests = (text: string): string =>
  text
    .replace(/[0-9A-F]{32}/g, '')
    .replace(/([A-Za-z])[0-9A-F]{8}\b/g, '$1')
    .replace(/[0-9a-f]{64}/g, '<digest>');

/** `<Bucket.Arn>/state/*` of CloudFormation's own way to write it. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, inner]] = Object.entries(value) as [[string, unknown]];
  if (name === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(flat).join((inner as [string])[0]);
  if (name === 'Fn::Sub') return String(inner).replace(/\$\{([^}]+)\}/g, '<$1>');
  if (name === 'Ref') return `<${String(inner)}>`;
  return JSON.stringify(value);
}

/** Every right of every role, `role: action on resource if condition`, in order. @throws Error for a statement that denies. */
export function rightsOf(template: Template): readonly string[] {
  const lines = Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) => {
    const policy = Properties as { Roles: { Ref: string }[]; PolicyDocument: { Statement: Statement[] } };
    return policy.PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition = {} }) => {
      if (Effect !== 'Allow') throw new Error(`${id} denies something, which no listing of rights would show`);
      const tests = Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => `${key} ${operator} ${[values].flat().map(flat).sort().join(' ')}`),
      );
      const when = tests.length === 0 ? '' : ` if ${tests.join(' and ')}`;
      return policy.Roles.flatMap(({ Ref }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((one) => `${Ref}: ${action} on ${flat(one)}${when}`)),
      );
    });
  });
  return [...new Set(lines.map(withoutDigests))].sort();
}
