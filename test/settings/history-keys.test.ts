import { describe, expect, it } from 'vitest';
import { dayOfHistoryKey, keys, periodOfHistoryKey, tickOfHistoryKey } from '../../shared/settings/keys.ts';

const time = Date.parse('2026-11-16T09:05:00Z') / 1000;

describe('a key of history', () => {
  it.each<[string, string, number | undefined, string | undefined, number | undefined]>([
    ['of a tick', keys.historyTick('w', 's-0001', 300, time), time, undefined, 300],
    ['of a day', keys.historyDay('w', 's-0001', 60, time), undefined, '2026-11-16', 60],
    ['of a fetched day', keys.historyBackfill('w', 's-0001', 86_400, time), undefined, '2026-11-16', 86_400],
    ['of progress', keys.historyProgress('w', 's-0001', 300), undefined, undefined, 300],
    ['of half a second', keys.historyDay('w', 's-0001', 0.5, time), undefined, '2026-11-16', 0.5],
    ['of names that look like keys', keys.historyTick('300s/day', '60s', 10, time), time, undefined, 10],
    ['without a period', 'history/w/s-0001/2026-11-16T09/1794819900', undefined, undefined, undefined],
    ['of something else', 'state/w/300s/anomaly', undefined, undefined, undefined],
  ])('%s says what it is of', (_, key, tick, day, period) => {
    expect(tickOfHistoryKey(key)).toBe(tick);
    expect(dayOfHistoryKey(key)).toBe(day);
    expect(periodOfHistoryKey(key)).toBe(period);
  });

  it('lies below its shard, and apart from every other period', () => {
    const all = [60, 300, 3000, 0.5].map((period) => keys.historyPeriodPrefix('w', 's', period));
    for (const one of all) {
      expect(one.startsWith(keys.historyPrefix('w', 's'))).toBe(true);
      expect(all.filter((other) => other.startsWith(one))).toEqual([one]);
    }
  });
});
