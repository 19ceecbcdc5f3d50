import type { NoticeChart } from '../alerting/notice.ts';

/** A picture of a chart where a browser, or Slack, can fetch it; undefined where it took longer than two seconds. */
export interface ChartPainter {
  /**
   * Never throws.
   *
   * @param name of the picture, unique to what it shows: painting it twice paints the same.
   * @param timezone IANA name: of the time axis.
   */
  paint(name: string, chart: NoticeChart, timezone: string): Promise<string | undefined>;
}
