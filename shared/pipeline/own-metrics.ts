import type { MetricDatum } from '../ports/metric-sink.ts';
import type { ForecastShardSummary } from './forecast-summary.ts';
import { isFirstOfDay } from './model-age.ts';
import type { ShardSummary } from './shard-summary.ts';
import type { ShardTraining } from './train-forecast-shard.ts';
import type { WatchTraining } from './train-models.ts';

/**
 * What we say of ourselves, as aggregates per watch: their number does not grow with the fleet. Two deployments of an
 * account may have watches of one name, so that each metric has the deployment's name besides, as those of alerting do.
 */
export const ownMetricNames = [
  'AnomaliesDetected',
  'EntitiesFiring',
  'EntitiesUnknown',
  'PointsJudged',
  'PointsLate',
  'SeriesSilent',
  'ReadProblems',
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

/** What we say where more is to be done than gets done; nothing while all is well. */
export const overloadMetricNames = ['StaleShardMessages', 'TicksSkipped'] as const;

/** Whose metrics they are: the `name` of the settings, and one of its watches. */
interface Published {
  readonly deployment: string;
  readonly watch: string;
}

type OwnMetric =
  | (typeof ownMetricNames)[number]
  | (typeof trainingMetricNames)[number]
  | (typeof forecastMetricNames)[number]
  | (typeof forecasterTrainingNames)[number]
  | (typeof overloadMetricNames)[number];

const units: Readonly<Partial<Record<OwnMetric, MetricDatum['unit']>>> = {
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

/** Absent where they are 0: a metric costs only in hours in which it is there, and these are mostly 0. */
const troubleMetrics: ReadonlySet<OwnMetric> = new Set([
  'EntitiesFiring',
  'EntitiesUnknown',
  'PointsLate',
  'SeriesSilent',
  'ReadProblems',
]);

/** The metrics of one shard's committed tick; all of them at the first tick of a day. */
export function tickMetrics(
  summary: ShardSummary,
  deployment: string,
  elapsedSeconds: number,
  everySeconds: number,
): readonly MetricDatum[] {
  const values: Readonly<Record<(typeof ownMetricNames)[number], number>> = {
    AnomaliesDetected: summary.began,
    EntitiesFiring: summary.firing,
    EntitiesUnknown: summary.unknown,
    PointsJudged: summary.points,
    PointsLate: summary.late + summary.revised,
    SeriesSilent: summary.overdue,
    ReadProblems: Object.values(summary.problems).reduce((sum, count) => sum + count, 0),
    LambdaExecutionTime: Math.max(0, elapsedSeconds) * 1000,
  };
  return ownMetricNames
    .filter((name) => values[name] !== 0 || !troubleMetrics.has(name))
    .filter((name) => !dailyMetrics.has(name) || isFirstOfDay(summary.tick, everySeconds))
    .map((name) => datum(name, { deployment, watch: summary.watch }, values[name], summary.tick));
}

/** The metrics of one watch's training; budgets are first notices a week. */
export function trainingMetrics(
  { watch, rows, outcome, budget }: WatchTraining,
  deployment: string,
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
    return value === undefined ? [] : [datum(name, { deployment, watch }, value, time)];
  });
}

/** What is said of forecasts at every tick; the rest changes with the days and is said every six hours, for its price. */
const oftenForecast: ReadonlySet<OwnMetric> = new Set(['PredictionAccuracy', 'PredictionSkill', 'LimitsInDanger']);
/** What changes with trainings only is said once a day. */
const dailyMetrics: ReadonlySet<OwnMetric> = new Set([
  'PointsJudged',
  'SeriesForecast',
  'SeriesNotForecast',
  'SeriesWithoutSkill',
  'ForecastTime',
]);
const RARELY_SECONDS = 6 * 3600;

/** Whether what hardly ever changes is said at a tick: a metric costs by the hours in which it is there. */
export const isFirstOfSixHours = (tick: number, everySeconds: number): boolean =>
  Math.floor(tick / RARELY_SECONDS) !== Math.floor((tick - everySeconds) / RARELY_SECONDS);

/** The metrics of the forecasts of one shard's committed tick; all of them at the first tick of a day. */
export function forecastMetricData(
  summary: ForecastShardSummary,
  deployment: string,
  elapsedSeconds: number,
  everySeconds: number,
): readonly MetricDatum[] {
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
  const isRareDue = isFirstOfSixHours(summary.tick, everySeconds);
  return forecastMetricNames.flatMap((name) => {
    const value = values[name];
    if (!isRareDue && !oftenForecast.has(name)) return [];
    if (dailyMetrics.has(name) && !isFirstOfDay(summary.tick, everySeconds)) return [];
    if (!isRareDue && name === 'LimitsInDanger' && value === 0) return [];
    return value === null ? [] : [datum(name, { deployment, watch: summary.watch }, value, summary.tick)];
  });
}

/** The metrics of one watch's fitting of forecasters. */
export function forecasterTrainingMetrics(
  of: Published,
  shards: readonly ShardTraining[],
  elapsedSeconds: number,
  time: number,
): readonly MetricDatum[] {
  const sum = (count: (one: ShardTraining) => number): number => shards.reduce((all, one) => all + count(one), 0);
  return [
    datum(
      'ForecastersFitted',
      of,
      sum(({ trained }) => trained),
      time,
    ),
    datum(
      'ForecastersDue',
      of,
      sum(({ left }) => left),
      time,
    ),
    datum('ForecasterTrainingTime', of, Math.max(0, elapsedSeconds), time),
  ];
}

/** A message that came too late to be worth anything: the tick after it pulls the same points. */
export const staleMetric = (of: Published, tick: number): MetricDatum => datum('StaleShardMessages', of, 1, tick);

/** A whole tick of a watch that was not begun, because it came too late or nobody has worked on those before. */
export const skippedMetric = (of: Published, tick: number): MetricDatum => datum('TicksSkipped', of, 1, tick);

const datum = (name: OwnMetric, { deployment, watch }: Published, value: number, time: number): MetricDatum => ({
  name,
  dimensions: { Deployment: deployment, Watch: watch },
  value,
  unit: units[name] ?? 'Count',
  time,
});
