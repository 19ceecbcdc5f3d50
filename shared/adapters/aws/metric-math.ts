/** An expression that CloudWatch would refuse, or answer with something that is not one series. */
export class RefusedExpression extends Error {
  constructor(expression: string, why: string) {
    super(`expression '${expression}' ${why}`);
    this.name = 'RefusedExpression';
  }
}

const longestExpression = 2048;
/** They find metrics by themselves and answer with many series. */
const finders = new Set([
  'SEARCH',
  'SELECT',
  'INSIGHT_RULE_METRIC',
  'SERVICE_QUOTA',
  'DB_PERF_INSIGHTS',
  'LAMBDA',
  'EXPLORE',
]);

/**
 * The same CloudWatch metric math over other names. Many expressions share one request and its ids, so each name is
 * replaced by the id it has there, and whatever would reach beyond an expression's own metrics is refused;
 * `METRICS()`, all metrics of the request, becomes the list of the expression's own.
 *
 * @param ids from the expression's names to the request's ids.
 * @throws RefusedExpression with the reason.
 */
export function rewriteExpression(expression: string, ids: Readonly<Record<string, string>>): string {
  const refuse = (why: string): never => {
    throw new RefusedExpression(expression, why);
  };
  for (const name of Object.keys(ids)) {
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(name)) {
      refuse(`names a metric '${name}': write a lower-case letter followed by letters, digits or _`);
    }
  }
  const rewritten = expression
    .replace(/\bMETRICS\s*\(\s*(?:(["'])(.*?)\1)?\s*\)/g, (_, _quote: string | undefined, part: string | undefined) => {
      const own = Object.keys(ids).filter((name) => name.includes(part ?? ''));
      if (own.length === 0) refuse(`asks METRICS("${part ?? ''}"), and none of its metrics has that in its name`);
      return `[${own.join(', ')}]`;
    })
    .replace(/"[^"]*"|'[^']*'|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][A-Za-z0-9_]*/g, (token) => {
      if (finders.has(token)) refuse(`uses ${token}, which gives many series: use "select" of the watch`);
      if (!/^[a-z]/.test(token)) return token;
      const id = Object.hasOwn(ids, token) ? ids[token] : undefined;
      return id ?? refuse(`uses '${token}', which is not among its "metrics"`);
    });
  if (rewritten.trim() === '') refuse('is empty');
  if (rewritten.length > longestExpression) {
    refuse(`has ${rewritten.length} characters, CloudWatch takes ${longestExpression}`);
  }
  return rewritten;
}
