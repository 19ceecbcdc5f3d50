import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../../shared/settings/settings.ts';
import { ownMetric, type Watched } from './watched.ts';

/** As often as the meter compares what was billed with what was to be expected. */
const window = Duration.hours(6);
/** What is asked twice now and then comes to a few percent; a quarter more is no chance. */
const MOST_OF_EXPECTED_PERCENT = 125;
const NEAR_PERCENT = 80;

/** What is watched about the bill: always against what the inventory lets expect, and against a limit where one is set. */
export function budgetAlarms({ name, maxMonthlyUsd }: Settings): readonly Watched[] {
  const metered = (metric: string): Metric => ownMetric(name, metric, { statistic: 'Maximum', period: window });
  return [
    {
      id: 'BilledAboveEstimate',
      metric: metered('BilledShare'),
      threshold: MOST_OF_EXPECTED_PERCENT,
      periods: 1,
      says: 'For six hours, CloudWatch was asked for a quarter more than what is watched lets expect.',
      heading: 'The bill is higher than estimated',
    },
    ...(maxMonthlyUsd === undefined
      ? []
      : [
          {
            id: 'BudgetNear',
            metric: metered('BudgetProjected'),
            threshold: NEAR_PERCENT,
            periods: 1,
            says: `The month is projected to cost more than ${NEAR_PERCENT} % of maxMonthlyUsd.`,
            heading: 'The month nears its limit',
          },
          {
            id: 'BudgetExceeded',
            metric: metered('BudgetProjected'),
            threshold: 100,
            periods: 1,
            says: 'The month is projected to cost more than maxMonthlyUsd: polling is stretched to 15 minutes, then to 60.',
            heading: 'Polling is stretched',
          },
        ]),
  ];
}
