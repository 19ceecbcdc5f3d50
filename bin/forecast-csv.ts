import { csvField } from '../shared/presentation/scored-csv.ts';
import type { ForecastSeries } from './forecast-facts.ts';

const header = 'watch,entity,series,time,mean,lower_80,upper_80,lower_95,upper_95';

/** Every step of every forecast, one row each; series without a forecast have no rows. Times are ISO 8601, UTC. */
export function forecastCsv(all: readonly ForecastSeries[]): string {
  const rows = all.flatMap(({ watch, description, made }) => {
    const head = [watch, description.entity, description.label].map(csvField).join(',');
    return Array.from(made.mean, (mean, step) => {
      const time = new Date((made.start + step * description.periodSeconds) * 1000).toISOString();
      const bands = [made.lower80, made.upper80, made.lower95, made.upper95].map((side) => side[step]);
      return `${head},${time},${[mean, ...bands].join(',')}`;
    });
  });
  return `${[header, ...rows].join('\n')}\n`;
}
