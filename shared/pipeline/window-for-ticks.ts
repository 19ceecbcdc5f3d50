import { restoreForecaster } from '../forecasters/catalogue.ts';
import { slotsADay } from '../forecasters/recent-window.ts';
import { forecastHorizon } from '../settings/forecast-settings.ts';
import type { Watch } from '../settings/settings.ts';
import type { SeriesFit } from './fitted-shard.ts';
import { type KeptWindow, keepWindow } from './kept-window.ts';
import { RECENT_SLOTS } from './recent-values.ts';

/**
 * What ticks need of the values that a series was fitted on: as many as its forecaster looks at, a day at least, for
 * whether a limit is where the series is kept is read off what is there; and exactly, what is drawn and held against
 * limits.
 */
export function windowForTicks(fit: Pick<SeriesFit, 'forecaster'>, values: Float64Array, watch: Watch): KeptWindow {
  const horizon = Math.ceil(forecastHorizon(watch) / watch.period);
  const exact = Math.max(RECENT_SLOTS, horizon);
  return keepWindow(values, Math.max(exact, slotsADay(watch.period), windowSlotsOf(fit)), exact);
}

/** Of one whose state cannot be read: none, for it serves nobody. */
function windowSlotsOf({ forecaster }: Pick<SeriesFit, 'forecaster'>): number {
  if (forecaster === null) return 0;
  try {
    return restoreForecaster(forecaster).windowSlots;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}
