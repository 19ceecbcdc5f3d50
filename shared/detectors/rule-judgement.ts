import type { SeriesDescription } from '../metrics/metric.ts';
import { ruleName, type Rule } from './rule.ts';
import { ruleSentence, type Said } from './rule-words.ts';

export interface RuleJudgement {
  /** Such as `above 90`: unique among the rules of one series. */
  readonly rule: string;
  readonly kind: Rule['kind'];
  /** `unknown` neither fires nor resolves: what fired before the gap fires on after it unless it recovered. */
  readonly status: 'firing' | 'normal' | 'unknown';
  /** Epoch seconds of the first point of this status's episode; of the point itself where there was none before. */
  readonly since: number;
  /** 0…1: below .5 while the value keeps the rule, above while it breaks it, never reaching 1. */
  readonly score: number;
  /** One sentence for people. */
  readonly explanation: string;
}

/** Every point of every series is judged and few are told of: the sentence is made when it is asked for. */
export class JudgedRule implements RuleJudgement {
  readonly rule: string;
  readonly kind: Rule['kind'];
  readonly status: RuleJudgement['status'];
  readonly since: number;
  readonly score: number;
  readonly #rule: Rule;
  readonly #series: SeriesDescription;
  readonly #said: Said;

  constructor(
    rule: Rule,
    series: SeriesDescription,
    status: RuleJudgement['status'],
    since: number,
    score: number,
    said: Said,
  ) {
    this.rule = ruleName(rule);
    this.kind = rule.kind;
    this.status = status;
    this.since = since;
    this.score = score;
    this.#rule = rule;
    this.#series = series;
    this.#said = said;
  }

  get explanation(): string {
    return ruleSentence(this.#rule, this.#series, this.status, this.#said);
  }
}
