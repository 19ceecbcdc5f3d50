import * as z from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { MetricDatum } from '../ports/metric-sink.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { readJson, writeJson } from './stored-json.ts';

const trained = z.object({ version: z.literal(1), at: z.number(), outcome: z.string() });

const DAY_SECONDS = 86_400;

/** Remembers that a training of a watch came to its end, whatever came of it: what is in use was held against it. */
export async function rememberTraining(watch: string, at: number, outcome: string, store: ObjectStore): Promise<void> {
  await writeJson(store, keys.trained(watch), { version: 1, at, outcome });
}

/** The first tick of a day, UTC: what changes with the days is said once in each. */
export const isFirstOfDay = (tick: number, every: number): boolean =>
  Math.floor(tick / DAY_SECONDS) !== Math.floor((tick - every) / DAY_SECONDS);

/**
 * For how long no training of a watch has come to its end; nothing where none ever has, for then nothing can be stale.
 * Published by ticks, and not by trainings: it is to be noticed when there are none any more.
 *
 * @throws StoredObjectError where what was remembered cannot be read.
 */
export async function modelAge(
  deployment: string,
  watch: string,
  tick: number,
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
): Promise<readonly MetricDatum[]> {
  const found = await readJson(store, trained, keys.trained(watch));
  if (found === undefined) return [];
  const value = Math.max(0, clock.now() - found.value.at);
  return [{ name: 'ModelAge', dimensions: { Deployment: deployment }, value, unit: 'Seconds', time: tick }];
}
