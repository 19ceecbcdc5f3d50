import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { forecastEvery } from '../../shared/settings/forecast-settings.ts';
import { watchesOf, type Settings, type Watch } from '../../shared/settings/settings.ts';
import { ownMetric, type Watched } from './watched.ts';

const day = Duration.days(1);
const sixHours = Duration.hours(6);
/** CloudWatch looks at no longer periods, and at seven days altogether. */
const LONGEST_PERIOD_SECONDS = 86_400;
/** A watch, or a training, that is so many intervals late is in trouble. */
const LATE_INTERVALS = 3;

/** What is watched of each watch, and of their models: so many more for each, and no more for more series. */
export const watchAlarms = (settings: Settings, trainEvery: Duration): readonly Watched[] => [
  ...watchesOf(settings).flatMap((watch) => [
    lateness(settings.name, watch),
    ...(watch.forecast === 'off' ? [] : [forecastLateness(settings.name, watch), forecastDrift(settings.name, watch)]),
    ...(hasAlertBudget(watch) ? [budgetDrift(settings.name, watch)] : []),
  ]),
  {
    id: 'StaleModel',
    metric: ownMetric(settings.name, 'ModelAge', { statistic: 'Maximum', period: day }),
    threshold: LATE_INTERVALS * Math.max(86_400, trainEvery.toSeconds()),
    periods: 1,
    says: 'For three trainings, no model in use was held against a newer one.',
    heading: 'A model is stale',
  },
];

/** The dead-man's switch: what is late says so, and what says nothing at all is later still. */
const lateness = (deployment: string, { name, every }: Watch): Watched => ({
  id: `Late-${name}`,
  ...deadMansSwitch(deployment, 'SeriesOverdue', name, every),
  says: `Of watch ${name}, something has not been judged for three intervals: nobody would hear what it does.`,
  heading: 'A watch is not looked after',
});

/** Where there is nothing to forecast, ticks say that nothing is late. */
const forecastLateness = (deployment: string, watch: Watch): Watched => ({
  id: `LateForecasts-${watch.name}`,
  ...deadMansSwitch(deployment, 'ForecastsOverdue', watch.name, forecastEvery(watch)),
  says: `Of watch ${watch.name}, something has not been forecast for three intervals: nobody would hear what it runs into.`,
  heading: 'Forecasts have stopped',
});

/** @param every seconds between two ticks, each of which says how many series are late. */
function deadMansSwitch(
  deployment: string,
  metricName: string,
  watch: string,
  every: number,
): Pick<Watched, 'metric' | 'threshold' | 'periods' | 'missingIsBad'> {
  const late = LATE_INTERVALS * every;
  const period = Math.min(LONGEST_PERIOD_SECONDS, Math.ceil(late / 60) * 60);
  return {
    metric: ownMetric(deployment, metricName, {
      statistic: 'Maximum',
      period: Duration.seconds(period),
      dimensions: { Watch: watch },
    }),
    threshold: 1,
    periods: Math.ceil(late / period),
    missingIsBad: true,
  };
}

function forecastDrift(deployment: string, { name }: Watch): Watched {
  return {
    id: `ForecastDrift-${name}`,
    metric: ownMetric(deployment, 'PredictionSkill', {
      statistic: 'Average',
      period: sixHours,
      dimensions: { Watch: name },
    }),
    threshold: 0,
    periods: 4,
    below: true,
    says: `For a day, forecasts of watch ${name} were worse than saying that nothing changes.`,
    heading: 'Forecasts have drifted',
  };
}

const hasAlertBudget = ({ sensitivity }: Watch): boolean => typeof sensitivity === 'string';

/** More than a factor of three is no weekly chance any more. */
const MOST_OF_BUDGET = 3;

function budgetDrift(deployment: string, { name }: Watch): Watched {
  const published = (metricName: string) =>
    ownMetric(deployment, metricName, { statistic: 'Maximum', period: day, dimensions: { Watch: name } });
  return {
    id: `BudgetDrift-${name}`,
    metric: new MathExpression({
      expression: 'delivered / asked',
      label: 'told, as a multiple of what was asked for',
      usingMetrics: { asked: published('AlertBudgetAsked'), delivered: published('AlertBudgetDelivered') },
      period: day,
    }),
    threshold: MOST_OF_BUDGET,
    periods: 3,
    says: `For three days, watch ${name} would tell more than three times as much as its alert budget asks for.`,
    heading: 'Far more is told than was asked for',
  };
}
