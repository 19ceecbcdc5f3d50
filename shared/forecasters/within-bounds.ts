import type { MetricNature } from '../metrics/metric.ts';
import type { Forecast } from './forecaster.ts';

/**
 * A forecast within what its metric can be: forecasters know values alone, and continue a line beyond 100 %. Mean, bands
 * and courses are held at the bounds, so that no peak is told that cannot be. The very same where there are none.
 */
export function withinBounds(
  forecast: Forecast,
  { lowest = -Infinity, highest = Infinity }: Pick<MetricNature, 'lowest' | 'highest'>,
): Forecast {
  if (lowest === -Infinity && highest === Infinity) return forecast;
  const held = (values: Float64Array): Float64Array =>
    values.map((value) => (value < lowest ? lowest : value > highest ? highest : value));
  const { mean, bands, paths, ...rest } = forecast;
  return {
    ...rest,
    mean: held(mean),
    bands: bands.map(({ level, lower, upper }) => ({ level, lower: held(lower), upper: held(upper) })),
    ...(paths === undefined ? {} : { paths: { ...paths, values: held(paths.values) } }),
  };
}
