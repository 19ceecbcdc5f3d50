import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { billLines, billTotal } from '../../shared/settings/bill-lines.ts';
import { mostMonthly, streamsHaveNoLimit } from '../../shared/settings/budget-problem.ts';
import { type Settings, watchesOf } from '../../shared/settings/settings.ts';

/** Says at synth what the deployment may cost a month, with as many series as the patterns may match. */
export function sayWhatItCosts(scope: IConstruct, settings: Settings): void {
  const bill = mostMonthly(settings);
  const head = `costs at most ${billTotal(bill)} a month, each pattern with maxSeries; npx aiops doctor knows what there is`;
  Annotations.of(scope).addInfo([head, ...billLines(bill)].join('\n'));
  const streamed = watchesOf(settings).filter(({ collect }) => collect === 'stream');
  if (settings.maxMonthlyUsd === undefined || streamed.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'aiops:stream-without-limit',
    `${streamsHaveNoLimit} (${streamed.map(({ name }) => name).join(', ')}), so that maxMonthlyUsd is no limit on it → ` +
      'name metrics exactly in select, or write collect: poll',
  );
}
