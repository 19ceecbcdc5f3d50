import type { Severity } from './severities.ts';
import type { SeverityRow } from './severity.ts';

/** What routes and windows look at. */
export interface AlertFacts {
  readonly severity: Severity;
  readonly watch: string;
  readonly entity: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** All that is named must hold; lists hold where one of their globs does. Structurally what settings parse to. */
export interface Match {
  readonly severity?: { readonly atLeast: Severity; readonly atMost: Severity } | undefined;
  readonly watch?: readonly string[] | undefined;
  readonly entity?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly time?:
    | {
        readonly days: readonly Weekday[];
        /** `HH:MM`; a `to` that is not later means until then on the next day. */
        readonly from: string;
        readonly to: string;
        readonly timezone: string;
      }
    | undefined;
}

/** A node of the routing tree; times in seconds. */
export interface Route {
  readonly match?: Match | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly groupWait?: number | undefined;
  readonly repeatEvery?: number | undefined;
  readonly resolveAfter?: number | undefined;
  readonly continue: boolean;
  readonly routes: readonly Route[];
}

/** What a route comes to once inheritance is done. */
export interface RoutePolicy {
  readonly channels: readonly string[];
  readonly groupWaitSeconds: number;
  readonly repeatSeconds: number;
  readonly resolveAfterSeconds: number;
}

export interface QuietWindow {
  readonly name: string;
  /** Cron expression, five fields, of its beginnings in `timezone`. */
  readonly at: string;
  /** Seconds. */
  readonly for: number;
  readonly timezone: string;
  readonly match: Match;
  readonly alert: boolean;
  readonly learn: boolean;
}

/** A window opened by a deployment or a person; ends by itself. */
export interface Mute {
  readonly version: 1;
  readonly id: string;
  readonly why: string;
  readonly by: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly match: Match;
}

export interface FlappingPolicy {
  readonly starts: number;
  /** Seconds. */
  readonly within: number;
}

export type { SeverityRow };
