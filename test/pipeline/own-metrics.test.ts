import { describe, expect, it } from 'vitest';
import { idleForecast } from '../../shared/pipeline/forecast-summary.ts';
import {
  forecasterTrainingMetrics,
  forecasterTrainingNames,
  forecastMetricData,
  forecastMetricNames,
  overloadMetricNames,
  ownMetricNames,
  skippedMetric,
  staleMetric,
  tickMetrics,
  trainingMetricNames,
  trainingMetrics,
} from '../../shared/pipeline/own-metrics.ts';
import { idleSummary } from '../../shared/pipeline/shard-summary.ts';
import type { ShardTraining } from '../../shared/pipeline/train-forecast-shard.ts';

const tick = 1_800_000_000;
const troubled = { firing: 1, unknown: 1, late: 1, overdue: 1, problems: { throttled: 1 } };
const judged = { ...idleSummary('servers', 's-0001', tick, 'judged'), ...troubled };
const forecast = idleForecast('servers', 's-0001', tick, 'forecast');
const scored = { ...forecast, accuracy: 91, skill: 0.4, coverage80: 79, coverage95: 96, brier: 0.05 };
const training = { watch: 'servers', outcome: 'promoted', reason: 'first', rows: 10, entities: 1 } as const;
const budget = { asked: '3 a week', askedPerWeek: 3, deliveredPerWeek: 2, threshold: 4 } as const;
const shardTraining = (trained: number, left: number): ShardTraining => ({
  watch: 'servers',
  shard: 's-0001',
  outcome: 'trained',
  series: trained + left,
  trained,
  left,
  forecasters: {},
  withoutSkill: 0,
  skill: null,
});
const of = { deployment: 'shop', watch: 'servers' };

describe('our own metrics', () => {
  it.each([
    ['of a tick', ownMetricNames, tickMetrics(judged, 'shop', 1, 86_400)],
    ['of a training', trainingMetricNames, trainingMetrics({ ...training, budget }, 'shop', 1, tick)],
    ['of forecasts', forecastMetricNames, forecastMetricData(scored, 'shop', 1, 86_400)],
    ['of the fitting of forecasters', forecasterTrainingNames, forecasterTrainingMetrics(of, [], 1, tick)],
    ['of what came too late, or was not begun', overloadMetricNames, [staleMetric(of, tick), skippedMetric(of, tick)]],
  ])('%s are those of a deployment and a watch, each once', (_, names, data) => {
    expect(data.map(({ name }) => name)).toEqual([...names]);
    for (const { dimensions } of data) expect(dimensions).toEqual({ Deployment: 'shop', Watch: 'servers' });
    for (const { time } of data) expect(time).toBe(tick);
  });

  it('of two deployments with watches of one name are different metrics', () => {
    const [here] = tickMetrics(judged, 'shop', 1, 300);
    const [there] = tickMetrics(judged, 'shop-test', 1, 300);
    expect(here.name).toBe(there.name);
    expect(here.dimensions).not.toEqual(there.dimensions);
  });

  it('leave out what was not measured, rather than to say 0', () => {
    const unmeasured = ['PredictionAccuracy', 'PredictionSkill', 'BandCoverage80', 'BandCoverage95', 'CrossingBrier'];
    const names = forecastMetricData(forecast, 'shop', 1, 86_400).map(({ name }) => name);
    expect(names).toEqual(forecastMetricNames.filter((name) => !unmeasured.includes(name)));
    const trained = trainingMetrics(training, 'shop', 1, tick).map(({ name }) => name);
    expect(trained).toEqual(['TrainingTime', 'TrainingRows', 'ModelsPromoted']);
  });

  it('of forecasts that change with the days are said a few times in them, or at their first tick, for their price', () => {
    const at = (time: number) => forecastMetricData({ ...scored, tick: time }, 'shop', 1, 300).map(({ name }) => name);
    expect(at(86_400 * 20_000)).toEqual([...forecastMetricNames]);
    const ofTraining = ['SeriesForecast', 'SeriesNotForecast', 'SeriesWithoutSkill', 'ForecastTime'];
    expect(at(86_400 * 20_000 + 6 * 3600)).toEqual(forecastMetricNames.filter((name) => !ofTraining.includes(name)));
    expect(at(6 * 3600 * 80_000 + 300)).toEqual(['PredictionAccuracy', 'PredictionSkill']);
    const inDanger = { ...scored, tick: 6 * 3600 * 80_000 + 300, firing: 2 };
    expect(forecastMetricData(inDanger, 'shop', 1, 300)).toContainEqual(
      expect.objectContaining({ name: 'LimitsInDanger', value: 2 }),
    );
  });

  it('of troubles are not there while there are none, for their price', () => {
    const names = tickMetrics(
      { ...judged, firing: 0, unknown: 0, late: 0, revised: 0, overdue: 0, problems: {} },
      'shop',
      1,
      300,
    );
    expect(names.map(({ name }) => name)).toEqual(['AnomaliesDetected', 'LambdaExecutionTime']);
  });

  it('of a tick that hardly ever change are said at the first tick of a day, for their price', () => {
    const at = (time: number) => tickMetrics({ ...judged, tick: time }, 'shop', 1, 300).map(({ name }) => name);
    expect(at(86_400 * 20_000)).toContain('PointsJudged');
    expect(at(86_400 * 20_000 + 300)).not.toContain('PointsJudged');
  });

  it('add up what the shards of a watch were fitted, and what is still due', () => {
    const data = forecasterTrainingMetrics(of, [shardTraining(7, 2), shardTraining(5, 0)], 12, tick);
    expect(data.map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['ForecastersFitted', 12, 'Count'],
      ['ForecastersDue', 2, 'Count'],
      ['ForecasterTrainingTime', 12, 'Seconds'],
    ]);
  });

  it('of a clock that was set back take no time, rather than less than none', () => {
    for (const { name, value } of [
      ...tickMetrics(judged, 'shop', -3, 300),
      ...forecastMetricData(scored, 'shop', -3, 6 * 3600),
    ])
      if (name.endsWith('Time')) expect(value, name).toBe(0);
  });
});
