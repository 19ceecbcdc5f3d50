import type { Context } from 'aws-lambda';
import { widgetFrame } from '../../shared/presentation/widget-frame.ts';
import { widgetHelp } from '../../shared/presentation/widget-help.ts';
import { asksForHelp, readWidgetRequest } from '../../shared/presentation/widget-request.ts';
import { actFromWidget } from './act-from-widget.ts';
import { drawWidget } from './draw-widget.ts';
import type { WidgetPorts } from './widget-ports.ts';

const failure = {
  heading: 'This could not be drawn',
  what: 'It is our fault, not yours: please refresh in a minute. The log of the widget function says more.',
} as const;

/** What a dashboard asks for: help as Markdown, else a widget as HTML, after what its button asked to be done. */
export const createHandler =
  (ports: () => Promise<WidgetPorts>, now: () => number) =>
  async (event: unknown, run: Pick<Context, 'invokedFunctionArn'>): Promise<string> => {
    if (asksForHelp(event)) return widgetHelp;
    const request = readWidgetRequest(event, run.invokedFunctionArn, now());
    if ('refused' in request)
      return widgetFrame(request.style, '', { heading: 'Nothing to show', what: request.refused });
    const ready = await ports();
    try {
      const says = request.action === undefined ? undefined : await actFromWidget(request.action, ready);
      return widgetFrame(request.style, await drawWidget(request, ready), says);
    } catch (error) {
      // Not swallowed: it is logged, and whoever looks is told; the console would show them a stack trace.
      ready.log.error('widget not drawn', { widget: request.widget, error });
      return widgetFrame(request.style, '', failure);
    }
  };
