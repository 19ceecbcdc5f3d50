import { describe, expect, it } from 'vitest';
import { fillsUp } from '../../shared/forecasters/fills-up.ts';
import { saturationOf } from '../../shared/forecasters/saturation.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { DAY, mapped, rhythm, START } from './made-up-series.ts';

const SECONDS_A_DAY = 86_400;
const above90 = { value: 90, side: 'above' } as const;
/** A fill level: so much a day from 50 on, with noise. */
const leak = (days: number, perDay: number, noise = 0.3, swing = 0): Series =>
  rhythm(days * DAY, { swing, noise, perDay, seed: 9 });
const inDays = (history: Series, time: number | null): number =>
  time === null ? NaN : (time - (history.start + history.values.length * history.stepSeconds)) / SECONDS_A_DAY;

describe('when a slow metric is full', () => {
  it.each([
    ['rises 1 a day for two weeks', leak(14, 1), 26],
    ['rises 10 a day for three days', leak(3, 10), 1],
    ['rises 2 a day for a week, with as much noise as it rises', leak(7, 2, 2), 13],
    ['rises 1 a day beside a daily rhythm of 4: its highest hours get there first', leak(14, 1, 0.3, 4), 22],
    ['rises 4 a day since six days, after a fortnight of quiet', quietThen(14, 6, 4), 4],
    ['was moved by 20 eight days ago, and rises 1 a day before and after', stepAt(20, 12, 20, 0.8), 4],
    ['was cleaned by 20 eight days ago, and rises 2 a day since', stepAt(20, 12, -20, 2), 10],
    ['has a gap of three days', mapped(leak(14, 1), (v, slot) => (slot > 5 * DAY && slot < 8 * DAY ? NaN : v)), 26],
    ['has wild values', mapped(leak(14, 1), (v, slot) => (slot % 50 === 7 ? 1e6 : slot % 50 === 9 ? Infinity : v)), 26],
    ['rises in whole percents', mapped(leak(14, 1), Math.round), 26],
  ])('%s', (_, history, days) => {
    const { reachesAt, earliest, latest, perDay, note } = saturationOf(history, above90);
    expect(Math.abs(inDays(history, reachesAt) - days)).toBeLessThan(0.15 * days + 0.4);
    expect(earliest).toBeLessThanOrEqual(reachesAt ?? NaN);
    if (latest !== null) expect(latest).toBeGreaterThanOrEqual(reachesAt ?? NaN);
    expect(perDay).toBeGreaterThan(0);
    expect(note).toMatch(/^a steady trend over \d+ days$/);
  });

  it.each([
    ['only noise', rhythm(14 * DAY, { swing: 0, noise: 5 }), /no trend/],
    ['only a daily rhythm', rhythm(14 * DAY, { swing: 30 }), /no trend/],
    ['three days of a daily rhythm', rhythm(3 * DAY, { swing: 30 }), /no trend/],
    ['the rising half of a day more than whole days', rhythm(4.25 * DAY, { swing: 30 }), /no trend/],
    ['nothing that moves', rhythm(14 * DAY, { swing: 0, noise: 0 }), /no trend/],
    ['a jump yesterday', stepAt(14, 13, 20, 0), /jumped \d+ days ago/],
    ['a jump eight days ago', stepAt(20, 12, 20, 0), /no trend/],
    ['a fall', leak(14, -1), /does not move towards/],
    ['a rise that ended a week ago', quietThen(0, 10, 2, 9), /no trend/],
    ['so slow a rise that it would take a year', leak(14, 0.1, 0.05), /further away than 14 days/],
    ['a disk that is cleaned every five days', sawtooth(21, 5, 3), /falls again every|no trend|jumped/],
    ['a log that is rotated every day', sawtooth(14, 1, 20), /no trend/],
    ['two days of history', leak(2, 5), /only 2 whole days/],
    ['no history', leak(0, 5), /only 0 whole days/],
    ['nothing but gaps', mapped(leak(14, 1), () => NaN), /nothing was measured/],
    ['a metric that stopped', mapped(leak(14, 1), (v, slot) => (slot > 13 * DAY ? NaN : v)), /nothing was measured/],
  ])('is not said of %s', (_, history, words) => {
    const { reachesAt, earliest, latest, note, perDay } = saturationOf(history, above90);
    expect([reachesAt, earliest, latest]).toEqual([null, null, null]);
    expect(note).toMatch(words);
    expect(Number.isFinite(perDay)).toBe(true);
  });

  it('is hardly ever said of a metric that only wanders', () => {
    let said = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = createRandom(seed);
      let at = 50;
      const values = Float64Array.from({ length: 14 * 24 }, () => (at += 0.4 * random.normal()));
      if (saturationOf({ start: START, stepSeconds: 3600, values }, above90).reachesAt !== null) said++;
    }
    expect(said).toBeLessThanOrEqual(8);
  });

  it('is not said of what is there already: that is no trend', () => {
    expect(saturationOf(leak(14, 1), { value: 60, side: 'above' })).toEqual({
      reachesAt: null,
      earliest: null,
      latest: null,
      perDay: 0,
      note: 'it is there already',
    });
  });

  it('is the same below as above', () => {
    const up = saturationOf(leak(14, 1), above90);
    const down = saturationOf(
      mapped(leak(14, 1), (value) => -value),
      { value: -90, side: 'below' },
    );
    expect(down).toEqual({ ...up, perDay: -up.perDay });
  });

  it('holds the truth between earliest and latest four times in five, and is early where it errs', () => {
    const away = Array.from({ length: 60 }, (_, seed) => {
      const history = rhythm(10 * 24, { swing: 0, noise: 2, perDay: 2, seed, stepSeconds: 3600 });
      const { earliest, reachesAt, latest } = saturationOf(history, above90);
      const truth = START + 20 * SECONDS_A_DAY;
      return {
        held: (earliest ?? Infinity) <= truth && (latest ?? Infinity) >= truth,
        by: ((reachesAt ?? NaN) - truth) / SECONDS_A_DAY,
      };
    });
    expect(away.filter(({ held }) => held).length).toBeGreaterThanOrEqual(48);
    expect(away.filter(({ by }) => by < 1 && by > -3).length).toBeGreaterThanOrEqual(54);
  });

  it.each([
    ['a limit that is none', () => saturationOf(leak(5, 1), { value: NaN, side: 'above' }), /NaN/],
    ['a step that is none', () => saturationOf({ ...leak(5, 1), stepSeconds: -1 }, above90), /-1 s/],
  ])('refuses %s', (_, ask, words) => {
    expect(ask).toThrow(RangeError);
    expect(ask).toThrow(words);
  });
});

describe('what may fill up', () => {
  const of = (name: string): SeriesDescription => ({
    id: name,
    entity: 'e',
    label: name,
    metric: { namespace: 'Test', name, dimensions: {}, statistic: 'Average' },
    periodSeconds: 300,
    nature: { unit: 'Percent', bad: 'up', gap: 'gap', highest: 100 },
  });
  const usual = { value: 80, side: 'above', isAsked: false } as const;

  it.each([
    'MemoryUtilization mem_used_percent disk_used_percent swap_used_percent EBSFilesystemUtilization JVMMemoryPressure',
    'DiskSpaceUtilization DatabaseMemoryUsagePercentage KafkaDataLogsDiskUsed FreeStorageSpace disk_inodes_free disk',
  ])('is disk and memory: %s', (names) => {
    for (const name of names.split(' ')) expect(fillsUp(of(name), [usual]), name).toBe(true);
  });

  it.each([
    'CPUUtilization cpu_usage_active Processor Latency QueueDepth DiskQueueDepth DiskReadOps diskio_io_time',
    'VolumeThroughputPercentage ConcurrentExecutions PercentIOLimit ACUUtilization MemberCount',
  ])('is not what goes up and down, unless somebody wrote a limit for it: %s', (names) => {
    for (const name of names.split(' ')) {
      expect(fillsUp(of(name), [usual]), name).toBe(false);
      expect(fillsUp(of(name), [{ ...usual, isAsked: true }]), name).toBe(true);
    }
  });
});

function quietThen(quiet: number, days: number, perDay: number, after = 0): Series {
  return mapped(rhythm((quiet + days + after) * DAY, { swing: 0, noise: 0.2, seed: 6 }), (value, slot) => {
    const day = Math.min(Math.max(slot / DAY - quiet, 0), days);
    return value + perDay * day;
  });
}

function stepAt(days: number, at: number, size: number, perDay: number): Series {
  return mapped(rhythm(days * DAY, { swing: 0, noise: 0.2, perDay, seed: 7 }), (value, slot) =>
    slot >= at * DAY ? value + size : value,
  );
}

/** Falls back to 50 every so many days. */
function sawtooth(days: number, every: number, perDay: number): Series {
  return mapped(
    rhythm(days * DAY, { swing: 0, noise: 0.2, seed: 5 }),
    (value, slot) => value + perDay * ((slot / DAY) % every),
  );
}
