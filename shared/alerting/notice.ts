import type { Foreseen } from './foreseen.ts';
import type { Incident } from './incident.ts';
import type { Finding, Rarity, Share } from './signal.ts';
import type { Severity } from './severities.ts';
import type { SpeakReason } from './notice-reason.ts';

/** One thing that fires, or fired, as people are told of it. Nothing here is escaped: each channel does that itself. */
export interface NoticeFinding {
  readonly key: string;
  readonly kind: Finding['kind'];
  readonly entity: string;
  readonly label: string;
  readonly unit: string;
  readonly status: 'firing' | 'normal' | 'unknown';
  readonly severity: Severity;
  /** Epoch seconds. */
  readonly since: number;
  readonly observed: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly rarity: Rarity | null;
  readonly shares: readonly Share[];
  readonly explanation: string;
  /** Of a forecast: what is expected. Its course is in the notice's chart. */
  readonly forecast?: Omit<Foreseen, 'course'>;
}

/** What a chart is drawn from; see `presentation/chart`. */
export interface NoticeChart {
  readonly title: string;
  readonly unit: string;
  /** Time (epoch seconds), value, lower and upper end of the expected band. At most 200. */
  readonly points: readonly (readonly [number, number | null, number | null, number | null])[];
  /** Epoch seconds from which on it was strange; absent where nothing of it is, as where it is only foreseen. */
  readonly since?: number;
  readonly limit?: number;
  readonly forecast?: NoticeForecast;
}

/** What is expected to come: mean and two bands, as one tuple per time (epoch seconds, ascending). At most 200. */
export interface NoticeForecast {
  /** Time, mean, lower and upper end of the narrow band, lower and upper end of the wide one. */
  readonly points: readonly (readonly [
    number,
    number | null,
    number | null,
    number | null,
    number | null,
    number | null,
  ])[];
  /** How sure the bands are, in percent, such as `[80, 95]`. */
  readonly levels: readonly [number, number];
  /** The highest, or lowest, that is expected. Epoch seconds. */
  readonly peak?: { readonly time: number; readonly value: number };
}

/** A link for people: where, and what it says. */
export interface NoticeLink {
  readonly kind: 'graph' | 'runbook' | 'acknowledge' | 'snooze' | 'normal' | 'incident';
  readonly text: string;
  readonly url: string;
}

/** What people are told, complete in itself. Made anew from the incident whenever it is delivered. */
export interface Notice {
  readonly deployment: string;
  readonly incident: string;
  readonly group: string;
  /** Of the notice within the incident: 1, 2, 3… */
  readonly number: number;
  readonly reason: SpeakReason;
  readonly severity: Severity;
  readonly title: string;
  readonly watches: readonly string[];
  readonly entities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** IANA name: times are said as people there read them. @default UTC */
  readonly timezone?: string;
  /** When the incident began, by the ticks (epoch seconds). */
  readonly since: number;
  /** When it was decided to tell it. */
  readonly at: number;
  /** When it ended, where it has. */
  readonly until?: number;
  /** Why it ended, where it ended without recovery: the reason `closed` says no more than that. */
  readonly closeReason?: Incident['closeReason'];
  /** Other channels that refused for good what they were told of it, and why. */
  readonly refused?: readonly { readonly channel: string; readonly reason: string }[];
  /** Who took it up, or closed it. */
  readonly by?: string;
  /** The newest tick that judged it; said where it is long ago. */
  readonly evaluatedAt: number;
  /** No tick has judged it for three intervals: "not evaluated since …". */
  readonly stale: boolean;
  /** Firing first, the gravest first; `more` says how many are left out. */
  readonly findings: readonly NoticeFinding[];
  readonly more: number;
  readonly chart?: NoticeChart;
  /** Where the chart lies as a picture, for a while. */
  readonly image?: string;
  readonly links: readonly NoticeLink[];
  /** The same for every message of this incident, and for no other: `deployment/group/number`, at most 255 characters. */
  readonly dedupKey: string;
  /** A drill: clearly marked as such wherever it is read. */
  readonly test?: boolean;
}
