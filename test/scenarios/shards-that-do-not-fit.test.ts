import { expect, it } from 'vitest';
import { detectAnomalies, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { DatedStore } from './dated-store.ts';
import { every, start } from './ticking.ts';
import { series, usual, world } from './world.ts';

/** Comes every five minutes, never more often. */
const credits = (of: string) =>
  ({
    ...series(of, 'CPUCreditBalance'),
    metric: { namespace: 'AWS/EC2', name: 'CPUCreditBalance', dimensions: { InstanceId: of }, statistic: 'Average' },
  }) as const;
/** A shard that fits any period, in which little is left; and after it one of what fits none below five minutes. */
const [few, many, rare] = [
  Array.from({ length: 20 }, (_, k) => series(`i-${k}`, 'cpu')),
  Array.from({ length: 480 }, (_, k) => credits(`i-${k + 20}`)),
  Array.from({ length: 30 }, (_, k) => credits(`i-${1000 + k}`)),
];

function deployed(period: number, before = new DatedStore({ now: () => start })) {
  const members = period === every ? [...few, ...many, ...rare] : few;
  const watch = { period: `${period}s`, maxSeries: 2000, forest: { detector: 'off' } };
  const w = world(members, usual, watch, { retention: '1d' }, before);
  before.clock = w.clock;
  const beats: number[] = [];
  const heartbeat = { beat: async () => void beats.push(w.clock.time) };
  const ports = { ...w.ports, written: before, heartbeat, discovery: 'apart', backfill: 'apart' } as const;
  const overdue = (): readonly number[] =>
    w.sink.published.filter(({ name }) => name === 'SeriesOverdue').map(({ value }) => value);
  const tick = async (time: number, dead: readonly string[] = []): Promise<void> => {
    w.clock.time = time;
    await detectAnomalies({ tick: time }, ports);
    for (let message = w.queue.take(); message !== undefined; message = w.queue.take())
      if (!dead.includes(message.shard)) await runShard(message, ports);
  };
  return { store: before, beats, overdue, tick };
}

it('a shard whose points all come too rarely for a period that was changed is not late until it is retired', async () => {
  const before = deployed(every);
  await before.tick(start, ['s-0001', 's-0002']);
  const after = deployed(60, before.store);
  for (let k = 1; k <= 6; k++) await after.tick(start + k * every);
  expect(after.overdue()).toEqual(new Array(6).fill(0));
  expect(after.beats).toHaveLength(6);
  // The shard beside it is, once nobody judges it, and by as many series as can be judged.
  for (let k = 7; k <= 10; k++) await after.tick(start + k * every, ['s-0001']);
  expect(after.overdue().slice(-4)).toEqual([0, 0, 20, 20]);
  expect(after.beats).toHaveLength(8);
});
