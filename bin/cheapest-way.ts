import { durationWords } from '../shared/presentation/words.ts';
import { type DeploymentLoad, monthlyBill, type WatchLoad } from '../shared/settings/monthly-bill.ts';
import type { Prices } from '../shared/settings/prices.ts';
import { LONGEST_STREAMED_PERIOD, STREAM_SETTLE_SECONDS } from '../shared/metrics/stream-timing.ts';
import type { DelayTiming } from './verdict-delay.ts';
import { verdictDelay } from './verdict-delay.ts';

/** One way for a watch to get its points, and what the whole deployment costs then. */
export interface Way {
  readonly collect: 'poll' | 'stream';
  readonly everySeconds: number;
  readonly words: string;
  /** From an event to its verdict, at most. */
  readonly delaySeconds: number;
  /** Dollars a month, of everything. */
  readonly total: number;
  readonly isCurrent: boolean;
  /** Whether the watch can ask for it: streams bring minutes, of periods up to an hour. */
  readonly isOffered: boolean;
}

const intervals = [60, 300, 600, 900, 1800, 3600];

/**
 * The usual intervals, the watch's own among them, and a metric stream, judged at its own interval and every minute.
 *
 * @param timing of the watch as the settings say it, without what a stream adds to it.
 */
export function waysToCollect(
  load: DeploymentLoad,
  watch: WatchLoad,
  timing: DelayTiming,
  prices: Prices,
): readonly Way[] {
  const priced = (change: Pick<WatchLoad, 'collect' | 'everySeconds'>): number =>
    monthlyBill({ ...load, watches: load.watches.map((one) => (one === watch ? { ...one, ...change } : one)) }, prices)
      .total;
  const polled = [...new Set([...intervals, watch.everySeconds])]
    .sort((a, b) => a - b)
    .map((everySeconds): Way => ({
      collect: 'poll',
      everySeconds,
      words: `asked for every ${durationWords(everySeconds)}`,
      delaySeconds: verdictDelay({ ...timing, every: everySeconds }).longest,
      total: priced({ collect: 'poll', everySeconds }),
      isCurrent: watch.collect === 'poll' && everySeconds === watch.everySeconds,
      isOffered: true,
    }));
  const streamed = [...new Set([60, watch.everySeconds])]
    .sort((a, b) => a - b)
    .map((everySeconds): Way => ({
      collect: 'stream',
      everySeconds,
      words: `streamed, judged every ${durationWords(everySeconds)}`,
      delaySeconds: verdictDelay({ ...timing, every: everySeconds, settle: timing.settle ?? STREAM_SETTLE_SECONDS })
        .longest,
      total: priced({ collect: 'stream', everySeconds }),
      isCurrent: watch.collect === 'stream' && everySeconds === watch.everySeconds,
      isOffered: watch.periodSeconds % 60 === 0 && watch.periodSeconds <= LONGEST_STREAMED_PERIOD,
    }));
  return [...polled, ...streamed];
}

/** The cheapest of what can be asked for that is quick enough; of equals the quicker. Undefined where none is. */
export const cheapestWay = (ways: readonly Way[], delaySeconds: number): Way | undefined =>
  ways
    .filter(({ isOffered, delaySeconds: its }) => isOffered && its <= delaySeconds)
    .sort((a, b) => a.total - b.total || a.delaySeconds - b.delaySeconds)[0];
