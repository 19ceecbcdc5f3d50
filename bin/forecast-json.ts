import { forecastHorizon } from '../shared/settings/forecast-settings.ts';
import type { ForecastSeries } from './forecast-facts.ts';
import type { Look } from './forecast-look.ts';

/** The result of `forecast --json`; docs/command-line.md names the fields. Numbers that are none are null. */
export function forecastJson(looks: readonly Look[], wanted: ReadonlySet<ForecastSeries>): object {
  return {
    watches: looks.map(({ watch, present, series, unlimited }) => ({
      watch: watch.name,
      at: present,
      horizon: forecastHorizon(watch),
      series: series.filter((one) => wanted.has(one)).map(seriesJson),
      withoutLimit: unlimited,
    })),
  };
}

function seriesJson({ description, made, saturation }: ForecastSeries): object {
  const { mean, lower80, upper80, lower95, upper95, start, current, currentTime, ...rest } = made;
  const { id, entity, label, nature, periodSeconds } = description;
  return {
    ...rest,
    id,
    entity,
    label,
    unit: nature.unit,
    current: Number.isFinite(current) ? { time: currentTime, value: current } : null,
    forecast: Array.from(mean, (value, step) => ({
      time: start + step * periodSeconds,
      mean: value,
      lower80: lower80[step],
      upper80: upper80[step],
      lower95: lower95[step],
      upper95: upper95[step],
    })),
    saturation: saturation ?? null,
  };
}
