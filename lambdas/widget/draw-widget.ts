import { describeStatus } from '../../shared/pipeline/describe-status.ts';
import { capacityWidget } from '../../shared/presentation/capacity-widget.ts';
import { coverageWidget } from '../../shared/presentation/coverage-widget.ts';
import { explorerWidget } from '../../shared/presentation/explorer-widget.ts';
import { incidentsWidget } from '../../shared/presentation/incidents-widget.ts';
import { modelsWidget } from '../../shared/presentation/models-widget.ts';
import type { WidgetRequest } from '../../shared/presentation/widget-request.ts';
import type { WidgetPorts } from './widget-ports.ts';

/** The widget that is asked for, as HTML without its frame. @throws StoredObjectError where nothing of it can be read. */
export async function drawWidget(request: WidgetRequest, ports: WidgetPorts): Promise<string> {
  const { widget, style, watch, entity, series, part } = request;
  const now = ports.clock.now();
  const status = describeStatus(ports);
  switch (widget) {
    case 'incidents':
      return incidentsWidget(await status.incidents(now), style, now);
    case 'explorer': {
      const { from, to } = style;
      return explorerWidget(await status.series({ watch, entity, series, from, to, now }), style, now);
    }
    case 'capacity':
      return capacityWidget(await status.capacity({ watch, part, now }), style, now);
    case 'models':
      return modelsWidget(await status.models({ watch, part, now }), watch, style, now);
    case 'coverage':
      return coverageWidget(await status.coverage({ watch, part, now }), watch, style, now);
  }
}
