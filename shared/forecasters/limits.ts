import { matchesGlob } from '../metrics/glob.ts';
import { knownMetric } from '../metrics/known-metrics.ts';
import { isExpression, type MetricNature, type SeriesDescription } from '../metrics/metric.ts';
import type { Limit } from './outlook.ts';

/** A limit that somebody wrote for the series of a label. Settings are assignable to it. */
export interface LimitRule {
  /** Label glob. */
  readonly metric: string;
  /** In the series' unit; `off` takes a limit of this side away. */
  readonly above?: number | 'off' | undefined;
  readonly below?: number | 'off' | undefined;
  readonly severity?: Severity | undefined;
}

type Severity = 'INFO' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';

/** A limit of one series. */
export interface SeriesLimit extends Limit {
  /** Somebody wrote it: then its crossing is told also where it was not foreseen. */
  readonly isAsked: boolean;
  /** What whoever crosses it is to be told as; by the recommendation where none was given. */
  readonly severity?: Severity;
}

/** Percent of what there is: above it something is running full, unless settings say from where on it is watched. */
export const usualLimit = 80;

export const isPercentage = ({ unit }: Pick<MetricNature, 'unit'>): boolean => unit === 'Percent' || unit === '%';

/** A share of something that can run full: a percentage of 100 of which high values are bad. */
const isUtilisation = (nature: MetricNature): boolean =>
  isPercentage(nature) && nature.bad === 'up' && nature.highest === 100;

/** The value at which all that there is is used; undefined of what is no utilisation, and of sums of one. */
function fullAt({ nature, metric }: SeriesDescription): number | undefined {
  if (isUtilisation(nature)) return 100;
  if (isExpression(metric) || nature.bad !== 'up') return undefined;
  const isCounted = metric.statistic === 'Sum' || metric.statistic === 'SampleCount';
  return isCounted ? undefined : knownMetric(metric.namespace, metric.name)?.full;
}

/**
 * The lines that a series is not to cross: at most one above and one below, in this order. Of several that name the
 * series, the last of each side holds. A utilisation that no limit above names has the usual one.
 *
 * @param usual percent of what there is, for utilisations; recommendations begin there.
 * @throws RangeError on a limit that is no finite number, naming it.
 */
export function limitsOf(
  description: SeriesDescription,
  given: readonly LimitRule[],
  usual = usualLimit,
): readonly SeriesLimit[] {
  const { label } = description;
  const own = given.filter(({ metric }) => matchesGlob(metric, label));
  return (['above', 'below'] as const).flatMap((side): readonly SeriesLimit[] => {
    const rule = own.findLast((one) => one[side] !== undefined);
    const value = rule?.[side];
    if (value === 'off') return [];
    if (value === undefined) {
      const full = side === 'above' ? fullAt(description) : undefined;
      return full === undefined ? [] : [{ value: (usual * full) / 100, side, isAsked: false }];
    }
    if (!Number.isFinite(value))
      throw new RangeError(`the limit ${side} for '${rule?.metric ?? ''}' is ${value}: give a finite number, or off`);
    const severity = rule?.severity;
    return [{ value, side, isAsked: true, ...(severity === undefined ? {} : { severity }) }];
  });
}

/** What `value` is beyond by: whether it has crossed the limit. On the line it has not. */
export const isBeyond = (value: number, { value: line, side }: Limit): boolean =>
  side === 'above' ? value > line : value < line;
