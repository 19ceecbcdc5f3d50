import type { Severity } from '../alerting/severities.ts';
import type { Rule } from '../detectors/rule.ts';
import { ruleName } from '../detectors/rule.ts';
import type { RuleJudgement } from '../detectors/rule-judgement.ts';
import { percentageFlags, resumeRules, rulesFor, ruleSteps, startRules } from '../detectors/rules.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { SeriesMemory } from './entity-state.ts';
import type { JudgePolicy } from './judge-policy.ts';
import type { RuleVerdict } from './judge.ts';

/** The rules of one series: those that the watch asks for, and the flags that its unit brings. */
export interface SeriesRules {
  readonly rules: readonly Rule[];
  readonly asked: ReadonlySet<string>;
  /** By the rule's name, where the watch says how grave it is; a flag of the same name does not take that away. */
  readonly severities: ReadonlyMap<string, Severity>;
}

const none: SeriesRules = { rules: [], asked: new Set(), severities: new Map() };

/** Looks up the rules of a series and brings its memory up to them: a rule that stayed goes on where it was. */
export function resumeSeriesRules(memory: SeriesMemory, series: SeriesDescription, policy: JudgePolicy): SeriesRules {
  const flags = percentageFlags(series, policy.percentages);
  if (policy.rules.length === 0 && flags.length === 0) {
    delete memory.rules;
    return none;
  }
  const told = flags.filter(({ kind }) => policy.percentages.tell.some((one) => one === kind));
  const asked = rulesFor([...policy.rules, ...told], series);
  const rules = rulesFor([...policy.rules, ...flags], series);
  if (rules.length === 0) delete memory.rules;
  else
    memory.rules =
      memory.rules === undefined
        ? startRules(rules, policy.confirmRules)
        : resumeRules(rules, policy.confirmRules, memory.rules);
  return { rules, asked: new Set(asked.map(ruleName)), severities: severitiesOf(policy.rules, series) };
}

function severitiesOf(given: JudgePolicy['rules'], series: SeriesDescription): ReadonlyMap<string, Severity> {
  const graded = given.filter(({ severity }) => severity !== undefined);
  return new Map(
    rulesFor(graded, series).flatMap((rule) => {
      const { severity } = rule as JudgePolicy['rules'][number];
      return severity === undefined ? [] : [[ruleName(rule), severity] as const];
    }),
  );
}

/** What advances the rules of one series by one value of a window. */
export function rulesJudge(
  memory: SeriesMemory,
  { rules, asked, severities }: SeriesRules,
  series: SeriesDescription,
  column: number,
): (time: number, value: number, gone: boolean) => readonly RuleVerdict[] {
  if (memory.rules === undefined) return () => [];
  const step = ruleSteps(rules, series, memory.rules);
  return (time, value, gone) =>
    step(time, value, gone).map(
      (judged) => new Verdict(column, judged, asked.has(judged.rule), severities.get(judged.rule)),
    );
}

/** Few of so many are told of: the sentence is left to be asked for. */
class Verdict implements RuleVerdict {
  readonly column: number;
  readonly rule: string;
  readonly asked: boolean;
  readonly status: RuleVerdict['status'];
  declare readonly since?: number;
  readonly score: number;
  declare readonly severity?: Severity;
  readonly #judged: RuleJudgement;

  constructor(column: number, judged: RuleJudgement, asked: boolean, severity: Severity | undefined) {
    this.column = column;
    this.rule = judged.rule;
    this.asked = asked;
    this.status = judged.status;
    if (judged.status === 'firing') this.since = judged.since;
    this.score = judged.score;
    if (severity !== undefined) this.severity = severity;
    this.#judged = judged;
  }

  get explanation(): string {
    return this.#judged.explanation;
  }
}
