import { settledUntil } from '../metrics/gaps.ts';

/** Which slots a tick pulls, holds and judges; all are starts of slots in epoch seconds, `to` ends exclusive. */
export interface PullWindow {
  readonly pullFrom: number;
  readonly pullTo: number;
  readonly judgeFrom: number;
  readonly judgeTo: number;
  /** Slots that were never judged and no longer will be: an outage was longer than one pull reaches. */
  readonly lostSlots: number;
}

/** Late points of the last quarter of an hour come for the price of the newest one. */
const USUAL_REACH_SECONDS = 900;
const USUAL_REACH_SLOTS = 3;
/** How far one pull reaches back after an outage: what 500 series give in eight requests. */
const LONGEST_REACH_SLOTS = 1440;

/** What of a watch decides which points are pulled and which are settled. */
export interface PullTiming {
  readonly period: number;
  readonly settle?: number | undefined;
}

/** @param judgedTo every slot before it was judged; undefined for a shard that was never judged. */
export function pullWindow(tick: number, judgedTo: number | undefined, timing: PullTiming): PullWindow {
  const periodSeconds = timing.period;
  const pullTo = Math.floor(tick / periodSeconds) * periodSeconds;
  // A period that has not ended has a value too, and it changes: only whole ones are pulled.
  const settledTo = Math.min(pullTo, settledUntil(tick, periodSeconds, timing.settle));
  const usual = Math.max(USUAL_REACH_SLOTS, Math.ceil(USUAL_REACH_SECONDS / periodSeconds)) * periodSeconds;
  const unsettled = pullTo - settledTo;
  const usualFrom = pullTo - Math.max(usual, unsettled + periodSeconds);
  const oldest = pullTo - Math.max(LONGEST_REACH_SLOTS * periodSeconds, usual, unsettled + periodSeconds);
  const wanted = judgedTo ?? usualFrom;
  const judgeFrom = Math.max(wanted, oldest);
  return {
    pullFrom: Math.min(usualFrom, judgeFrom),
    pullTo,
    judgeFrom,
    judgeTo: Math.max(judgeFrom, settledTo),
    lostSlots: Math.max(0, Math.round((judgeFrom - wanted) / periodSeconds)),
  };
}
