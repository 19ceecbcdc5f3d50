import { budgetDefaults } from '../../shared/detectors/alert-budget.ts';
import { budgetThreshold } from '../../shared/pipeline/budget-threshold.ts';
import { judge, type EntityWindow } from '../../shared/pipeline/judge.ts';
import { defaultPolicy } from '../../shared/pipeline/judge-policy.ts';
import { stepOf } from '../../shared/pipeline/score-rows.ts';
import type { Row } from './event-rows.ts';
import type { LabelledSeries, LabelledSet } from './labelled-data.ts';

/** Series of one step length as one watch: each an entity of its own. */
export interface BudgetWatch {
  readonly name: string;
  readonly stepSeconds: number;
  readonly series: readonly LabelledSeries[];
  /** First notices a week. */
  readonly asked: readonly number[];
}

const WEEK_SECONDS = 604_800;

/** A watch has one period: each set falls into as many watches as it has steps. */
export function watchesOfSet({ name, series }: LabelledSet, asked: readonly number[]): BudgetWatch[] {
  const bySteps = new Map<number, LabelledSeries[]>();
  for (const one of series) {
    const step = stepOf(one.times);
    bySteps.set(step, [...(bySteps.get(step) ?? []), one]);
  }
  return [...bySteps].map(([stepSeconds, own]) => ({
    name: `${name}, ${stepSeconds} s`,
    stepSeconds,
    series: own,
    asked,
  }));
}

/**
 * An alert budget as deployed: training sets the threshold on the first half of every series, which was judged by the
 * default one until then; the judge goes on with the new threshold, and its first notices on the second half count.
 */
export function deployedBudgetRows({ name, stepSeconds, series, asked: budgets }: BudgetWatch): Row[] {
  const halves = series.map(splitInHalf(stepSeconds));
  const past = halves.map(({ first }) => first);
  const states = halves.map(({ first }) => judge(first, undefined, defaultPolicy).state);
  const weeks = halves.reduce((sum, { second }) => sum + (second.times.length * stepSeconds) / WEEK_SECONDS, 0);
  return budgets.map((asked) => {
    const row = { watch: name, series: series.length, 'asked a week': asked };
    const found = budgetThreshold(past, `${asked} per week`, 1, stepSeconds, defaultPolicy.timezone);
    if ('missing' in found) return { ...row, threshold: found.missing, promised: '', received: '', ratio: '' };
    const policy = { ...defaultPolicy, threshold: found.threshold };
    const notices = halves.reduce((sum, { second }, at) => sum + noticesOf(judge(second, states[at], policy).rows), 0);
    const received = (notices / weeks) * series.length;
    return {
      ...row,
      threshold: found.threshold,
      promised: found.deliveredPerWeek,
      received,
      ratio: received / asked,
    };
  });
}

const splitInHalf =
  (stepSeconds: number) =>
  ({ name, times, values }: LabelledSeries): { readonly first: EntityWindow; readonly second: EntityWindow } => {
    const metric = { namespace: 'CSV', name: 'value', dimensions: {}, statistic: 'Average' } as const;
    const nature = { unit: 'None', bad: 'both', gap: 'gap' } as const;
    const described = [{ id: name, entity: name, label: name, metric, periodSeconds: stepSeconds, nature }];
    const half = times.length >> 1;
    const part = (from: number, to: number): EntityWindow => ({
      entity: name,
      series: described,
      stepSeconds,
      times: times.slice(from, to),
      values: values.slice(from, to),
    });
    return { first: part(0, half), second: part(half, times.length) };
  };

/** Alerts of an entity with less than the group's time between them are one notice. */
function noticesOf(rows: ReturnType<typeof judge>['rows']): number {
  let last = -Infinity;
  let count = 0;
  for (const { time, entity } of rows) {
    if (entity.status === 'unknown' || entity.alert === 0) continue;
    if (Math.abs(time - last) > budgetDefaults.groupSeconds) count++;
    last = time;
  }
  return count;
}
