import type { Severity } from '../alerting/severities.ts';
import type { Rarity, Share } from '../alerting/signal.ts';
import type { Unscorable } from '../detectors/detector.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { localTime } from '../metrics/time-zone.ts';
import { leastOfSeries, normalOfEntity } from './called-normal.ts';
import type { EntityModel } from './entity-model.ts';
import { continueState, type EntityState, type SeriesMemory, type WholeMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import { resumeSeriesRules, rulesJudge } from './judge-rules.ts';
import { recipeStep } from './judge-recipe.ts';
import { judgeSeries, seriesPolicy, setGates } from './judge-series.ts';
import { type JudgedWhole, judgeWhole } from './judge-whole.ts';

/** The rows of one entity to be judged, oldest first: `values[i * series.length + j]` is series `j` at `times[i]`. */
export interface EntityWindow {
  readonly entity: string;
  readonly series: readonly SeriesDescription[];
  readonly stepSeconds: number;
  /** Epoch seconds, in the order of arrival; on the watch's grid in the deployed pipeline. */
  readonly times: Float64Array;
  /** NaN is a gap. */
  readonly values: Float64Array;
  /** The entity exists no more: its silence is no news. */
  readonly gone?: boolean;
}

export type Verdict =
  | { readonly status: 'unknown'; readonly reason: Unscorable }
  | {
      readonly status: 'normal' | 'anomalous';
      readonly score: number;
      /** Gated strength, 0 where nobody is told. */
      readonly alert: number;
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** Epoch seconds of the first point of this episode; only while anomalous. */
      readonly since?: number;
      /** How unusual this row is; in an episode, its strongest row so far. Absent while there is no evidence. */
      readonly rarity?: Rarity;
      /** Decades of the strongest row of this episode so far, before fatigue and rest; only while anomalous. */
      readonly strength?: number;
      /** One sentence; only while anomalous. */
      readonly explanation?: string;
    };

/** What a rule of the watch says of one series at one row. Only rules that apply to the series appear. */
export interface RuleVerdict {
  /** Index into the window's series. */
  readonly column: number;
  /** Such as `above 90`: unique among the rules of one series. */
  readonly rule: string;
  /** Asked for by the watch: somebody is told. The others are flags that every percentage carries. */
  readonly asked: boolean;
  readonly status: 'firing' | 'normal' | 'unknown';
  /** Epoch seconds of the first row of this episode; only while firing. */
  readonly since?: number;
  /** 0…1: below .5 while the rule is kept. */
  readonly score: number;
  /** How grave it is, where the watch says so of the rule. */
  readonly severity?: Severity;
  readonly explanation: string;
}

/** All that is said of one entity at one time. */
export interface JudgedRow {
  readonly time: number;
  /** The entity as a whole. With one series its verdict is that series' verdict. Expected, lower and upper are NaN. */
  readonly entity: Verdict;
  /** Who accounts for the strangeness, largest share first; empty unless the entity is anomalous. */
  readonly shares: readonly Share[];
  /** One per series of the window, in its order. */
  readonly series: readonly Verdict[];
  readonly rules: readonly RuleVerdict[];
}

export interface Judged {
  /** One per row of the window, in its order. */
  readonly rows: readonly JudgedRow[];
  readonly state: EntityState;
}

/**
 * The one judge: advances an entity by the rows of a window, strictly causally. Pure: the inputs are never changed, and
 * the same inputs give the same bits, whether rows come one by one or all at once.
 *
 * @param state undefined for an entity never judged before.
 * @param model the watch's champion, where there is one.
 * @throws RangeError where the window's shape contradicts itself, naming both sizes.
 */
export function judge(
  window: EntityWindow,
  state: EntityState | undefined,
  policy: JudgePolicy,
  model?: EntityModel,
): Judged {
  checkWindow(window);
  const { entity, series, stepSeconds, times, values } = window;
  const ids = series.map(({ id }) => id);
  const next = continueState(state, entity, ids, stepSeconds);
  const memories = ids.map((id) => memoryOf(next, id));
  const policies = series.map(({ nature }) => seriesPolicy(policy, nature));
  const least = ids.map((id) => leastOfSeries(policy.calledNormal, id));
  const rulesOf = memories.map((memory, j) => {
    const rules = resumeSeriesRules(memory, series[j], policy);
    return rulesJudge(memory, rules, series[j], j);
  });
  for (const memory of memories) setGates(memory, policy);
  const gone = window.gone === true;
  const toLocal = localClock(policy.timezone);
  const judgeEntity = next.whole === undefined ? undefined : wholeJudge(window, next.whole, policy, model);
  const rows: JudgedRow[] = [];
  for (let i = 0; i < times.length; i++) {
    const time = times[i];
    const at = i * ids.length;
    const local = toLocal(time);
    const learns = policy.learnsAt?.(entity, time) ?? true;
    const verdicts = memories.map((memory, j) =>
      judgeSeries(memory, { time, local, value: values[at + j], learns }, policies[j], least[j]),
    );
    const rules = rulesOf.flatMap((judgeRules, j) => judgeRules(time, values[at + j], gone));
    const { verdict, shares } = judgeEntity?.(i, verdicts, learns) ?? { verdict: verdicts[0], shares: [] };
    rows.push({ time, entity: verdict, shares, series: verdicts, rules });
  }
  return { rows, state: next };
}

/** Judges the rows of a window as a whole: its columns put in the order of the memory's, and of the model's. */
function wholeJudge(window: EntityWindow, memory: WholeMemory, policy: JudgePolicy, model: EntityModel | undefined) {
  const { series, times, values } = window;
  const columnOf = new Map(series.map(({ id }, column) => [id, column]));
  const columns = memory.columns.map((id) => columnOf.get(id));
  const described = columns.map((column) => (column === undefined ? undefined : series[column]));
  const recipe = policy.models ? recipeStep(window, memory, model) : undefined;
  const calledNormal = normalOfEntity(policy.calledNormal, window.entity);
  return (row: number, verdicts: readonly Verdict[], learns: boolean): JudgedWhole => {
    const own = new Float64Array(columns.length);
    columns.forEach((column, k) => (own[k] = column === undefined ? Number.NaN : values[row * series.length + column]));
    const said = columns.map((column) => (column === undefined ? undefined : verdicts[column]));
    const whole = { time: times[row], values: own, series: described, verdicts: said, learns, calledNormal };
    return judgeWhole(memory, whole, recipe?.(row, learns), policy, model);
  };
}
const memoryOf = (state: EntityState, id: string): SeriesMemory => {
  const found = state.series.find((memory) => memory.id === id);
  if (found === undefined) throw new RangeError(`series ${id} has no memory`);
  return found;
};

const clocks = new Map<string, (time: number) => number>();

/** Asking the platform for a time zone costs more than judging a point; there are few zones. */
function localClock(timezone: string): (time: number) => number {
  let clock = clocks.get(timezone);
  if (clock === undefined) clocks.set(timezone, (clock = localTime(timezone)));
  return clock;
}

function checkWindow({ entity, series, times, values }: EntityWindow): void {
  if (series.length === 0) throw new RangeError(`entity ${entity} has no series: give it at least one`);
  if (values.length !== times.length * series.length) {
    throw new RangeError(
      `entity ${entity} has ${values.length} values for ${times.length} times of ${series.length} series: give one each`,
    );
  }
  if (new Set(series.map(({ id }) => id)).size !== series.length)
    throw new RangeError(`entity ${entity} has two series of one id: give each its own`);
}
