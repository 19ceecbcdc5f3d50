import type { Share } from '../alerting/signal.ts';
import type { EntityJudgement } from '../detectors/detector.ts';
import { entityDetector } from '../detectors/entity-detector.ts';
import type { RecipeJudgement } from '../detectors/recipe-model.ts';
import { seriesDetector } from '../detectors/series-detector.ts';
import { reachVerdict } from '../detectors/verdict.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { type CalledNormal, isCalledNormal } from './called-normal.ts';
import { copyOf } from './columnar.ts';
import { type EntityModel, fuse } from './entity-model.ts';
import type { WholeMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import { seriesPolicy } from './judge-series.ts';
import type { Verdict } from './judge.ts';
import { advanceRarity } from './episode-rarity.ts';

const METRICS_TO_STAND_ALONE = 16;

/** From so many metrics on the entity view alone speaks; below, each of its series does too, and raises the entity. */
export const standsAlone = (metrics: number): boolean => metrics >= METRICS_TO_STAND_ALONE;

/** Brings the entity detector's onset to the unit of the series detector's novelty: both tell at their threshold. */
export const DECADES_PER_ONSET = seriesDetector.defaults.threshold / entityDetector.defaults.threshold;

/** One row of an entity, as everyone who judges it needs it. */
export interface WholeRow {
  readonly time: number;
  /** In the order of the memory's columns. */
  readonly values: Float64Array;
  /** The same order; undefined for a series that has left. */
  readonly series: readonly (SeriesDescription | undefined)[];
  readonly verdicts: readonly (Verdict | undefined)[];
  /** Whether it may be learned from. */
  readonly learns: boolean;
  /** What people called normal of the entity as a whole. */
  readonly calledNormal: readonly CalledNormal[];
}

export interface JudgedWhole {
  readonly verdict: Verdict;
  readonly shares: readonly Share[];
}

/** Advances the view of an entity as a whole by one row, and fuses all that judges it. */
export function judgeWhole(
  memory: WholeMemory,
  row: WholeRow,
  recipe: RecipeJudgement | undefined,
  policy: JudgePolicy,
  model: EntityModel | undefined,
): JudgedWhole {
  const streamed = entityDetector.step(row.learns ? memory.detector : copyOf(memory.detector), row.values);
  const fused = fuse(model, streamed, recipe);
  const strongest = standsAlone(row.values.length) ? undefined : strongestSeries(row.verdicts);
  if (fused === undefined && strongest === undefined)
    return {
      verdict: { status: 'unknown', reason: 'unscorable' in streamed ? streamed.unscorable : 'not-enough-history' },
      shares: [],
    };

  const byOnset = 'unscorable' in streamed ? 0 : streamed.alert * DECADES_PER_ONSET;
  const own = Math.max(byOnset, fused?.alert ?? 0);
  const isNormal = (): boolean =>
    row.calledNormal.length > 0 && isCalledNormal(row.calledNormal, own, sharesOf(row, streamed, recipe).at(0)?.series);
  const mayTell = own >= policy.threshold && isToldOf(row, policy) && !isNormal();
  const bySeries = strongest?.alert ?? 0;
  const alert = Math.max(mayTell ? own : 0, bySeries);
  const onset = 'unscorable' in streamed ? 0 : streamed.novelty * DECADES_PER_ONSET;
  const isSeriesAnomalous = strongest?.isAnomalous === true;
  const novelty = Math.max(onset, fused?.alert ?? 0, isSeriesAnomalous ? policy.threshold : 0);
  // Where the entity view cannot judge yet, the strangest of its series speaks for it.
  const score = fused?.score ?? strongest?.score ?? 0;
  const nothing = Number.NaN;
  const judged = { score, alert, novelty, expected: nothing, lower: nothing, upper: nothing, channel: '' };
  // Direction and floor were asked of its series; an entity has neither.
  const asked = {
    threshold: policy.threshold,
    direction: 'both',
    floor: { absolute: 0, relative: 0 },
    confirm: policy.confirm,
  } as const;
  const { verdict, state } = reachVerdict(memory.verdict, row.time, nothing, judged, asked);
  memory.verdict = state;
  const isOpen = !Number.isNaN(state.since);
  const rarity = advanceRarity(memory, Math.max(onset, fused?.alert ?? 0, bySeries, 0), isOpen, row.learns);
  const told = verdict.status === 'unknown' ? 0 : verdict.alert;
  if (!isOpen) {
    const normal = { status: 'normal', score, alert: told, expected: nothing, lower: nothing, upper: nothing } as const;
    return { verdict: rarity === undefined ? normal : { ...normal, rarity }, shares: [] };
  }
  const shares = sharesOf(row, streamed, recipe);
  if (told > 0) memory.words = sentence(shares, row, strongest);
  return {
    verdict: {
      status: 'anomalous',
      score,
      alert: told,
      expected: nothing,
      lower: nothing,
      upper: nothing,
      ...(rarity === undefined ? {} : { rarity }),
      since: state.since,
      strength: memory.peak,
      explanation: memory.words,
    },
    shares,
  };
}

interface StrongestSeries {
  readonly column: number;
  readonly alert: number;
  readonly score: number;
  readonly isAnomalous: boolean;
}

/** What the series say together: the strongest alert, the highest score; undefined where none can be judged. */
function strongestSeries(verdicts: readonly (Verdict | undefined)[]): StrongestSeries | undefined {
  let found: StrongestSeries | undefined;
  verdicts.forEach((verdict, column) => {
    if (verdict === undefined || verdict.status === 'unknown') return;
    const isStronger =
      found === undefined || verdict.alert > found.alert || (found.alert === 0 && verdict.score > found.score);
    found = {
      column: isStronger ? column : (found?.column ?? column),
      alert: Math.max(found?.alert ?? 0, verdict.alert),
      score: Math.max(found?.score ?? 0, verdict.score),
      isAnomalous: found?.isAnomalous === true || verdict.status === 'anomalous',
    };
  });
  return found;
}

/** Whether any metric deviates in a direction and by as much as the watch wants to be told of. */
function isToldOf({ values, series, verdicts }: WholeRow, policy: JudgePolicy): boolean {
  const { direction, floor } = policy;
  if (direction === 'both' && floor.absolute === 0 && floor.relative === 0) return true;
  return series.some((one, column) => {
    const verdict = verdicts[column];
    if (one === undefined || verdict === undefined || verdict.status === 'unknown') return false;
    const away = values[column] - verdict.expected;
    const towards = seriesPolicy(policy, one.nature).direction;
    if ((towards === 'up' && away < 0) || (towards === 'down' && away > 0)) return false;
    return Math.abs(away) >= Math.max(floor.absolute, floor.relative * Math.abs(verdict.expected));
  });
}

/** Who accounts for it: what the streaming detector and the model say, added; the largest first. */
function sharesOf(row: WholeRow, streamed: EntityJudgement, recipe: RecipeJudgement | undefined): readonly Share[] {
  const byModel = recipe === undefined || 'unscorable' in recipe ? undefined : recipe.shares();
  const parts = row.series.map((one, column) => {
    const own = 'unscorable' in streamed ? 0 : streamed.shares[column];
    return one === undefined ? 0 : own + (byModel?.[column] ?? 0);
  });
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total === 0) return [];
  return row.series
    .flatMap((one, column): Share[] => {
      if (one === undefined || parts[column] === 0) return [];
      const words = 'unscorable' in streamed ? '' : streamed.describe(column);
      return [{ series: one.id, label: one.label, share: parts[column] / total, words }];
    })
    .sort((a, b) => b.share - a.share || (a.series < b.series ? -1 : 1));
}

/** Those with at least this share are named in the sentence. */
const SHARE_WORTH_NAMING = 0.15;
const MOST_NAMED = 3;

function sentence(shares: readonly Share[], row: WholeRow, strongest: StrongestSeries | undefined): string {
  const named = shares
    .filter(({ share, words }) => share >= SHARE_WORTH_NAMING && words !== '')
    .slice(0, MOST_NAMED)
    .map(({ label, words }) => `${label}: ${words}`);
  if (named.length > 0) return `${named.join('; ')}.`;
  const verdict = strongest === undefined ? undefined : row.verdicts[strongest.column];
  const label = strongest === undefined ? undefined : row.series[strongest.column]?.label;
  if (verdict?.status === 'anomalous' && label !== undefined) return `${label}: ${verdict.explanation ?? 'unusual'}.`;
  return 'Its metrics together are unlike anything remembered.';
}
