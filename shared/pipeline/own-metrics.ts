import type { MetricDatum } from '../ports/metric-sink.ts';
import type { ForecastShardSummary } from './forecast-summary.ts';
import type { ShardSummary } from './shard-summary.ts';
import type { ShardTraining } from './train-forecast-shard.ts';
import type { WatchTraining } from './train-models.ts';

/** What we say of ourselves, as aggregates per watch: their number does not grow with the fleet. */
export const ownMetricNames = [
  'AnomaliesDetected',
  'EntitiesFiring',
  'EntitiesUnknown',
  'PointsJudged',
  'PointsLate',
  'SeriesOverdue',
  'ReadProblems',
  'MetricsBilled',
  'VerdictAge',
  'LambdaExecutionTime',
] as const;

/** What we say of a training: at most so many a watch, and those of a budget only where one is asked. */
export const trainingMetricNames = [
  'TrainingTime',
  'TrainingRows',
  'ModelsPromoted',
  'AlertBudgetAsked',
  'AlertBudgetDelivered',
] as const;

/** What we say of the forecasts of a tick; how good they were only where some have come due in the last hour. */
export const forecastMetricNames = [
  'PredictionAccuracy',
  'PredictionSkill',
  'BandCoverage80',
  'BandCoverage95',
  'CrossingBrier',
  'SeriesForecast',
  'SeriesNotForecast',
  'SeriesWithoutSkill',
  'LimitsInDanger',
  'ForecastTime',
] as const;

/** What we say of the fitting of forecasters. */
export const forecasterTrainingNames = ['ForecastersFitted', 'ForecastersDue', 'ForecasterTrainingTime'] as const;

type OwnMetric =
  | (typeof ownMetricNames)[number]
  | (typeof trainingMetricNames)[number]
  | (typeof forecastMetricNames)[number]
  | (typeof forecasterTrainingNames)[number]
  | 'TicksDropped';

const units: Readonly<Partial<Record<OwnMetric, MetricDatum['unit']>>> = {
  VerdictAge: 'Seconds',
  LambdaExecutionTime: 'Milliseconds',
  TrainingTime: 'Seconds',
  PredictionAccuracy: 'Percent',
  PredictionSkill: 'None',
  BandCoverage80: 'Percent',
  BandCoverage95: 'Percent',
  CrossingBrier: 'None',
  ForecastTime: 'Milliseconds',
  ForecasterTrainingTime: 'Seconds',
};

/** The metrics of one shard's committed tick. */
export function tickMetrics(summary: ShardSummary, elapsedSeconds: number): readonly MetricDatum[] {
  const values: Readonly<Record<(typeof ownMetricNames)[number], number>> = {
    AnomaliesDetected: summary.began,
    EntitiesFiring: summary.firing,
    EntitiesUnknown: summary.unknown,
    PointsJudged: summary.points,
    PointsLate: summary.late + summary.revised,
    SeriesOverdue: summary.overdue,
    ReadProblems: Object.values(summary.problems).reduce((sum, count) => sum + count, 0),
    MetricsBilled: summary.billedMetrics,
    VerdictAge: summary.verdictAgeSeconds,
    LambdaExecutionTime: Math.max(0, elapsedSeconds) * 1000,
  };
  return ownMetricNames.map((name) => datum(name, summary.watch, values[name], summary.tick));
}

/** The metrics of one watch's training; budgets are first notices a week. */
export function trainingMetrics(
  { watch, rows, outcome, budget }: WatchTraining,
  elapsedSeconds: number,
  time: number,
): readonly MetricDatum[] {
  const values: Readonly<Partial<Record<(typeof trainingMetricNames)[number], number>>> = {
    TrainingTime: Math.max(0, elapsedSeconds),
    TrainingRows: rows,
    ModelsPromoted: outcome === 'promoted' ? 1 : 0,
    ...(budget === undefined
      ? {}
      : { AlertBudgetAsked: budget.askedPerWeek, AlertBudgetDelivered: budget.deliveredPerWeek }),
  };
  return trainingMetricNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [datum(name, watch, value, time)];
  });
}

/** The metrics of the forecasts of one shard's committed tick. */
export function forecastMetricData(summary: ForecastShardSummary, elapsedSeconds: number): readonly MetricDatum[] {
  const values: Readonly<Record<(typeof forecastMetricNames)[number], number | null>> = {
    PredictionAccuracy: summary.accuracy,
    PredictionSkill: summary.skill,
    BandCoverage80: summary.coverage80,
    BandCoverage95: summary.coverage95,
    CrossingBrier: summary.brier,
    SeriesForecast: summary.forecast,
    SeriesNotForecast: summary.series - summary.forecast,
    SeriesWithoutSkill: summary.withoutSkill,
    LimitsInDanger: summary.firing,
    ForecastTime: Math.max(0, elapsedSeconds) * 1000,
  };
  return forecastMetricNames.flatMap((name) => {
    const value = values[name];
    return value === null ? [] : [datum(name, summary.watch, value, summary.tick)];
  });
}

/** The metrics of one watch's fitting of forecasters. */
export function forecasterTrainingMetrics(
  watch: string,
  shards: readonly ShardTraining[],
  elapsedSeconds: number,
  time: number,
): readonly MetricDatum[] {
  const sum = (of: (one: ShardTraining) => number): number => shards.reduce((all, one) => all + of(one), 0);
  return [
    datum(
      'ForecastersFitted',
      watch,
      sum(({ trained }) => trained),
      time,
    ),
    datum(
      'ForecastersDue',
      watch,
      sum(({ left }) => left),
      time,
    ),
    datum('ForecasterTrainingTime', watch, Math.max(0, elapsedSeconds), time),
  ];
}

/** A message that came too late to be worth anything: the tick after it pulls the same points. */
export const droppedMetric = (watch: string, tick: number): MetricDatum => datum('TicksDropped', watch, 1, tick);

const datum = (name: OwnMetric, watch: string, value: number, time: number): MetricDatum => ({
  name,
  dimensions: { Watch: watch },
  value,
  unit: units[name] ?? 'Count',
  time,
});
