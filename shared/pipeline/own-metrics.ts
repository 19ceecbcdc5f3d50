import type { MetricDatum } from '../ports/metric-sink.ts';
import type { ShardSummary } from './shard-summary.ts';

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

type OwnMetric = (typeof ownMetricNames)[number] | 'TicksDropped';

const units: Readonly<Partial<Record<OwnMetric, MetricDatum['unit']>>> = {
  VerdictAge: 'Seconds',
  LambdaExecutionTime: 'Milliseconds',
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

/** A message that came too late to be worth anything: the tick after it pulls the same points. */
export const droppedMetric = (watch: string, tick: number): MetricDatum => datum('TicksDropped', watch, 1, tick);

const datum = (name: OwnMetric, watch: string, value: number, time: number): MetricDatum => ({
  name,
  dimensions: { Watch: watch },
  value,
  unit: units[name] ?? 'Count',
  time,
});
