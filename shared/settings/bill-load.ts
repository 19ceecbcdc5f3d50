import { forecastEvery } from './forecast-settings.ts';
import type { DeploymentLoad, WatchLoad } from './monthly-bill.ts';
import { type Settings, type Watch, watchesOf } from './settings.ts';

/** What is there of a watch: found in the account, or the most that its settings allow. */
export interface WatchMatches {
  /** Metrics billed at each pull. */
  readonly metrics: number;
  readonly series: number;
  readonly forecastSeries: number;
  /** Of the metrics, those that no stream says: percentiles, expressions. They are asked for where the watch streams, too. */
  readonly unstreamed?: number;
}

/** The most that a watch's settings allow: each pattern matches as much as `maxSeries` lets it. */
export function mostOf({ collect, select, maxSeries, metrics, expressions, forecast }: Watch): WatchMatches {
  const inExpressions = expressions.reduce((sum, one) => sum + Object.keys(one.metrics).length, 0);
  const matched = select.length * maxSeries;
  const series = matched + metrics.length + expressions.length;
  return {
    metrics: matched + metrics.length + inExpressions,
    series,
    forecastSeries: forecast === 'off' ? 0 : series,
    ...(collect === 'stream' ? { unstreamed: inExpressions } : {}),
  };
}

export const watchLoad = (watch: Watch, matches: WatchMatches): WatchLoad => ({
  ...matches,
  watch: watch.name,
  everySeconds: watch.every,
  periodSeconds: watch.period,
  collect: watch.collect,
  forecastEverySeconds: forecastEvery(watch),
  hasBudget: typeof watch.sensitivity === 'string',
});

/** A deployment of these settings as it is priced; of watches that are not of CloudWatch nothing is deployed. */
export function deploymentLoad(settings: Settings, matches: (watch: Watch) => WatchMatches = mostOf): DeploymentLoad {
  const { alerts, alertTestEvery, heartbeatUrl, retention } = settings;
  const channels = Object.values(alerts.channels);
  const places = [
    ...channels.flatMap((one) =>
      'webhook' in one ? [one.webhook] : 'key' in one ? [one.key] : 'secret' in one ? [one.secret] : [],
    ),
    ...(alerts.actions === 'off' ? [] : [alerts.actions.secret]),
    ...(heartbeatUrl === undefined ? [] : [heartbeatUrl]),
  ];
  const watches = watchesOf(settings).filter(({ source }) => source.kind === 'cloudwatch');
  return {
    watches: watches.map((watch) => watchLoad(watch, matches(watch))),
    retentionSeconds: retention,
    channelKinds: new Set(channels.map(({ kind }) => kind)).size,
    secrets: new Set(places.flatMap((one) => ('secret' in one ? [one.secret] : []))).size,
    hasActions: alerts.actions !== 'off',
    hasAlertTest: alertTestEvery !== 'off',
    dashboards: settings.dashboard === 'on' ? 1 : 0,
    hasLimit: settings.maxMonthlyUsd !== undefined,
  };
}
