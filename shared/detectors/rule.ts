/** A static rule. `metric` is a glob over labels, `for` a duration in seconds. Settings are assignable to it. */
export type Rule =
  | { readonly kind: 'above' | 'below'; readonly metric: string; readonly limit: number }
  | { readonly kind: 'jump'; readonly metric: string; readonly by: number }
  | { readonly kind: 'stuck' | 'silent'; readonly metric: string; readonly for: number };

/** `above 90`, `jump 30`, `stuck 3600s`. */
export function ruleName(rule: Rule): string {
  const known = names.get(rule);
  if (known !== undefined) return known;
  const seconds = rule.kind === 'stuck' || rule.kind === 'silent' ? 's' : '';
  const name = `${rule.kind} ${amountOf(rule)}${seconds}`;
  names.set(rule, name);
  return name;
}

/** Asked for with every point of every series. */
const names = new WeakMap<Rule, string>();

/** Its limit, its step or its seconds. */
export const amountOf = (rule: Rule): number => ('limit' in rule ? rule.limit : 'by' in rule ? rule.by : rule.for);
