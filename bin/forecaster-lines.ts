import type { ForecasterTraining } from '../shared/pipeline/train-forecasters.ts';
import { skillWords } from '../shared/presentation/forecast-words.ts';
import { median } from '../shared/numeric/statistics.ts';
import type { Watch } from '../shared/settings/settings.ts';

/** What came of fitting forecasters, watch by watch: who serves how many series, and what their forecasts are worth. */
export function forecasterLines(watches: readonly Watch[], fitted: readonly ForecasterTraining[]): readonly string[] {
  const byWatch = new Map(fitted.map((one) => [one.watch, one]));
  return watches.flatMap(({ name, forecast }) => {
    const shards = byWatch.get(name)?.shards ?? [];
    if (forecast === 'off') return [`${name}: forecast is off in its settings`];
    if (shards.length === 0)
      return [`${name}: no series has a limit, or nothing is known of it yet: aiops forecast says how to give one`];
    const sum = (of: (shard: (typeof shards)[number]) => number): number =>
      shards.reduce((total, shard) => total + of(shard), 0);
    const served = new Map<string, number>();
    for (const { forecasters } of shards)
      for (const [forecaster, count] of Object.entries(forecasters))
        served.set(forecaster, (served.get(forecaster) ?? 0) + count);
    const ranking = [...served].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
    const skills = shards.flatMap(({ skill }) => (skill === null ? [] : [skill]));
    const [withoutSkill, left] = [sum((one) => one.withoutSkill), sum((one) => one.left)];
    return [
      `${name}: ${sum((one) => one.trained)} of ${sum((one) => one.series)} series with a limit fitted${left === 0 ? '' : `, ${left} left for the next training`}`,
      ...ranking.map(([forecaster, count]) => `  ${forecaster} serves ${count}`),
      `  Half of them are forecast so well, or better: ${skillWords(skills.length === 0 ? null : median(skills))}.`,
      ...(withoutSkill === 0
        ? []
        : [`  Of ${withoutSkill} nothing is better than the last value: they raise nothing.`]),
    ];
  });
}
