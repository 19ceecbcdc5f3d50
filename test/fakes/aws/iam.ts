/** A policy document as the synthesised template holds it, with intrinsic functions resolved. */
export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface AccessRequest {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys of this request, such as `{ 's3:prefix': 'state/' }`. */
  readonly context?: Readonly<Record<string, string>>;
}

const many = <T>(one: T | readonly T[] | undefined): readonly T[] =>
  one === undefined ? [] : Array.isArray(one) ? (one as readonly T[]) : [one as T];

const wildcard = (pattern: string, flags = ''): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '[^]*')
      .replace(/\?/g, '[^]')}$`,
    flags,
  );

const like = (value: string, patterns: readonly string[], flags?: string): boolean =>
  patterns.some((pattern) => wildcard(pattern, flags).test(value));

const operators: Readonly<Partial<Record<string, (value: string, wanted: readonly string[]) => boolean>>> = {
  StringEquals: (value, wanted) => wanted.includes(value),
  StringNotEquals: (value, wanted) => !wanted.includes(value),
  StringLike: (value, wanted) => like(value, wanted),
  StringNotLike: (value, wanted) => !like(value, wanted),
  ArnEquals: (value, wanted) => like(value, wanted),
  ArnLike: (value, wanted) => like(value, wanted),
  Bool: (value, wanted) => wanted.some((one) => one === value),
};

/** A key that the request does not carry fails a condition, unless negated or `…IfExists`: the rule of IAM. */
function conditionsHold(conditions: Statement['Condition'], context: Readonly<Record<string, string>>): boolean {
  return Object.entries(conditions ?? {}).every(([operator, wanted]) => {
    const name = operator.replace(/IfExists$/, '');
    const holds = operators[name];
    if (holds === undefined) throw new Error(`the fake's IAM does not know the condition operator ${operator}`);
    return Object.entries(wanted).every(([key, values]) => {
      const found = Object.entries(context).find(([one]) => one.toLowerCase() === key.toLowerCase())?.[1];
      if (found === undefined) return operator !== name || name.includes('Not');
      return holds(found, many(values));
    });
  });
}

function concerns(statement: Statement, request: AccessRequest): boolean {
  const action =
    statement.NotAction === undefined
      ? like(request.action, many(statement.Action), 'i')
      : !like(request.action, many(statement.NotAction), 'i');
  const resource =
    statement.NotResource === undefined
      ? like(request.resource, many(statement.Resource))
      : !like(request.resource, many(statement.NotResource));
  // The fake talks plain HTTP on loop-back where the service would talk TLS.
  const context = { 'aws:SecureTransport': 'true', ...request.context };
  return action && resource && conditionsHold(statement.Condition, context);
}

/** Whether IAM would let this through: something allows it and nothing denies it. */
export function allows(policies: readonly PolicyDocument[], request: AccessRequest): boolean {
  const effects = policies
    .flatMap((policy) => many(policy.Statement))
    .filter((statement) => concerns(statement, request))
    .map((statement) => statement.Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}
