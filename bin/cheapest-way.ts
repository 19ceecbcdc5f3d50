import { durationWords } from '../shared/presentation/words.ts';
import { type DeploymentLoad, monthlyBill, type WatchLoad } from '../shared/settings/monthly-bill.ts';
import type { Prices } from '../shared/settings/prices.ts';
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
  /** Whether settings can ask for it yet. */
  readonly isOffered: boolean;
}

const intervals = [60, 300, 600, 900, 1800, 3600];
/** Streams bring what is two or three minutes old: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Metric-Streams.html */
const STREAM_SECONDS = 180;

/** The usual intervals, the watch's own among them, and a metric stream at its own interval. */
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
  const { everySeconds } = watch;
  const streamed: Way = {
    collect: 'stream',
    everySeconds,
    words: `streamed, judged every ${durationWords(everySeconds)}`,
    delaySeconds: verdictDelay({ ...timing, every: everySeconds, settle: Math.max(timing.settle ?? 0, STREAM_SECONDS) })
      .longest,
    total: priced({ collect: 'stream', everySeconds }),
    isCurrent: watch.collect === 'stream',
    isOffered: false,
  };
  return [...polled, streamed];
}

/** The cheapest of what can be asked for that is quick enough; of equals the quicker. Undefined where none is. */
export const cheapestWay = (ways: readonly Way[], delaySeconds: number): Way | undefined =>
  ways
    .filter(({ isOffered, delaySeconds: its }) => isOffered && its <= delaySeconds)
    .sort((a, b) => a.total - b.total || a.delaySeconds - b.delaySeconds)[0];
