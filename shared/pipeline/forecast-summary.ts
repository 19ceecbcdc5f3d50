import type { ForecastQuality } from './forecast-quality.ts';
import type { ShardOutcome } from './shard-summary.ts';

/** What a run did with a shard's forecasts. Only `forecast` changed anything. */
export type ForecastOutcome = 'forecast' | Exclude<ShardOutcome, 'judged'>;

export interface ForecastShardSummary extends ForecastQuality {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly outcome: ForecastOutcome;
  /** Series that have a limit. */
  readonly series: number;
  /** Series that were forecast. */
  readonly forecast: number;
  /** Series of which nothing is better than persistence: they raise nothing. */
  readonly withoutSkill: number;
  /** Series that could not be forecast, by the reason. */
  readonly missing: Readonly<Record<string, number>>;
  /** Findings that fire now, and those that began to, those in shadow included. */
  readonly firing: number;
  readonly began: number;
  readonly signals: number;
  /** Series that were fitted anew in this run. */
  readonly trained: number;
}

export const idleForecast = (
  watch: string,
  shard: string,
  tick: number,
  outcome: ForecastOutcome,
): ForecastShardSummary => ({
  watch,
  shard,
  tick,
  outcome,
  series: 0,
  forecast: 0,
  withoutSkill: 0,
  missing: {},
  firing: 0,
  began: 0,
  signals: 0,
  trained: 0,
  accuracy: null,
  skill: null,
  coverage80: null,
  coverage95: null,
  brier: null,
});
