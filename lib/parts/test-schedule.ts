import { Duration, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { AlertTestSettings } from '../../shared/settings/self-settings.ts';

/** When alerts are tested: at a time of day, of Mondays where it is weekly; else from the moment on at which it is deployed. */
export function testSchedule({ every, at, timezone }: AlertTestSettings): ScheduleExpression {
  if (at === undefined) return ScheduleExpression.rate(Duration.seconds(every));
  const [hour, minute] = at.split(':').map(Number);
  const when = { hour: String(hour), minute: String(minute), timeZone: TimeZone.of(timezone) };
  return every === 7 * 86_400
    ? ScheduleExpression.cron({ ...when, weekDay: 'MON' })
    : ScheduleExpression.cron({ ...when, day: '*' });
}
