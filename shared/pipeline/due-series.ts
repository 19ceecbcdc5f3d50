import type { LstmShape } from '../numeric/wasm/lstm-shape.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { FittedShard, SeriesFit } from './fitted-shard.ts';

/** Which series are to be fitted at a moment; times in epoch seconds. */
export interface DueRequest {
  readonly tick: number;
  /** Series are fitted anew that were fitted so many seconds ago. @default a little more than a day */
  readonly olderThan?: number | undefined;
  /** Ids of series to be fitted anew whatever their age, unless a network serves them: networks take minutes. */
  readonly drifted?: readonly string[] | undefined;
  /** Ids of those that nothing serves, for what is stored of their forecaster cannot be made use of. */
  readonly unserved?: readonly string[] | undefined;
  /** Asks for those whose network is due. @default false */
  readonly networks?: boolean | undefined;
  /** What a network is to look like by now: another one that serves is due. @default as it is */
  readonly network?: Pick<LstmShape, 'lookback' | 'head'> | undefined;
}

/** The train function fits each series once a day; where it does not come to it, a tick does, some hours later. */
const OLD_SECONDS = 26 * 3600;
/** What was fitted on less than so much history has much to learn in so few hours; and the past may be fetched meanwhile. */
const YOUNG = [
  { learned: 86_400, refit: 3600 },
  { learned: 3 * 86_400, refit: 6 * 3600 },
] as const;
/** Of what has never had a value there may be one by then. */
const EMPTY_REFIT_SECONDS = 6 * 3600;
/** Of what nothing could be fitted on, there may be more by then. */
const FAILED_REFIT_SECONDS = 3600;
/** A network that won serves until networks are trained again; where that fails for so long, others take its place. */
const NETWORK_OLD_SECONDS = 7 * 86_400;

/**
 * The series that must be fitted: new, aged, or become bad; the one that has waited longest first.
 *
 * @param fitted what there is; undefined where there is none that can be read.
 */
export function dueSeries(
  series: readonly SeriesDescription[],
  fitted: FittedShard | undefined,
  { tick, olderThan = OLD_SECONDS, drifted = [], unserved = [], networks = false, network }: DueRequest,
): readonly SeriesDescription[] {
  const known = new Map(fitted?.series.map((one) => [one.id, one]));
  const lastAt = (before: SeriesFit | undefined) => (networks ? before?.networkAt : before?.fittedAt) ?? -Infinity;
  const age = ({ id }: SeriesDescription): number => tick - lastAt(known.get(id));
  const isDue = (one: SeriesDescription): boolean => {
    if (networks) return age(one) >= olderThan || isOther(known.get(one.id), network);
    if (unserved.includes(one.id)) return true;
    const before = known.get(one.id);
    if (before?.forecaster?.name === 'lstm') return age(one) >= NETWORK_OLD_SECONDS;
    return age(one) >= Math.min(olderThan, refitAfter(before)) || drifted.includes(one.id);
  };
  return series.filter(isDue).sort((a, b) => age(b) - age(a) || (a.id < b.id ? -1 : 1));
}

/** A network goes on with the lookback and the head that it was trained with, whatever the settings say by now. */
function isOther(before: SeriesFit | undefined, network: DueRequest['network']): boolean {
  if (before?.forecaster?.name !== 'lstm' || network === undefined) return false;
  const { lookback, head } = before.forecaster.state as Partial<LstmShape>;
  return lookback !== network.lookback || head !== network.head;
}

function refitAfter(before: SeriesFit | undefined): number {
  if (before === undefined) return 0;
  if (Number.isNaN(before.since)) return EMPTY_REFIT_SECONDS;
  if (before.forecaster === null) return FAILED_REFIT_SECONDS;
  return YOUNG.find(({ learned }) => before.fittedAt - before.since < learned)?.refit ?? Infinity;
}
