import type { NoticeChart } from '../alerting/notice.ts';

/** What a chart shows. A notice's chart is one. Nothing in it is escaped. */
export interface ChartSpec extends NoticeChart {
  /** Epoch seconds at which it had ended, where it has. */
  readonly until?: number;
  /** Earlier stretches in which it was unusual, epoch seconds. */
  readonly earlier?: readonly (readonly [from: number, to: number])[];
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
  /** What people there call it. @default the IANA name */
  readonly zoneName?: string;
}

export type ChartTheme = 'light' | 'dark';
