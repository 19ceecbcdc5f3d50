import { drawChart } from './chart.ts';
import type { ChartSpec, ChartTheme } from './chart-spec.ts';

/** Pixels of a picture. Chats show it at a third of that, where its words must still be read: they are drawn large. */
export const pictureWidth = 1200;
const words = { width: 500, height: 250 } as const;

/**
 * A chart as a picture: PNG, 1,200 × 600.
 *
 * @param rasterise turns an SVG image into a PNG so many pixels wide.
 * @throws RangeError on a time zone that the platform does not know.
 */
export const chartPicture = (
  chart: ChartSpec,
  { theme, timezone }: { readonly theme: ChartTheme; readonly timezone: string },
  rasterise: (svg: string, width: number) => Promise<Uint8Array>,
): Promise<Uint8Array> => rasterise(drawChart(chart, { ...words, theme, timezone }), pictureWidth);
