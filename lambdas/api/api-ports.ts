import type { ActionOutcome, IncidentAction } from '../../shared/pipeline/act-on-incident.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Signer } from '../../shared/ports/signer.ts';

/** All that the HTTP API needs from outside. */
export interface ApiPorts {
  /** Name of the deployment: links of another one are not valid here. */
  readonly deployment: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent where actions are off: then no link is valid. */
  readonly signer?: Signer;
  /** Acknowledges or snoozes; see `pipeline/act-on-incident`. */
  readonly act: (request: IncidentAction) => Promise<ActionOutcome>;
}
