import type { NoticeChart } from '../alerting/notice.ts';

/** A picture of a chart where a browser, or Slack, can fetch it; undefined where it took longer than two seconds. */
export interface ChartPainter {
  /** @param name of the picture, unique to what it shows: painting it twice paints the same. Never throws. */
  paint(name: string, chart: NoticeChart): Promise<string | undefined>;
}
