import { deploymentLoad, mostOf } from './bill-load.ts';
import { dollars } from '../numeric/dollars.ts';
import { monthlyBill, type MonthlyBill } from './monthly-bill.ts';
import { pricesOf } from './cost-settings.ts';
import type { SettingsProblem } from './settings-error.ts';
import { type Settings, type Watch, watchesOf } from './settings.ts';

/** The most that a deployment of these settings can cost a month. */
export const mostMonthly = (settings: Settings): MonthlyBill =>
  monthlyBill(deploymentLoad(settings), pricesOf(settings));

/** What nobody can bound: a stream takes namespaces and names, and CloudWatch bills whatever there is of them. */
export const streamsHaveNoLimit =
  'a metric stream is billed for every metric of what it names, also of what is beyond maxSeries';

/** Why these settings may not be deployed, where they may cost more than `maxMonthlyUsd`; with what would fit. */
export function budgetProblem(settings: Settings): SettingsProblem | undefined {
  const { maxMonthlyUsd } = settings;
  if (maxMonthlyUsd === undefined) return undefined;
  const { total, watches } = mostMonthly(settings);
  if (total <= maxMonthlyUsd) return undefined;
  const dearest = [...watches].sort((a, b) => b.total - a.total)[0];
  const watch = watchesOf(settings).find(({ name }) => name === dearest.watch);
  const remedies = [`raise it to ${Math.ceil(total)}`];
  if (watch?.collect === 'stream') {
    if (totalWith(settings, watch.name, { collect: 'poll' }) <= maxMonthlyUsd)
      remedies.push(`write collect: poll for watch ${watch.name}`);
  } else if (watch !== undefined) {
    const slower = [900, 1800, 3600].find(
      (every) => every > watch.every && totalWith(settings, watch.name, { every }) <= maxMonthlyUsd,
    );
    if (slower !== undefined) remedies.push(`write every: ${slower / 60}m for watch ${watch.name}`);
    const fewer = mostThatFits(settings, watch.name, watch.maxSeries, maxMonthlyUsd);
    if (watch.select.length > 0 && fewer > 0) remedies.push(`write maxSeries: ${fewer} for it`);
  }
  const series = watchesOf(settings).reduce((sum, one) => sum + mostOf(one).series, 0);
  return {
    path: 'maxMonthlyUsd',
    message: `is less than what is deployed may cost a month: up to ${series.toLocaleString('en-US')} series, ${dollars(total)}`,
    got: String(maxMonthlyUsd),
    remedy: `${remedies.join(', or ')}; aiops cost says what it is made of`,
  };
}

function totalWith(
  settings: Settings,
  name: string,
  change: Partial<Pick<Watch, 'collect' | 'every' | 'maxSeries'>>,
): number {
  const watches = { ...settings.watches, [name]: { ...settings.watches[name], ...change } };
  return mostMonthly({ ...settings, watches }).total;
}

/** The largest `maxSeries` under which the whole stays within the limit; 0 where none does. */
function mostThatFits(settings: Settings, name: string, from: number, limit: number): number {
  let [fits, breaks] = [0, from];
  while (breaks - fits > 1) {
    const middle = Math.floor((fits + breaks) / 2);
    if (totalWith(settings, name, { maxSeries: middle }) <= limit) fits = middle;
    else breaks = middle;
  }
  return fits;
}
