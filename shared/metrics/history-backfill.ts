import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import type { MetricSource, Reading, ReadProblem } from '../ports/metric-source.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { daySeconds, mergeIntoDay } from './history-days.ts';
import type { SeriesDescription } from './metric.ts';
import { PointMerger } from './point-merge.ts';

export interface BackfillPorts extends StoragePorts {
  readonly source: MetricSource;
}

/** Series of a shard whose past is to be fetched, and which past. */
export interface BackfillJob {
  readonly watch: string;
  readonly shard: string;
  /** Length of the points that are asked for; each period has a past, and a progress, of its own. */
  readonly periodSeconds: number;
  readonly series: readonly SeriesDescription[];
  /** Epoch seconds; whole seconds, `from < to`. `to` is the first live tick, or now. */
  readonly from: number;
  readonly to: number;
}

export interface BackfillResult {
  /**
   * `done`: nothing is left. `paused`: stopped as asked. `source-failed`: the source did not answer in full; what is
   * missing is asked for again by the next run. Call again with the same job to go on.
   */
  readonly status: 'done' | 'paused' | 'source-failed';
  /** Days that were fetched now. */
  readonly days: number;
  readonly points: number;
  readonly billedMetrics: number;
  /** Why the source failed; only with `source-failed`. */
  readonly problem?: string;
}

/** Series that were first asked for together, and how far back they have come. */
interface Pass {
  readonly series: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Everything from here to `to` is done; all of it once this is `from`. */
  readonly next: number;
  /** How often the day before `next` was asked for in vain. */
  readonly failures: number;
}

export interface BackfillProgress {
  readonly passes: readonly Pass[];
  /** What could not be had, the last hundred: series, day and reason. */
  readonly missing: readonly { readonly id: string; readonly day: string; readonly why: string }[];
}

const progressPayload = z.strictObject({
  passes: z.array(
    z.strictObject({
      series: z.array(z.string()),
      from: z.int(),
      to: z.int(),
      next: z.int(),
      failures: z.int(),
    }),
  ),
  missing: z.array(z.strictObject({ id: z.string(), day: z.string(), why: z.string() })),
});

export const backfillProgressKind: ArtefactKind<BackfillProgress> = {
  kind: 'history-backfill',
  version: 1,
  upgrades: {},
  parse: (payload) => progressPayload.parse(payload),
};

/** Worth asking again; whoever may not read, or asks for what is not there, gets the same answer next time. */
const passing: readonly ReadProblem[] = ['partial', 'internal-error', 'throttled'];
/** After so many runs that failed at one day we go on with what there is, and say what is missing. */
const mostFailures = 3;
const longestMissing = 100;

/**
 * Fetches the past of a shard's series day by day, newest first, into one object a day; series that joined later get a
 * pass of their own. Resumable: it may die anywhere or run twice at once, and fetches at most a day again. Live points
 * rank above backfilled ones for the same time.
 *
 * @param mayGoOn asked before each day; false pauses.
 * @throws RangeError on a window that is empty or not in whole seconds.
 */
export async function backfillHistory(
  ports: BackfillPorts,
  job: BackfillJob,
  mayGoOn: () => boolean,
): Promise<BackfillResult> {
  if (!Number.isInteger(job.from) || !Number.isInteger(job.to) || job.from >= job.to || job.from < 0) {
    throw new RangeError(`backfill from ${job.from} to ${job.to}: give whole epoch seconds, from before to`);
  }
  const described = new Map(job.series.map((one) => [one.id, one]));
  const sum = { days: 0, points: 0, billedMetrics: 0 };
  await updateProgress(ports, job, (progress) => withNewcomers(progress, job));
  for (;;) {
    const progress = await readProgress(ports, job.watch, job.shard, job.periodSeconds);
    const pass = newestUnfinished(progress);
    if (pass === undefined) return { status: 'done', ...sum };
    if (!mayGoOn()) return { status: 'paused', ...sum };

    const start = Math.max(pass.from, Math.ceil(pass.next / daySeconds) * daySeconds - daySeconds);
    const asked = pass.series.flatMap((id) => described.get(id) ?? []);
    const reading = asked.length === 0 ? nothing : await ports.source.read(asked, start, pass.next);
    const failed = reading.series.find(({ problem }) => problem !== undefined && passing.includes(problem.kind));
    sum.billedMetrics += reading.billedMetrics;
    if (failed?.problem !== undefined && pass.failures + 1 < mostFailures) {
      await updateProgress(ports, job, (now) => replaced(now, pass, { ...pass, failures: pass.failures + 1 }, []));
      return { status: 'source-failed', ...sum, problem: `${failed.id}: ${failed.problem.message}` };
    }
    sum.points += await storeDay(ports, job, start, reading);
    sum.days++;
    const missing = reading.series.flatMap(({ id, problem }) =>
      problem === undefined ? [] : [{ id, day: dayOf(start), why: `${problem.kind}: ${problem.message}` }],
    );
    await updateProgress(ports, job, (now) => replaced(now, pass, { ...pass, next: start, failures: 0 }, missing));
  }
}

/** How far a shard's backfill has come; empty before the first run. */
export async function readProgress(
  ports: StoragePorts,
  watch: string,
  shard: string,
  periodSeconds: number,
): Promise<BackfillProgress> {
  return (
    (await readStored(ports, backfillProgressKind, keys.historyProgress(watch, shard, periodSeconds)))?.value ?? none
  );
}

/**
 * Has the past fetched anew of a period that comes back after the watch had another one: what was fetched and pulled
 * until then stays, but the time between is nowhere. What began to be fetched since is left alone, so repeating it
 * changes nothing.
 *
 * @param since epoch seconds: the last tick of the other period.
 */
export async function reopenBackfill(
  ports: StoragePorts,
  place: Pick<BackfillJob, 'watch' | 'shard' | 'periodSeconds'>,
  since: number,
): Promise<void> {
  await updateProgress(ports, place, (progress) => {
    const passes = progress.passes.filter(({ to }) => to + place.periodSeconds > since);
    return passes.length === progress.passes.length ? progress : { ...progress, passes };
  });
}

const none: BackfillProgress = { passes: [], missing: [] };
const nothing: Reading = { series: [], billedMetrics: 0 };

async function storeDay(ports: BackfillPorts, job: BackfillJob, start: number, reading: Reading): Promise<number> {
  const merger = new PointMerger();
  for (const { id, points } of reading.series) merger.add(id, points, 0);
  const day = dayOf(start);
  await mergeIntoDay(ports, keys.historyBackfill(job.watch, job.shard, job.periodSeconds, start), day, merger);
  return merger.ids().reduce((sum, id) => sum + merger.points(id).times.length, 0);
}

function withNewcomers(progress: BackfillProgress, job: BackfillJob): BackfillProgress {
  const known = new Set(progress.passes.flatMap(({ series }) => series));
  const series = job.series.map(({ id }) => id).filter((id) => !known.has(id));
  if (series.length === 0) return progress;
  const pass: Pass = { series, from: job.from, to: job.to, next: job.to, failures: 0 };
  return { ...progress, passes: [...progress.passes, pass] };
}

function newestUnfinished(progress: BackfillProgress): Pass | undefined {
  return progress.passes.filter(({ next, from }) => next > from).sort((a, b) => b.next - a.next)[0];
}

/** Puts `after` in the place of `before`, unless another run has brought that pass further meanwhile. */
function replaced(
  progress: BackfillProgress,
  before: Pass,
  after: Pass,
  missing: BackfillProgress['missing'],
): BackfillProgress {
  const first = before.series[0];
  const passes = progress.passes.map((pass) => (pass.series[0] === first && pass.next === before.next ? after : pass));
  return { passes, missing: [...progress.missing, ...missing].slice(-longestMissing) };
}

async function updateProgress(
  ports: StoragePorts,
  { watch, shard, periodSeconds }: Pick<BackfillJob, 'watch' | 'shard' | 'periodSeconds'>,
  change: (progress: BackfillProgress) => BackfillProgress,
): Promise<void> {
  const key = keys.historyProgress(watch, shard, periodSeconds);
  for (let attempt = 1; attempt <= 20; attempt++) {
    const present = await readStored(ports, backfillProgressKind, key);
    const changed = change(present?.value ?? none);
    if (changed === (present?.value ?? none)) return;
    if ((await writeStored(ports, backfillProgressKind, key, changed, present?.version ?? 'absent')) === 'stored')
      return;
  }
  throw new Error(`object '${key}' changes faster than it can be updated; are many backfills of one shard running?`);
}
