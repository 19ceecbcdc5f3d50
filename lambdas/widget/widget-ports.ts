import type { ActionOutcome, IncidentAction } from '../../shared/pipeline/act-on-incident.ts';
import type { StatusPorts } from '../../shared/pipeline/status-ports.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';

/** All that the widgets need from outside. */
export interface WidgetPorts extends StatusPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Acknowledges or snoozes; see `pipeline/act-on-incident`. */
  readonly act: (request: IncidentAction) => Promise<ActionOutcome>;
}
