import type { SeriesLimit } from '../forecasters/limits.ts';
import type { Limit } from '../forecasters/outlook.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Series } from '../metrics/series.ts';
import type { FittedSaturation } from './fitted-shard.ts';
import type { SeriesForecast } from './forecast-record.ts';
import type { Statement } from './tell-entity.ts';

/** Of one series: what a tick found, and what is told of it follows from. */
export interface SeriesToTell {
  readonly description: SeriesDescription;
  readonly made: SeriesForecast;
  /** Everything known of it up to the newest settled slot. */
  readonly known: Series;
  /** Sides on which a limit is in danger after this tick. */
  readonly danger: readonly SeriesLimit['side'][];
  /** Of the newest training; null where nothing can fill up, undefined where it cannot be known now. */
  readonly saturation: FittedSaturation | null | undefined;
  /** A static rule of the watch tells when it is beyond this limit. */
  readonly isRuled: (limit: Limit) => boolean;
  /** Seconds it is looked ahead. */
  readonly horizon: number;
}

/** What every statement on the forecasts of a series begins with. */
export function headOf({
  description,
  made,
}: SeriesToTell): Pick<
  Statement,
  'kind' | 'series' | 'label' | 'unit' | 'observed' | 'rarity' | 'shares' | 'expected' | 'lower' | 'upper'
> {
  return {
    kind: 'forecast',
    series: description.id,
    label: description.label,
    unit: description.nature.unit,
    observed: Number.isFinite(made.current) ? made.current : null,
    expected: null,
    lower: null,
    upper: null,
    rarity: null,
    shares: [],
  };
}

/** Four digits: what people read in a sentence. */
export const digits = (value: number): string => String(Number(value.toPrecision(4)));
