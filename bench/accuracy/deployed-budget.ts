import { budgetDefaults } from '../../shared/detectors/alert-budget.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { budgetThreshold } from '../../shared/pipeline/budget-threshold.ts';
import type { EntityState } from '../../shared/pipeline/entity-state.ts';
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
/** Training reads as many slots at most, and the first deployment can fetch no more of minutes. */
const MOST_SLOTS = 20_000;
/** Training is daily; to train a few times in the second half shows the same and takes less long. */
const TRAININGS = 4;

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
 * An alert budget as deployed, in the middle of each series: what can be fetched of the past is judged by the default
 * threshold and trained on; the judge goes on with the new threshold, and is trained anew three times. First notices
 * count from the first training that found a threshold.
 */
export function deployedBudgetRows(watch: BudgetWatch): Row[] {
  const { name, stepSeconds, series, asked: budgets } = watch;
  const lives = series.map((one) => lifeOf(one, stepSeconds));
  const starts = lives.map(({ window, trainings }) => {
    return judge(window(0, trainings[0]), undefined, defaultPolicy).state;
  });
  return budgets.map((asked) => {
    const row = { watch: name, series: series.length, 'asked a week': asked };
    const states: EntityState[] = [...starts];
    const thresholds: string[] = [];
    let promised = 0;
    let due = 0;
    let came = 0;
    let missing = '';
    for (let round = 0; round < TRAININGS; round++) {
      const past = lives.map(({ window, trainings }) =>
        window(Math.max(0, trainings[round] - MOST_SLOTS), trainings[round]),
      );
      const found = budgetThreshold(past, `${asked} per week`, 1, stepSeconds, defaultPolicy.timezone);
      if ('missing' in found) missing = found.missing;
      else thresholds.push(found.threshold.toFixed(1));
      const policy = 'missing' in found ? defaultPolicy : { ...defaultPolicy, threshold: found.threshold };
      lives.forEach(({ window, trainings }, at) => {
        const next = window(trainings[round], trainings[round + 1]);
        const { rows, state } = judge(next, states[at], policy);
        states[at] = state;
        if ('missing' in found) return;
        const weeks = (next.times.length * stepSeconds) / WEEK_SECONDS / series.length;
        due += asked * weeks;
        promised += found.deliveredPerWeek * weeks;
        came += noticesOf(rows);
      });
    }
    if (thresholds.length === 0) return { ...row, thresholds: missing, promised: '', due: '', came: '', ratio: '' };
    return { ...row, thresholds: thresholds.join(' '), promised, due, came, ratio: came / due };
  });
}

/** A series of a file, of which nothing is known but its numbers. */
export function describeSeries(entity: string, label: string, periodSeconds: number): SeriesDescription {
  return {
    id: `${entity}/${label}`,
    entity,
    label,
    metric: { namespace: 'CSV', name: label, dimensions: {}, statistic: 'Average' },
    periodSeconds,
    nature: { unit: 'None', bad: 'both', gap: 'gap' },
  };
}

interface Life {
  /** Rows at which training happens; the last is the end. */
  readonly trainings: readonly number[];
  readonly window: (from: number, to: number) => EntityWindow;
}

/** A series from as far back as a deployment in its middle could fetch. */
function lifeOf({ name, times, values }: LabelledSeries, stepSeconds: number): Life {
  const described = [describeSeries(name, 'value', stepSeconds)];
  const half = times.length >> 1;
  const start = Math.max(0, half - MOST_SLOTS);
  return {
    trainings: Array.from({ length: TRAININGS + 1 }, (_, round) => {
      return Math.floor(half + ((times.length - half) * round) / TRAININGS) - start;
    }),
    window: (from, to) => ({
      entity: name,
      series: described,
      stepSeconds,
      times: times.slice(start + from, start + to),
      values: values.slice(start + from, start + to),
    }),
  };
}

/** Alerts of an entity with less than the group's time between them are one notice. */
export function noticesOf(rows: ReturnType<typeof judge>['rows']): number {
  let last = -Infinity;
  let count = 0;
  for (const { time, entity } of rows) {
    if (entity.status === 'unknown' || entity.alert === 0) continue;
    if (Math.abs(time - last) > budgetDefaults.groupSeconds) count++;
    last = time;
  }
  return count;
}
