import { Cron } from 'croner';
import { isTimeZone } from './time-zone.ts';

/** Expressions in use are a handful; hostile ones are not kept. */
const remembered = 1000;
const known = new Map<string, Cron>();

/** What is wrong with a cron expression of five fields (minute, hour, day, month, weekday); undefined for nothing. */
export function cronProblem(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) return 'must have five fields: minute hour day month weekday';
  try {
    // A leap year and all weekdays lie within the time that is searched.
    if (new Cron(expression, { timezone: 'UTC', paused: true }).nextRun(new Date(0)) === null)
      return 'never comes about';
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: |\.$/g, '');
  }
  return undefined;
}

/**
 * The first time after `after` (epoch seconds, exclusive) that a cron expression names on the wall clock of a time zone;
 * undefined where there is none. A time that the clocks skip comes when they jump; one that happens twice, the first
 * time only, unless the expression names every hour.
 *
 * @throws RangeError on an expression or a time zone that does not exist.
 */
export function nextCronTime(expression: string, timezone: string, after: number): number | undefined {
  const next = cronOf(expression, timezone).nextRun(new Date(Math.floor(after) * 1000));
  return next === null ? undefined : next.getTime() / 1000;
}

function cronOf(expression: string, timezone: string): Cron {
  const name = `${timezone} ${expression}`;
  let cron = known.get(name);
  if (cron === undefined) {
    if (!isTimeZone(timezone))
      throw new RangeError(`unknown time zone ${JSON.stringify(timezone)}: write an IANA name such as Europe/Berlin`);
    try {
      cron = new Cron(expression, { timezone, paused: true });
    } catch (error) {
      throw new RangeError(`${JSON.stringify(expression)} is no cron expression: ${String(error)}`, { cause: error });
    }
    if (known.size >= remembered) known.clear();
    known.set(name, cron);
  }
  return cron;
}
