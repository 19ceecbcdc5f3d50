/** From what one may read at leisure to what gets somebody out of bed. */
export const severities = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof severities)[number];

/** Below 0 where `a` is the milder one, above 0 where it is the graver one. */
export const compareSeverities = (a: Severity, b: Severity): number => severities.indexOf(a) - severities.indexOf(b);

/** INFO for none. */
export const gravest = (all: readonly Severity[]): Severity =>
  all.reduce<Severity>((worst, one) => (compareSeverities(one, worst) > 0 ? one : worst), 'INFO');
