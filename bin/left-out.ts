import type { LeftOut } from '../shared/ports/metric-source.ts';

/** What a watch does not look after although its selection matches it, and what to do about it. */
export const leftOutWords = ({ pattern, count, reason }: LeftOut): string =>
  `${count} of ${pattern}: ${reason ?? 'raise maxSeries or narrow the pattern'}`;
