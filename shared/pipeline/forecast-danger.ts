import { isBeyond } from '../forecasters/limits.ts';
import type { Limit } from '../forecasters/outlook.ts';
import type { Series } from '../metrics/series.ts';
import type { SeriesForecast, SeriesOutlook } from './forecast-record.ts';
import type { SeriesMemory } from './forecast-state.ts';
import type { SeriesToTell } from './series-to-tell.ts';

/** What a tick knows of one series, and what was remembered of its dangers. */
export interface DangerQuestion extends Pick<SeriesToTell, 'made' | 'known' | 'isRuled' | 'horizon'> {
  readonly before: Pick<SeriesMemory, 'danger' | 'sureAt'>;
  /** So many of so many values make a crossing that was not foreseen, as rules have it. */
  readonly confirm: { readonly rows: number; readonly of: number };
  /** Seconds between two forecasts. */
  readonly every: number;
  readonly tick: number;
}

/** A danger that was foreseen passes when it has become less probable than this. */
const PASSED_PROBABILITY = 0.3;
/** After its horizon a danger is waited for through so many forecasts more that cannot speak of it. */
const WAITED_TICKS = 3;

/**
 * The sides on which a limit of a series is in danger after a tick, and when it was last known whether one is.
 *
 * It begins where a crossing is foreseen: something is recommended, and it is not beyond now. A limit that was crossed
 * without having been foreseen is no forecast: it begins a danger only where somebody wrote that limit, no static rule
 * tells it, and as many of the newest values are beyond as `confirm` asks for. What nobody asked for and was crossed
 * within the last horizon is no news either: a busy server dances around 80 % all day.
 *
 * It goes on while the limit is crossed, or a crossing is as probable as 3 in 10. What cannot be forecast now changes
 * nothing; nor does a forecast that cannot say so ({@link cannotSay}), until the horizon of the last one that could and
 * three forecasts more have passed: what was foreseen would have come.
 */
export function dangerAfter(one: DangerQuestion): { readonly danger: SeriesMemory['danger']; readonly sureAt: number } {
  const { made, before, tick } = one;
  const sureAt = before.sureAt ?? tick;
  if (made.missing !== null) return { danger: before.danger, sureAt };
  const endangered = made.outlooks.filter((outlook) => isInDanger(outlook, one, sureAt));
  const danger = endangered.map(({ limit }) => limit.side);
  return { danger, sureAt: endangered.some((outlook) => cannotSay(outlook, made)) ? sureAt : tick };
}

/** Whether a forecast says nothing of a limit: it has no probability, or is no better than the last value. */
export const cannotSay = (
  { isBeyond: isCrossed, probability, recommendation }: SeriesOutlook,
  { hasSkill }: Pick<SeriesForecast, 'hasSkill'>,
): boolean => !isCrossed && recommendation === 'NONE' && (!hasSkill || probability === null);

function isInDanger(outlook: SeriesOutlook, one: DangerQuestion, sureAt: number): boolean {
  const { made, known, before, isRuled, horizon, confirm, every, tick } = one;
  const { limit, recommendation, probability, isAsked } = outlook;
  if (before.danger.includes(limit.side)) {
    if (outlook.isBeyond || recommendation !== 'NONE') return true;
    if (cannotSay(outlook, made)) return tick - sureAt <= horizon + WAITED_TICKS * every;
    return probability !== null && probability >= PASSED_PROBABILITY;
  }
  if (outlook.isBeyond) return isAsked && !isRuled(limit) && isConfirmed(known, limit, confirm);
  if (recommendation === 'NONE') return false;
  return isAsked || !wasBeyond(known, limit, horizon);
}

function isConfirmed({ values }: Series, limit: Limit, { rows, of }: DangerQuestion['confirm']): boolean {
  const newest = values.filter((value) => !Number.isNaN(value)).subarray(-of);
  return newest.filter((value) => isBeyond(value, limit)).length >= rows;
}

function wasBeyond({ values, stepSeconds }: Series, limit: Limit, seconds: number): boolean {
  const from = Math.max(0, values.length - Math.ceil(seconds / stepSeconds));
  for (let slot = from; slot < values.length; slot++) if (isBeyond(values[slot], limit)) return true;
  return false;
}
