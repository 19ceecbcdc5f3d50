import { matchesGlob } from '../metrics/glob.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { amountOf, ruleName, type Rule } from './rule.ts';
import { JudgedRule, type RuleJudgement } from './rule-judgement.ts';

/** So many of so many points in a row must agree before a limit or a jump fires. */
export interface Confirmation {
  readonly rows: number;
  readonly of: number;
}
export const ruleConfirmation: Confirmation = { rows: 2, of: 3 };

/** All that the rules of one series remember: explicit numbers, the same in memory and in the store. */
export interface RuleState {
  /** {@link ruleName}s, in the order of their numbers. */
  readonly rules: readonly string[];
  readonly confirm: Confirmation;
  /** The series' own numbers, then each rule's. */
  readonly numbers: Float64Array;
}

/** Points a jump is held against the value it left; after them it is the new level. */
const JUMP_POINTS = 12;
/** What fires goes on firing within this part of its limit: a value that dances on the limit is one episode. */
const HYSTERESIS = 0.05;
const LARGEST_STRENGTH = 1e6;

/** Numbers of the series: newest value and its time, since when it has been the same, points with it, first time seen. */
const Own = { value: 0, time: 1, sameSince: 2, samePoints: 3, firstTime: 4 } as const;
const OWN = 5;
/** Numbers of a rule, followed by the confirmation window: the time of each breach, NaN where there was none. */
const Kept = { firing: 0, since: 1, base: 2, pointsLeft: 3, next: 4 } as const;
const KEPT = 5;

/**
 * The given rules that apply to a series, each name once. A metric whose absence means zero is never silent.
 *
 * @throws RangeError on a limit or duration that is no number, naming the rule.
 */
export function rulesFor(given: readonly Rule[], series: SeriesDescription): readonly Rule[] {
  const found = new Map<string, Rule>();
  for (const rule of given) {
    if (!Number.isFinite(amountOf(rule)) || (rule.kind !== 'above' && rule.kind !== 'below' && amountOf(rule) <= 0))
      throw new RangeError(
        `The rule '${rule.kind}' for '${rule.metric}' has ${amountOf(rule)}: give a ${
          rule.kind === 'above' || rule.kind === 'below' ? 'finite' : 'positive'
        } number.`,
      );
    if (rule.kind === 'silent' && series.nature.gap === 'zero') continue;
    if (matchesGlob(rule.metric, series.label)) found.set(ruleName(rule), rule);
  }
  return [...found.values()];
}

/** What a percentage is flagged by, and which of the flags people are told of. Settings are assignable to it. */
export interface PercentageFlags {
  readonly above: number | 'off';
  readonly below: number | 'off';
  readonly jump: number | 'off';
  readonly tell: readonly ('above' | 'below' | 'jump')[];
}
export const percentageDefaults: PercentageFlags = { above: 90, below: 5, jump: 30, tell: [] };

/**
 * The flags that every percentage carries without being asked: above 90, below 5, a jump by 30. They are recorded as
 * flags of their own; whether anybody is told is the watch's policy, for an idle processor is below 5 all night.
 */
export function percentageFlags(
  series: SeriesDescription,
  { above, below, jump }: PercentageFlags = percentageDefaults,
): readonly Rule[] {
  if (series.nature.unit !== 'Percent' && series.nature.unit !== '%') return [];
  const metric = series.label;
  return [
    ...(above === 'off' ? [] : [{ kind: 'above', metric, limit: above } as const]),
    ...(below === 'off' ? [] : [{ kind: 'below', metric, limit: below } as const]),
    ...(jump === 'off' ? [] : [{ kind: 'jump', metric, by: jump } as const]),
  ];
}

/** @throws RangeError on a confirmation that can never be met. */
export function startRules(rules: readonly Rule[], confirm: Confirmation = ruleConfirmation): RuleState {
  const { rows, of } = confirm;
  if (!Number.isInteger(rows) || !Number.isInteger(of) || rows < 1 || rows > of)
    throw new RangeError(`A rule cannot be confirmed by ${rows} of ${of} rows: give whole numbers, 1 ≤ rows ≤ of.`);
  const names = rules.map(ruleName);
  const numbers = new Float64Array(OWN + names.length * (KEPT + of)).fill(Number.NaN);
  numbers[Own.samePoints] = 0;
  for (let rule = 0; rule < names.length; rule++) {
    const at = OWN + rule * (KEPT + of);
    numbers[at + Kept.firing] = numbers[at + Kept.pointsLeft] = numbers[at + Kept.next] = 0;
  }
  return { rules: names, confirm, numbers };
}

/** The state under rules that may have changed since it was stored: a rule that stayed goes on where it was. */
export function resumeRules(rules: readonly Rule[], confirm: Confirmation, stored: RuleState): RuleState {
  const fresh = startRules(rules, confirm);
  if (stored.numbers.length !== OWN + stored.rules.length * (KEPT + stored.confirm.of)) return fresh;
  fresh.numbers.set(stored.numbers.subarray(0, OWN));
  if (stored.confirm.rows !== confirm.rows || stored.confirm.of !== confirm.of) return fresh;
  const width = KEPT + confirm.of;
  fresh.rules.forEach((name, rule) => {
    const from = stored.rules.indexOf(name);
    if (from === -1) return;
    fresh.numbers.set(stored.numbers.subarray(OWN + from * width, OWN + (from + 1) * width), OWN + rule * width);
  });
  return fresh;
}

/**
 * The rules of one series, ready to be advanced point by point: each call says what every rule makes of one point, in
 * their order, and advances `state`, which nobody else may change meanwhile.
 *
 * @param rules those that `state` was started with, see {@link rulesFor}.
 * @throws RangeError on a state of other rules; when called, on a time that is no number.
 */
export function ruleSteps(
  rules: readonly Rule[],
  series: SeriesDescription,
  state: RuleState,
): (time: number, value: number, gone?: boolean) => readonly RuleJudgement[] {
  const { numbers, confirm } = state;
  if (rules.length !== state.rules.length || rules.some((rule, index) => ruleName(rule) !== state.rules[index]))
    throw new RangeError(
      `The state is of the rules [${state.rules.join(', ')}], not [${rules.map(ruleName).join(', ')}]: resume it.`,
    );
  const width = KEPT + confirm.of;
  const kept = rules.map((_, index) => numbers.subarray(OWN + index * width, OWN + (index + 1) * width));
  return (time, value, gone = false) => {
    if (!Number.isFinite(time))
      throw new RangeError(`The time of a point of '${series.label}' is ${time}: give seconds.`);
    const point = { time, value, present: Number.isFinite(value), before: numbers[Own.value], gone };
    hearPoint(numbers, point);
    return rules.map((rule, index) => judgeRule(rule, series, numbers, kept[index], confirm, point));
  };
}

/** @param time epoch seconds. @param value NaN or an infinity where there is no point. @see ruleSteps */
export const stepRules = (
  rules: readonly Rule[],
  series: SeriesDescription,
  state: RuleState,
  time: number,
  value: number,
  /** The entity no longer exists: nothing is said of its silence. */
  gone = false,
): readonly RuleJudgement[] => ruleSteps(rules, series, state)(time, value, gone);

function hearPoint(numbers: Float64Array, { time, value, present, before }: Point): void {
  if (Number.isNaN(numbers[Own.firstTime])) numbers[Own.firstTime] = time;
  if (!present) return;
  if (value !== before) {
    numbers[Own.sameSince] = time;
    numbers[Own.samePoints] = 0;
  }
  numbers[Own.samePoints] += 1;
  numbers[Own.value] = value;
  numbers[Own.time] = time;
}

function judgeRule(
  rule: Rule,
  series: SeriesDescription,
  numbers: Float64Array,
  kept: Float64Array,
  confirm: Confirmation,
  point: Point,
): RuleJudgement {
  const strength = bounded(strengthOf(rule, series, numbers, kept, point));
  if (strength !== undefined) decide(kept, confirm, rule, strength, point.time);
  const status = strength === undefined ? 'unknown' : kept[Kept.firing] === 1 ? 'firing' : 'normal';
  const since = Number.isNaN(kept[Kept.since]) ? point.time : kept[Kept.since];
  const score = strength === undefined ? 0 : 0.5 * (1 + strength / (1 + Math.abs(strength)));
  // Spelt out: to spread the point would cost more than all of the judging.
  const said = {
    time: point.time,
    value: point.value,
    present: point.present,
    gone: point.gone,
    base: kept[Kept.base],
    since,
    sameSince: numbers[Own.sameSince],
    lastTime: numbers[Own.time],
  };
  return new JudgedRule(rule, series, status, since, score, said);
}

interface Point {
  readonly time: number;
  readonly value: number;
  readonly present: boolean;
  readonly before: number;
  readonly gone: boolean;
}

/** So that a value near the largest number, or a limit near 0, still has a score below 1. */
const bounded = (strength: number | undefined): number | undefined =>
  strength === undefined ? undefined : Math.max(-LARGEST_STRENGTH, Math.min(strength, LARGEST_STRENGTH));

/** How far beyond the rule the point is, in parts of its amount: 0 is exactly there, undefined cannot be said. */
function strengthOf(
  rule: Rule,
  series: SeriesDescription,
  own: Float64Array,
  kept: Float64Array,
  point: Point,
): number | undefined {
  switch (rule.kind) {
    case 'above':
    case 'below': {
      if (!point.present) return undefined;
      const over = rule.kind === 'above' ? point.value - rule.limit : rule.limit - point.value;
      return over / (Math.abs(rule.limit) || 1);
    }
    case 'jump':
      return point.present ? jumpStrength(rule.by, kept, point) : undefined;
    case 'stuck':
      // Counted in points, so that a gap between two equal values is no evidence of standing still.
      return point.present ? ((own[Own.samePoints] - 1) * series.periodSeconds - rule.for) / rule.for : undefined;
    case 'silent': {
      if (point.gone) return undefined;
      const last = Number.isNaN(own[Own.time]) ? own[Own.firstTime] : own[Own.time];
      return (Math.max(point.time - last, 0) - rule.for) / rule.for;
    }
  }
}

/** A jump is held against the value it left, until it returns or has lasted long enough to be the new level. */
function jumpStrength(by: number, kept: Float64Array, point: Point): number {
  if (kept[Kept.pointsLeft] > 0) {
    kept[Kept.pointsLeft] -= 1;
    const away = Math.abs(point.value - kept[Kept.base]);
    const returned = away < by * (1 - HYSTERESIS);
    if (returned) kept[Kept.pointsLeft] = 0;
    // The way back is no jump of its own, or a single spike would confirm itself.
    if (returned || kept[Kept.pointsLeft] > 0) return (away - by) / by;
  }
  const leap = Math.abs(point.value - point.before);
  if (!(leap >= by)) return Number.isNaN(leap) ? -1 : (leap - by) / by;
  kept[Kept.base] = point.before;
  kept[Kept.pointsLeft] = JUMP_POINTS;
  return (leap - by) / by;
}

function decide(kept: Float64Array, confirm: Confirmation, rule: Rule, strength: number, time: number): void {
  const wasFiring = kept[Kept.firing] === 1;
  // A limit is broken beyond it and a duration once it has passed; a jump of exactly `by` is one.
  const breaks = rule.kind === 'above' || rule.kind === 'below' ? strength > 0 : strength >= 0;
  const lasting = rule.kind === 'stuck' || rule.kind === 'silent';
  const holds = breaks || (wasFiring && !lasting && strength > -HYSTERESIS);
  if (lasting) {
    kept.fill(holds ? time : Number.NaN, KEPT);
  } else {
    kept[KEPT + kept[Kept.next]] = holds ? time : Number.NaN;
    kept[Kept.next] = (kept[Kept.next] + 1) % confirm.of;
  }
  // Every point of every series comes by here: nothing is allocated.
  let breaches = 0;
  let first = Infinity;
  for (let at = KEPT; at < kept.length; at++) {
    if (Number.isNaN(kept[at])) continue;
    breaches += 1;
    if (kept[at] < first) first = kept[at];
  }
  const firing = breaches >= confirm.rows;
  if (Number.isNaN(kept[Kept.since]) || firing !== wasFiring) {
    kept[Kept.since] = firing ? first : time;
    kept[Kept.firing] = firing ? 1 : 0;
  }
}
