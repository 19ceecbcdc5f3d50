import { describe, expect, it } from 'vitest';
import type { Rule } from '../../shared/detectors/rule.ts';
import { percentageFlags, resumeRules, rulesFor, startRules, stepRules } from '../../shared/detectors/rules.ts';
import type { GapMeaning, SeriesDescription } from '../../shared/metrics/metric.ts';

const PERIOD = 300;
const GAP = Number.NaN;

const series = (gap: GapMeaning = 'gap', unit = 'Percent', label = 'CPUUtilization'): SeriesDescription => ({
  id: 'AWS/EC2/CPUUtilization{InstanceId=i-1}:Average',
  entity: 'InstanceId=i-1',
  label,
  metric: { namespace: 'AWS/EC2', name: label, dimensions: { InstanceId: 'i-1' }, statistic: 'Average' },
  periodSeconds: PERIOD,
  nature: { unit, bad: 'up', gap },
});

const above: Rule = { kind: 'above', metric: '*', limit: 90 };
const below: Rule = { kind: 'below', metric: '*', limit: 5 };
const jump: Rule = { kind: 'jump', metric: '*', by: 30 };
const stuck: Rule = { kind: 'stuck', metric: '*', for: 3 * PERIOD };
const silent: Rule = { kind: 'silent', metric: '*', for: 3 * PERIOD };

function run(rule: Rule, values: readonly number[], confirm = { rows: 2, of: 3 }, gone = false) {
  const described = series(rule.kind === 'silent' ? 'silence' : 'gap');
  const state = startRules([rule], confirm);
  return values.map((value, row) => stepRules([rule], described, state, row * PERIOD, value, gone)[0]);
}
/** f firing, n normal, u unknown: one letter a row. */
const letters = (judged: readonly { readonly status: string }[]): string =>
  judged.map(({ status }) => status[0]).join('');

describe('a rule', () => {
  it.each<[string, Rule, readonly number[], string]>([
    ['above: one point over the limit is not enough', above, [50, 95, 50, 50], 'nnnn'],
    ['above: two of three are', above, [50, 95, 50, 95, 50, 50], 'nnnfnn'],
    ['above: exactly the limit is not above it', above, [90, 90, 90, 90], 'nnnn'],
    ['above: dancing on the limit is one episode', above, [95, 95, 89, 91, 88, 91, 89, 70, 70], 'nfffffffn'],
    ['above: a gap neither fires nor resolves', above, [95, 95, GAP, GAP, 95, 50, 50], 'nfuuffn'],
    ['above: a gap between two breaches does not part them', above, [95, GAP, 95, 50, 50], 'nuffn'],
    ['above: an infinity is no value', above, [Infinity, 95, 95], 'unf'],
    ['below: two of three under the limit', below, [50, 1, 2, 50, 50], 'nnffn'],
    ['jump: a step up fires while it is new', jump, [20, 60, 60, 60], 'nnff'],
    ['jump: a step down is a jump too', jump, [60, 20, 20], 'nnf'],
    ['jump: exactly the step is one', jump, [20, 50, 50], 'nnf'],
    ['jump: a single spike and its way back are none', jump, [20, 60, 20, 20, 20], 'nnnnn'],
    ['jump: a step resolves when it returns', jump, [20, 60, 60, 20, 20], 'nnffn'],
    ['jump: a slow climb is none', jump, [20, 40, 60, 80, 99], 'nnnnn'],
    [
      'jump: a level that lasts is the new normal',
      jump,
      [20, ...Array.from({ length: 15 }, () => 60)],
      'nn' + 'f'.repeat(12) + 'nn',
    ],
    ['jump: a fall across a gap is one', jump, [60, GAP, 20, 20], 'nunf'],
    ['stuck: the same for its time', stuck, [1, 7, 7, 7, 7, 7, 8], 'nnnnffn'],
    ['stuck: a gap is no evidence of standing still', stuck, [7, 7, GAP, GAP, GAP, 7, 7], 'nnuuunf'],
    ['silent: no value for its time', silent, [1, GAP, GAP, GAP, GAP, 1], 'nnnffn'],
    ['silent: a thing that never spoke', silent, [GAP, GAP, GAP, GAP], 'nnnf'],
  ])('%s', (_, rule, values, expected) => {
    expect(letters(run(rule, values))).toBe(expected);
  });

  it('is never silent of a thing that is gone', () => {
    expect(letters(run(silent, [1, GAP, GAP, GAP, GAP], undefined, true))).toBe('uuuuu');
  });

  it('fires at once where one of one confirms', () => {
    expect(letters(run(above, [50, 95, 50], { rows: 1, of: 1 }))).toBe('nfn');
    expect(letters(run(jump, [20, 60, 20], { rows: 1, of: 1 }))).toBe('nfn');
  });

  it('dates an episode from its first breach, and keeps the date', () => {
    const judged = run(above, [50, 95, 50, 95, 95, 95]);
    expect(judged.slice(3).map(({ since }) => since)).toEqual([PERIOD, PERIOD, PERIOD]);
  });

  it('scores a half at the limit, more beyond, less before, never 0 or 1 while it can be said', () => {
    const scores = run(above, [0, 45, 90, 91, 1e6, 1e308], { rows: 1, of: 1 }).map(({ score }) => score);
    expect(scores[2]).toBe(0.5);
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    const zero: Rule = { kind: 'above', metric: '*', limit: 0 };
    expect(run(zero, [0, 3], { rows: 1, of: 1 }).map(({ score }) => score)).toEqual([0.5, 0.875]);
  });

  it.each<[Rule, readonly number[], string]>([
    [above, [95, 97.26], 'CPUUtilization is 97.26 %, above its limit of 90 %'],
    [above, [50], 'CPUUtilization is 50 %, not above 90 %'],
    [above, [GAP], 'CPUUtilization has no value: whether it is above 90 % cannot be said'],
    [below, [1, 2], 'CPUUtilization is 2 %, below its limit of 5 %'],
    [jump, [20, 60, 61], 'CPUUtilization is 61 % after a jump from 20 %, more than 30 % at once'],
    [stuck, [7, 7, 7, 7, 7], 'CPUUtilization is 7 % and has not changed for 20 minutes'],
    [silent, [7, GAP, GAP, GAP], 'CPUUtilization has had no value for 15 minutes'],
    [silent, [GAP, GAP, GAP, GAP], 'CPUUtilization has never had a value'],
  ])('%# explains itself', (rule, values, sentence) => {
    expect(run(rule, values).at(-1)?.explanation).toBe(sentence);
  });
});

describe('the rules of a series', () => {
  it('are those whose glob matches its label, each once', () => {
    const given: Rule[] = [
      above,
      { ...above, metric: 'CPU*' },
      { ...above, metric: 'Memory*' },
      { ...above, limit: 95 },
    ];
    expect(rulesFor(given, series())).toEqual([
      { ...above, metric: 'CPU*' },
      { ...above, limit: 95 },
    ]);
  });

  it.each<[GapMeaning, number]>([
    ['zero', 0],
    ['gap', 1],
    ['silence', 1],
  ])('know silence only where a gap does not mean zero: %s', (gap, count) => {
    expect(rulesFor([silent], series(gap))).toHaveLength(count);
  });

  it('flag percentages at 90, 5 and 30 without being asked, and nothing else', () => {
    expect(
      percentageFlags(series()).map((rule) => [rule.kind, 'limit' in rule ? rule.limit : 'by' in rule && rule.by]),
    ).toEqual([
      ['above', 90],
      ['below', 5],
      ['jump', 30],
    ]);
    expect(percentageFlags(series('gap', 'Bytes'))).toEqual([]);
  });

  it('go on from a stored state, those that stayed, whatever was added or taken away', () => {
    const described = series();
    const old = startRules([above, below]);
    for (const [row, value] of [50, 95, 95].entries()) stepRules([above, below], described, old, row * PERIOD, value);
    const resumed = resumeRules([jump, above], { rows: 2, of: 3 }, structuredClone(old));
    const [jumped, high] = stepRules([jump, above], described, resumed, 3 * PERIOD, 95);
    expect(high).toMatchObject({ rule: 'above 90', status: 'firing', since: PERIOD });
    expect(jumped.status).toBe('normal');
    const otherwise = resumeRules([above], { rows: 3, of: 3 }, old);
    expect(stepRules([above], described, otherwise, 3 * PERIOD, 95)[0].status).toBe('normal');
  });

  it('do the same with a state that went through the store at each point', () => {
    const rules = [above, below, jump, stuck];
    const values = Array.from({ length: 200 }, (_, row) =>
      row % 17 === 3 ? GAP : Math.round(50 + 49 * Math.sin(row ** 2)),
    );
    const kept = startRules(rules);
    let stored = startRules(rules);
    for (const [row, value] of values.entries()) {
      stored = resumeRules(rules, stored.confirm, structuredClone(stored));
      expect(stepRules(rules, series(), stored, row * PERIOD, value)).toEqual(
        stepRules(rules, series(), kept, row * PERIOD, value),
      );
    }
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a limit that is no number',
      () => rulesFor([{ ...above, limit: GAP }], series()),
      /'above' for '\*' has NaN: give a finite/,
    ],
    ['a step of nothing', () => rulesFor([{ kind: 'jump', metric: '*', by: 0 }], series()), /has 0: give a positive/],
    [
      'a duration below nothing',
      () => rulesFor([{ kind: 'stuck', metric: '*', for: -1 }], series()),
      /has -1: give a positive/,
    ],
    ['three of two', () => startRules([above], { rows: 3, of: 2 }), /confirmed by 3 of 2 rows/],
    [
      'a point without a time',
      () => stepRules([above], series(), startRules([above]), GAP, 1),
      /time of a point of 'CPUUtilization' is NaN/,
    ],
    [
      'a state of other rules',
      () => stepRules([above], series(), startRules([below]), 0, 1),
      /of the rules \[below 5\], not \[above 90\]/,
    ],
  ])('refuse %s', (_, misuse, message) => expect(misuse).toThrow(message));
});

describe('the sentence of a limit that 2 of 3 points keep firing', () => {
  it('never says that the newest value is beyond the limit where it is not', () => {
    const words = run(above, [95, 95, 73]).map(({ status, explanation }) => `${status}: ${explanation}`);
    expect(words[1]).toBe('firing: CPUUtilization is 95 %, above its limit of 90 %');
    expect(words[2]).toBe('firing: CPUUtilization is 73 %, it was above its limit of 90 % just before');
    const [, , under] = run(below, [1, 1, 20]);
    expect(under.explanation).toBe('CPUUtilization is 20 %, it was below its limit of 5 % just before');
  });
});
