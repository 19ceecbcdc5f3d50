import type { Foreseen } from './foreseen.ts';
import type { Pace } from '../metrics/polling-pace.ts';
import type { IncidentSummary } from './incident-summary.ts';

/*
 * What is known of a deployment now, as people look at it: plain values that a dashboard, an API and a console draw.
 * Times are epoch seconds; nothing is escaped. What could not be read is said, never left out in silence.
 */

/** What is open, the gravest first, of equals the newest. */
export interface IncidentsView {
  readonly incidents: readonly OpenIncident[];
  /** Records that were not looked at: there are too many. */
  readonly notRead: number;
  /** Keys of records that are none this release can read. */
  readonly unreadable: readonly string[];
}

export interface OpenIncident extends IncidentSummary {
  readonly id: string;
  readonly group: string;
  /** What tells this incident of its group from later ones. */
  readonly number: number;
  /** All of it is judged and told to nobody. */
  readonly inShadow: boolean;
  /** Nothing of it fires any more; it ends when it stays so. */
  readonly isCalm: boolean;
  /** Something of it is a guess of ours, which people may call normal. */
  readonly canBeNormal: boolean;
  /** Since when nobody has judged it, where that is longer than three of its intervals. */
  readonly staleSince?: number;
}

/** Time, value, and the lower and upper end of the usual range. */
export type CoursePoint = readonly [time: number, value: number | null, lower: number | null, upper: number | null];

/** One series over a stretch of time, and what else could be chosen. */
export interface CourseView {
  readonly watches: readonly string[];
  readonly watch: string;
  /** Some of the watch's entities, the chosen one among them, in the order of their names. */
  readonly entities: readonly string[];
  /** How many there are. */
  readonly entityCount: number;
  readonly entity: string;
  readonly series: readonly { readonly id: string; readonly label: string }[];
  readonly chosen: { readonly id: string; readonly label: string; readonly unit: string; readonly metricSays: string };
  readonly timezone: string;
  /** What is drawn begins here: later than asked where that was too much. */
  readonly from: number;
  readonly to: number;
  readonly points: readonly CoursePoint[];
  /** Stretches that were told as unusual, or broke a rule, ascending, none touching another. */
  readonly unusual: readonly (readonly [from: number, to: number])[];
  /** The same of all metrics of the entity together. */
  readonly unusualTogether: readonly (readonly [from: number, to: number])[];
  /** The newest value that was judged, and when; null where nothing was. */
  readonly newest: { readonly time: number; readonly value: number } | null;
  readonly limit: { readonly value: number; readonly side: 'above' | 'below' } | null;
  /** Only where the stretch of time reaches to the present. */
  readonly forecast:
    (Required<Pick<Foreseen, 'course'>> & Pick<Foreseen, 'peak' | 'probability' | 'crossesAt' | 'isBeyond'>) | null;
  /** What must be known to read it, a sentence each. */
  readonly notes: readonly string[];
}

/** What fills up or comes near its limit, the most pressing first. */
export interface CapacityView extends Looked {
  readonly watches: readonly string[];
  readonly watch: string | null;
  readonly lines: readonly CapacityLine[];
  /** Series with a limit, and of these: forecast, forecast no better than by their last value, not forecast. */
  readonly series: number;
  readonly forecast: number;
  readonly withoutSkill: number;
  readonly missing: Readonly<Record<string, number>>;
  /** Lines that are less pressing than those. */
  readonly more: number;
}

export interface CapacityLine {
  readonly watch: string;
  readonly entity: string;
  readonly label: string;
  readonly unit: string;
  /** When it was forecast. */
  readonly at: number;
  readonly current: number | null;
  readonly limit: { readonly value: number; readonly side: 'above' | 'below' };
  readonly isBeyond: boolean;
  /** Within the horizon; null where it cannot be told. */
  readonly probability: number | null;
  readonly crossesAt: number | null;
  readonly recommendation: Foreseen['recommendation'];
  /** Whether anything is raised by it: a forecast that is no better than the last value raises nothing. */
  readonly hasSkill: boolean;
  /** When the end of what there is will be reached by its slow trend, and between when; null where it has none. */
  readonly fullAt: number | null;
  readonly fullBetween: readonly [number, number] | null;
  /** In the series' unit. */
  readonly perDay: number | null;
}

/** How much of a deployment was looked at: so many shards are read, and no more, however large it is. */
export interface Looked {
  readonly shards: number;
  readonly shardsRead: number;
  /** So many are a part. */
  readonly atOnce: number;
  /** Which part of them, from 0 on. */
  readonly part: number;
  /** Keys of what cannot be read. */
  readonly unreadable: readonly string[];
}

export interface ModelsView extends Looked {
  readonly watches: readonly WatchModels[];
}

/** The models of one watch. */
export interface WatchModels {
  readonly watch: string;
  /** Null before the first training. */
  readonly champion: {
    readonly id: string;
    readonly trainedAt: number;
    readonly inUseSince: number;
    readonly by: string;
    readonly why: string;
    readonly dataFrom: number;
    readonly dataTo: number;
    /** What its backtest said, by measure. */
    readonly report: Readonly<Record<string, number>>;
    /** How many were in use before it, of the last twenty. */
    readonly before: number;
  } | null;
  /** Null where nothing of the watch is forecast. */
  readonly forecasters: {
    /** By name, how many series each serves. */
    readonly serving: Readonly<Record<string, number>>;
    /** When the oldest of those that were looked at was fitted; null where none is. */
    readonly oldest: number | null;
    readonly withoutSkill: number;
    /** Series whose forecasts have become clearly worse than when they were fitted. */
    readonly drifted: number;
    /** Percent right half an hour ahead, and how much better than the last value; of the last hour. */
    readonly accuracy: number | null;
    readonly skill: number | null;
    /** Percent of values within the range of 80 %. */
    readonly coverage80: number | null;
  } | null;
}

export interface CoverageView extends Looked {
  /** Dollars for each metric that is asked for. */
  readonly metricPrice: number;
  readonly watches: readonly WatchCoverage[];
  /** What the meter showed when it was read last; null before its first reading. */
  readonly pace: Pace | null;
}

/** How much of a watch is looked after, and what that costs. */
export interface WatchCoverage {
  readonly watch: string;
  /** Seconds between two pulls now: longer than was asked for where polling is stretched. */
  readonly every: number;
  /** Series that are asked for, and the things they belong to. */
  readonly series: number;
  readonly entities: number;
  /** Not found by the newest looks at the source, still asked for; and no longer asked for. */
  readonly absent: number;
  readonly retired: number;
  /** Of the shards that were looked at; null where none could be. */
  readonly judged: {
    readonly series: number;
    /** Without a value for three periods and a quarter of an hour, though they had one before. */
    readonly silent: number;
    /** Never had a value that could be judged. */
    readonly unscorable: number;
    /** The newest slot that every shard has judged ends here. */
    readonly judgedTo: number;
    readonly firing: number;
  } | null;
  /** Metrics that one pull is billed for, and of a month of thirty days. */
  readonly billedPerTick: number;
  readonly billedPerMonth: number;
}
