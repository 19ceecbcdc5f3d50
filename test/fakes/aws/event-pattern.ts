/** As CloudFormation has it: fields with lists of values, or of matchers, one of which must hold; nested in `detail`. */
export type EventPattern = { readonly [field: string]: readonly unknown[] | EventPattern };

/**
 * Whether an event matches: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 *
 * @throws Error for a matcher that is not known here.
 */
export function matchesPattern(pattern: EventPattern, event: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = event[field];
    if (isList(wanted)) return wanted.some((one) => matches(one, value));
    return typeof value === 'object' && value !== null && matchesPattern(wanted, value as Record<string, unknown>);
  });
}

const isList = (wanted: readonly unknown[] | EventPattern): wanted is readonly unknown[] => Array.isArray(wanted);

function matches(matcher: unknown, value: unknown): boolean {
  if (typeof matcher !== 'object' || matcher === null) {
    return Array.isArray(value) ? value.includes(matcher) : value === matcher;
  }
  const [name, argument] = Object.entries(matcher)[0] as [string, unknown];
  switch (name) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(argument as string);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(argument as string);
    case 'exists':
      return (value !== undefined) === argument;
    case 'anything-but':
      return value !== undefined && ![argument].flat().includes(value);
    default:
      throw new Error(`the fake EventBridge does not know the matcher ${JSON.stringify(matcher)}: add it`);
  }
}
