import { localOffset } from '../../shared/metrics/time-zone.ts';
import { budgetThreshold } from '../../shared/pipeline/budget-threshold.ts';
import { restoreModel } from '../../shared/pipeline/entity-model.ts';
import { judge, type EntityWindow } from '../../shared/pipeline/judge.ts';
import { defaultPolicy } from '../../shared/pipeline/judge-policy.ts';
import { stepOf, type Table } from '../../shared/pipeline/score-rows.ts';
import { weighModel } from '../../shared/pipeline/weigh-model.ts';
import { describeSeries, noticesOf } from './deployed-budget.ts';
import { readTable, type EntitySet } from './entity-data.ts';
import type { Row } from './event-rows.ts';

const WEEK_SECONDS = 604_800;
/** So many of a server's metrics: few enough that its series are told of, too. */
const METRICS = 4;
const SEED = 1;
const FOREST = { detector: 'isolation-forest', trees: 100, sampleSize: 256 } as const;

/**
 * What the vote of a watch's model adds to its alert budget: the servers of a set as one watch, trained on their
 * histories; first notices on what came after, with and without the model, whose limit is that of training. All that
 * happened there counts, real anomalies too.
 */
export function voteBudgetRows({ name, entities }: EntitySet, budgets: readonly number[]): Row[] {
  const servers = entities.map((one) => {
    const history = windowOf(one.name, readTable(one.history));
    return { history, test: windowOf(one.name, readTable(one.test)) };
  });
  const { stepSeconds, series } = servers[0].history;
  const { timezone } = defaultPolicy;
  const policy = { ...defaultPolicy, models: true };
  const states = servers.map(({ history }) => judge(history, undefined, policy).state);
  const columns = series.map(({ label }) => label);
  const past = servers.map(({ history }) => history);
  const weeks = servers.reduce((sum, { test }) => sum + (test.times.length * stepSeconds) / WEEK_SECONDS, 0);
  return budgets.map((asked) => {
    const row = { set: name, servers: servers.length, 'asked a week': asked };
    const found = budgetThreshold(past, `${asked} per week`, 1, stepSeconds, timezone);
    if ('missing' in found) return { ...row, threshold: found.missing, 'without a model': '', 'with its vote': '' };
    const each = asked / servers.length;
    const weighed = weighModel(past, columns, stepSeconds, localOffset(timezone), FOREST, SEED, each, undefined);
    const model = restoreModel('bench', {
      threshold: found.threshold,
      timezone,
      fused: { ...weighed.model, weighed: null },
    });
    const told = { ...policy, threshold: found.threshold };
    const noticesWith = (used: typeof model | undefined): number =>
      servers.reduce((sum, { test }, at) => sum + noticesOf(judge(test, states[at], told, used).rows), 0);
    const perWeek = (notices: number): number => (notices / weeks) * servers.length;
    return {
      ...row,
      threshold: found.threshold,
      'without a model': perWeek(noticesWith(undefined)),
      'with its vote': perWeek(noticesWith(model)),
    };
  });
}

function windowOf(entity: string, { columns, times, values }: Table): EntityWindow {
  const stepSeconds = stepOf(times);
  const width = Math.min(METRICS, columns.length);
  const series = columns.slice(0, width).map((label) => describeSeries(entity, label, stepSeconds));
  const own = new Float64Array(times.length * width);
  for (let at = 0; at < own.length; at++) own[at] = values[Math.floor(at / width) * columns.length + (at % width)];
  return { entity, series, stepSeconds, times, values: own };
}
