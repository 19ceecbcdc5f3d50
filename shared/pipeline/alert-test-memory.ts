import * as z from 'zod';
import { keys } from '../settings/keys.ts';
import type { AlertPorts } from './alert-ports.ts';
import { updateJson } from './stored-json.ts';

const seconds = z.number();

const memorySchema = z.strictObject({
  version: z.literal(1),
  /** When they are scheduled, as the settings had it when a sweep looked last, as text to compare; null before. */
  schedule: z.string().nullable(),
  /** Epoch seconds since which one is waited for, and at which a sweep looked last, to the hour. */
  awaitedSince: seconds,
  lookedAt: seconds,
  /** What the newest test was scheduled for that arrived everywhere; null before. */
  arrivedAt: seconds.nullable(),
  /** When one was told last, whatever came of it. */
  lastRunAt: seconds.nullable(),
  /** Being told, or to be tried again where it was not taken. */
  running: z
    .strictObject({
      at: seconds,
      claimedUntil: seconds,
      by: z.string(),
      /** Channels that have it. */
      told: z.array(z.string()).readonly(),
    })
    .nullable(),
});

/** What is remembered of scheduled tests. */
export type AlertTestMemory = z.infer<typeof memorySchema>;

const HOUR = 3600;

const nothing = (now: number): AlertTestMemory => ({
  ...{ version: 1, schedule: null, awaitedSince: now, lookedAt: now, arrivedAt: null, lastRunAt: null, running: null },
});

/**
 * Changes it, under compare-and-swap.
 *
 * @param change pure: called again after a conflict.
 * @throws StoredObjectError where what is there cannot be read.
 */
export async function updateTestMemory(
  { store, clock }: Pick<AlertPorts, 'store' | 'clock'>,
  change: (memory: AlertTestMemory, now: number) => AlertTestMemory,
): Promise<AlertTestMemory> {
  const now = clock.now();
  return updateJson(store, memorySchema, keys.alertTest, (before) => change(before ?? nothing(now), now));
}

/**
 * Seconds since the last test arrived, or since one is waited for; undefined where none is scheduled. Tests that were
 * off, or scheduled otherwise, until now, are waited for from now on.
 *
 * @throws StoredObjectError where what is remembered cannot be read.
 */
export async function alertTestAge(
  ports: Pick<AlertPorts, 'store' | 'clock' | 'settings'>,
): Promise<number | undefined> {
  const { alertTestEvery } = ports.settings;
  if (alertTestEvery === 'off') return undefined;
  const { every, at, timezone } = alertTestEvery;
  const schedule = JSON.stringify([every, at, timezone]);
  const memory = await updateTestMemory(ports, (before, now) => {
    const goesOn = before.schedule === schedule && now - before.lookedAt <= 2 * HOUR;
    if (goesOn && now - before.lookedAt < HOUR) return before;
    return { ...before, schedule, lookedAt: now, awaitedSince: goesOn ? before.awaitedSince : now };
  });
  return Math.max(0, ports.clock.now() - Math.max(memory.awaitedSince, memory.arrivedAt ?? 0));
}
