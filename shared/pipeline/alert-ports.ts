import type { Bytes } from '../ports/bytes.ts';
import type { Channel } from '../ports/channel.ts';
import type { ChartPainter } from '../ports/chart-painter.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { NoticeLink } from '../alerting/notice.ts';
import type { Incident } from '../alerting/incident.ts';
import type { Settings } from '../settings/settings.ts';

/** All that telling people needs from outside. */
export interface AlertPorts {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly bytes: Bytes;
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
  /** By the names that settings give them. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Absent where no pictures can be made. */
  readonly painter?: ChartPainter;
  /** Links that act on an incident; none where actions are off. */
  readonly actionLinks: (incident: Incident, now: number) => Promise<readonly NoticeLink[]>;
  /** Region of the account's console, for links to graphs; absent outside an account. */
  readonly consoleRegion?: string;
  /** Unique to this run of this process: who holds a claim, and the name of what it writes to the audit. */
  readonly runId: string;
  /**
   * Epoch seconds after which nothing is begun to be told any more, so that nothing is half done when the platform ends
   * this run: a delivery may take half a minute. @default never
   */
  readonly speakUntil?: number;
}
