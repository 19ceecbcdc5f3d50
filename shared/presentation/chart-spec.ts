import type { NoticeChart } from '../alerting/notice.ts';

/** What is expected to come: mean and two bands, as one tuple per time (epoch seconds, ascending). */
export interface ChartForecast {
  /** Time, mean, lower and upper end of the narrow band, lower and upper end of the wide one. */
  readonly points: readonly (readonly [
    number,
    number | null,
    number | null,
    number | null,
    number | null,
    number | null,
  ])[];
  /** How sure the bands are, in percent, such as `[80, 95]`. */
  readonly levels: readonly [number, number];
  /** The highest, or lowest, that is expected. Epoch seconds. */
  readonly peak?: { readonly time: number; readonly value: number };
}

/** What a chart shows. A notice's chart is one. Nothing in it is escaped. */
export interface ChartSpec extends Omit<NoticeChart, 'since'> {
  /** Epoch seconds from which on it was strange; absent where nothing is. */
  readonly since?: number;
  /** Epoch seconds at which it had ended, where it has. */
  readonly until?: number;
  readonly forecast?: ChartForecast;
}

/** How it is drawn. */
export interface ChartStyle {
  /** Pixels, 80 to 4,000. Below 260 × 120 there is room for the line alone, without axes and words. */
  readonly width: number;
  /** Pixels, 40 to 4,000. */
  readonly height: number;
  readonly theme: ChartTheme;
  /** IANA name: the time axis is that of people there. */
  readonly timezone: string;
}

export type ChartTheme = 'light' | 'dark';
