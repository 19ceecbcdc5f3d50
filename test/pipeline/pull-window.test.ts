import { describe, expect, it } from 'vitest';
import { pullWindow } from '../../shared/pipeline/pull-window.ts';

const minute = 60;
const tick = 1_772_409_600;

describe('pullWindow', () => {
  it.each([
    ['five-minute points: three of them', 300, undefined, 900],
    ['one-minute points: a quarter of an hour', 60, undefined, 900],
    ['hourly points: three periods', 3600, undefined, 3 * 3600],
    ['a settling delay longer than that: as far as is not settled, and one more', 60, 1800, 1800 + 60],
  ] as const)('reaches for %s', (_, period, settle, reach) => {
    const window = pullWindow(tick, tick - period, { period, settle });
    expect(window.pullTo - window.pullFrom).toBe(reach);
  });

  it('judges what ended two minutes ago, and nothing that has not', () => {
    expect(pullWindow(tick, tick - 600, { period: 300 }).judgeTo).toBe(tick - 300);
    expect(pullWindow(tick + 119, tick - 600, { period: 300 }).judgeTo).toBe(tick - 300);
    expect(pullWindow(tick + 120, tick - 600, { period: 300 }).judgeTo).toBe(tick);
  });

  it('waits as long as is asked for', () =>
    expect(pullWindow(tick, tick - 3600, { period: 300, settle: 600 }).judgeTo).toBe(tick - 600));

  it('never pulls a period that has not ended', () =>
    expect(pullWindow(tick + 299, tick, { period: 300 }).pullTo).toBe(tick));

  it('goes back to what was judged last, however long ago within reach', () => {
    const window = pullWindow(tick, tick - 86_400, { period: 300 });
    expect(window).toMatchObject({ pullFrom: tick - 86_400, judgeFrom: tick - 86_400, lostSlots: 0 });
  });

  it('says what is lost beyond its reach', () => {
    const window = pullWindow(tick, tick - 1500 * minute, { period: 60 });
    expect(window).toMatchObject({ judgeFrom: tick - 1440 * minute, lostSlots: 60 });
  });

  it('judges nothing twice where a tick comes before its time', () => {
    const window = pullWindow(tick, tick + 600, { period: 300 });
    expect(window.judgeTo).toBe(window.judgeFrom);
  });
});
