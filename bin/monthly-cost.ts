import { monthlyBill, type MonthlyBill, SECONDS_PER_MONTH } from '../shared/settings/monthly-bill.ts';
import { listPrices, type Prices } from '../shared/settings/prices.ts';

/** What is forecast of a watch, and how often. */
export interface ForecastLoad {
  /** Series that have a limit. */
  readonly series: number;
  readonly everySeconds: number;
}

const RETENTION_SECONDS = 190 * 86_400;

/** A deployment of one watch with the usual settings, told by two kinds of channels, with its dashboard. */
export function monthlyCost(
  metrics: number,
  series: number,
  everySeconds: number,
  forecast: ForecastLoad = { series: 0, everySeconds },
  prices: Prices = listPrices,
): MonthlyBill & { readonly getMetricData: number } {
  const watch = {
    watch: 'all',
    metrics,
    series,
    everySeconds,
    periodSeconds: 300,
    collect: 'poll',
    forecastSeries: forecast.series,
    forecastEverySeconds: forecast.everySeconds,
    hasBudget: false,
  } as const;
  const shared = {
    retentionSeconds: RETENTION_SECONDS,
    channelKinds: 2,
    secrets: 0,
    hasActions: false,
    hasAlertTest: false,
    dashboards: 1,
    hasLimit: false,
  };
  const getMetricData = (SECONDS_PER_MONTH / everySeconds) * metrics * prices.metricRequested;
  return { ...monthlyBill({ watches: [watch], ...shared }, prices), getMetricData };
}
