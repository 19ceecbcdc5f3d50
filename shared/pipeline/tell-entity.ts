import type { Deviation, Finding, Share } from '../alerting/signal.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { standsAlone } from './judge-whole.ts';
import type { EntityWindow, JudgedRow, RuleVerdict, Verdict } from './judge.ts';
import { recovered } from './recovered.ts';
import type { Told } from './shard-state.ts';

/** What a signal says of one thing, but for the chart. */
export type Statement = Told['finding'];

export interface Telling {
  /** What to say now, in the order of the findings' importance; empty where nothing is to be said. */
  readonly statements: readonly Statement[];
  /** To be remembered for the next tick. */
  readonly told: readonly Told[];
  /** Statements that fire and did not before. */
  readonly began: number;
}

/**
 * What to say of an entity after a tick: everything that fired in any of the tick's rows, for what began and ended
 * between two ticks must not pass in silence; what fired before and cannot be judged now, as unknown; and what has
 * recovered, three times. A tick without a new row repeats what was said.
 *
 * @param told what was said before.
 */
export function tellEntity(window: EntityWindow, rows: readonly JudgedRow[], told: readonly Told[]): Telling {
  const before = new Map(told.map((one) => [one.finding.key, one]));
  const current = rows.length === 0 ? new Map<string, Statement>() : statementsOf(window, rows);
  const next: Told[] = [];
  let began = 0;
  for (const [key, statement] of current) {
    const earlier = before.get(key);
    if (statement.status === 'firing') {
      if (earlier === undefined || earlier.normalTicks > 0) began++;
      next.push({ ...earlier, finding: atItsStrongest(statement, earlier), normalTicks: 0 });
    } else if (earlier !== undefined) {
      next.push(...recovered(earlier, statement));
    }
  }
  for (const earlier of told) {
    if (!current.has(earlier.finding.key))
      next.push(...(rows.length === 0 ? [earlier] : recovered(earlier, undefined)));
  }
  return { statements: next.map(({ finding }) => finding), told: next, began };
}

/** An episode is called normal by its strongest row, which may be long ago. */
function atItsStrongest(statement: Statement, earlier: Told | undefined): Statement {
  const before = earlier?.finding;
  if (before?.deviation === undefined || statement.deviation === undefined) return statement;
  const isSame = earlier?.normalTicks === 0 && before.since === statement.since;
  return isSame && before.deviation.strength >= statement.deviation.strength
    ? { ...statement, deviation: before.deviation }
    : statement;
}

/** One statement per thing that can fire, by key: the entity as a whole, its series, the rules of each. */
function statementsOf(window: EntityWindow, rows: readonly JudgedRow[]): Map<string, Statement> {
  const found = new Map<string, Statement>();
  const width = window.series.length;
  if (width > 1) found.set(`anomaly:${window.entity}`, wholeStatement(window, rows));
  if (!standsAlone(width)) {
    window.series.forEach((series, column) =>
      found.set(`anomaly:${series.id}`, seriesStatement(window, rows, series, column)),
    );
  }
  for (const [key, of] of rulesByKey(window, rows)) found.set(key, ruleStatement(window, rows, of));
  return found;
}

interface Telltale<V> {
  readonly status: Finding['status'];
  /** The row to speak of. */
  readonly row: number;
  readonly verdict: V;
}

/** Firing in any row is firing; of several such rows the strongest speaks, of equals the latest. */
function telltale<V extends { readonly status: string }>(
  verdicts: readonly V[],
  fires: (verdict: V) => boolean,
  strength: (verdict: V) => number,
): Telltale<V> {
  let row = -1;
  verdicts.forEach((verdict, k) => {
    if (fires(verdict) && (row === -1 || strength(verdict) >= strength(verdicts[row]))) row = k;
  });
  if (row !== -1) return { status: 'firing', row, verdict: verdicts[row] };
  const known = verdicts.findLastIndex(({ status }) => status !== 'unknown');
  const last = known === -1 ? verdicts.length - 1 : known;
  return { status: known === -1 ? 'unknown' : 'normal', row: last, verdict: verdicts[last] };
}

const anomalyTelltale = (verdicts: readonly Verdict[]): Telltale<Verdict> =>
  telltale(
    verdicts,
    ({ status }) => status === 'anomalous',
    (verdict) => (verdict.status === 'unknown' ? 0 : verdict.alert),
  );

function wholeStatement(window: EntityWindow, rows: readonly JudgedRow[]): Statement {
  const { status, row, verdict } = anomalyTelltale(rows.map(({ entity }) => entity));
  return {
    key: `anomaly:${window.entity}`,
    kind: 'anomaly',
    source: 'entity',
    label: window.entity,
    unit: 'None',
    ...fieldsOf(verdict, status, rows[row].time),
    observed: null,
    shares: rows[row].shares.slice(0, MOST_SHARES),
    ...deviationOf(verdict, null, leadersOf(rows[row].shares)),
  };
}

/** From this share on a series is one of those that an entity's deviation is told apart by. */
const LEADING_SHARE = 0.15;
const MOST_LEADERS = 5;

const leadersOf = (shares: readonly Share[]): readonly string[] =>
  shares
    .filter(({ share }) => share >= LEADING_SHARE)
    .slice(0, MOST_LEADERS)
    .map(({ series }) => series);

/** Only of what is anomalous. */
function deviationOf(
  verdict: Verdict,
  observed: number | null,
  metrics: readonly string[],
): { readonly deviation?: Deviation } {
  if (verdict.status !== 'anomalous' || verdict.strength === undefined) return {};
  const expected = finite(verdict.expected);
  const away = observed === null || expected === null ? 0 : observed - expected;
  const direction = away > 0 ? 'above' : away < 0 ? 'below' : 'any';
  return { deviation: { strength: verdict.strength, direction, observed, expected, metrics: [...metrics] } };
}

function seriesStatement(
  window: EntityWindow,
  rows: readonly JudgedRow[],
  series: SeriesDescription,
  column: number,
): Statement {
  const { status, row, verdict } = anomalyTelltale(rows.map((judged) => judged.series[column]));
  const flags = rows[row].rules.filter((rule) => rule.column === column && !rule.asked && rule.status === 'firing');
  const fields = fieldsOf(verdict, status, rows[row].time);
  const observed = finite(window.values[row * window.series.length + column]);
  return {
    key: `anomaly:${series.id}`,
    kind: 'anomaly',
    source: 'series',
    series: series.id,
    label: series.label,
    unit: series.nature.unit,
    ...fields,
    explanation: inOneBreath([fields.explanation, ...flags.map(({ explanation }) => explanation)]),
    observed,
    shares: [],
    ...deviationOf(verdict, observed, []),
  };
}

/** Phrases and sentences as one: `a sudden rise; CPUUtilization is 94 %, above its limit of 90 %`. */
const inOneBreath = (said: readonly string[]): string =>
  said
    .filter((one) => one !== '')
    .map((one, index, all) => (index < all.length - 1 ? one.replace(/\.$/, '') : one))
    .join('; ');

/** Enough for people; the whole list of a large entity would not fit into an event. */
const MOST_SHARES = 10;

function fieldsOf(
  verdict: Verdict,
  status: Finding['status'],
  time: number,
): Pick<Finding, 'status' | 'since' | 'expected' | 'lower' | 'upper' | 'score' | 'rarity' | 'explanation'> {
  if (verdict.status === 'unknown') {
    const explanation =
      verdict.reason === 'missing-data' ? 'It sends no data.' : 'There is not enough history to judge it.';
    return { status, since: time, expected: null, lower: null, upper: null, score: 0, rarity: null, explanation };
  }
  return {
    status,
    since: verdict.since ?? time,
    expected: finite(verdict.expected),
    lower: finite(verdict.lower),
    upper: finite(verdict.upper),
    score: verdict.score,
    rarity: verdict.rarity ?? null,
    explanation: verdict.explanation ?? '',
  };
}

function rulesByKey(window: EntityWindow, rows: readonly JudgedRow[]): Map<string, (RuleVerdict | undefined)[]> {
  const found = new Map<string, (RuleVerdict | undefined)[]>();
  rows.forEach(({ rules }, row) => {
    for (const verdict of rules) {
      if (!verdict.asked) continue;
      const key = `rule:${verdict.rule}:${window.series[verdict.column].id}`;
      const of = found.get(key) ?? new Array<RuleVerdict | undefined>(rows.length).fill(undefined);
      of[row] = verdict;
      found.set(key, of);
    }
  });
  return found;
}

function ruleStatement(
  window: EntityWindow,
  rows: readonly JudgedRow[],
  verdicts: readonly (RuleVerdict | undefined)[],
): Statement {
  const present = verdicts.flatMap((verdict, row) =>
    verdict === undefined ? [] : [{ verdict, row, status: verdict.status }],
  );
  const found = telltale(
    present,
    ({ status }) => status === 'firing',
    ({ verdict }) => verdict.score,
  );
  const { verdict, row } = found.verdict;
  const series = window.series[verdict.column];
  return {
    key: `rule:${verdict.rule}:${series.id}`,
    kind: 'rule',
    source: verdict.rule,
    series: series.id,
    label: series.label,
    unit: series.nature.unit,
    status: found.status,
    since: verdict.since ?? rows[row].time,
    observed: finite(window.values[row * window.series.length + verdict.column]),
    expected: null,
    lower: null,
    upper: null,
    score: verdict.score,
    ...(verdict.severity === undefined ? {} : { severity: verdict.severity }),
    rarity: null,
    shares: [],
    explanation: verdict.explanation,
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
