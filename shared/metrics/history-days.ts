import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import { historyDayKind } from './history-format.ts';
import type { PointMerger } from './point-merge.ts';
import { PointMerger as Merger } from './point-merge.ts';

export const daySeconds = 86_400;

/** Two writers of one day at once are rare, many are not to be expected: beyond this something else is wrong. */
const mostAttempts = 20;

/** Epoch seconds at which a day (`2026-11-21`) starts, UTC. */
export const startOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;

/**
 * Merges the points of one day into the day's object, by compare-and-swap. Repeating it changes nothing, and what
 * others merge at the same time is kept.
 *
 * @throws StoredObjectError if there is an object that cannot be read; it is left as it is.
 */
export async function mergeIntoDay(ports: StoragePorts, key: string, day: string, added: PointMerger): Promise<void> {
  const start = startOfDay(day);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const present = await readStored(ports, historyDayKind, key);
    const merged = new Merger();
    for (const series of present?.value.series ?? []) merged.add(series.id, series, series.ticks);
    for (const id of added.ids()) {
      const points = added.points(id, start, start + daySeconds);
      merged.add(id, points, points.ticks);
    }
    const series = merged.ids().map((id) => ({ id, ...merged.points(id) }));
    const outcome = await writeStored(ports, historyDayKind, key, { day, series }, present?.version ?? 'absent');
    if (outcome === 'stored') return;
  }
  throw new Error(
    `object '${key}' changed ${mostAttempts} times while it was being merged; it is left as others wrote it`,
  );
}
