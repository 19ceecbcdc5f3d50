import type { WidgetName } from '../../shared/presentation/widget-request.ts';
import type { PlacedWidget } from './console-page.ts';
import { widgetContext, type widgetFunction } from './widget-scene.ts';

export type WidgetSize = readonly [width: number, height: number];

/** A sixth, a half and all of a dashboard on a usual screen. */
const sizes: readonly WidgetSize[] = [
  [330, 380],
  [680, 420],
  [1180, 420],
];

/** One widget in every size and both themes. */
export async function placedWidgets(
  ask: ReturnType<typeof widgetFunction>,
  widget: WidgetName,
): Promise<readonly PlacedWidget[]> {
  const placed: PlacedWidget[] = [];
  for (const theme of ['light', 'dark'] as const)
    for (const [width, height] of sizes) {
      const around = widgetContext({ theme, width, height, params: { widget } });
      placed.push({ html: await ask({ widget, widgetContext: around }), theme, width, height });
    }
  return placed;
}
