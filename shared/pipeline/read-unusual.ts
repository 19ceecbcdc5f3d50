import { signalSchema } from '../alerting/signal.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { dayOf, keys, tickOfKey } from '../settings/keys.ts';
import { readSome } from './status-ports.ts';

/** Whose stretches. Times in epoch seconds. */
export interface UnusualRequest {
  readonly watch: string;
  readonly shard: string;
  readonly entity: string;
  readonly series: string;
  readonly from: number;
  readonly to: number;
}

type Stretch = readonly [from: number, to: number];

/** Objects that are read for one look: what goes on for longer is in many of them, and one says since when. */
const MOST_OBJECTS = 80;
const MOST_DAYS = 15;
const daySeconds = 86_400;

/** Each ascending, none touching another; from the first point to the tick that said so last. */
export interface Unusual {
  /** Of the series itself. */
  readonly own: readonly Stretch[];
  /** Of its entity, all metrics together. */
  readonly together: readonly Stretch[];
  /** So much fired that not every tick was looked at. */
  readonly isSampled: boolean;
}

/** When a series, or its entity, fired. Reads at most eighty objects. */
export async function readUnusual(
  store: ObjectStore,
  { watch, shard, entity, series, from, to }: UnusualRequest,
): Promise<Unusual> {
  const names: string[] = [];
  const first = Math.max(from, to - MOST_DAYS * daySeconds);
  for (let day = first; dayOf(day) <= dayOf(to); day += daySeconds)
    for await (const key of store.list(keys.anomaliesPrefix(day, watch, shard))) {
      const tick = tickOfKey(key) ?? Number.NaN;
      if (tick >= from && tick <= to) names.push(key);
    }
  const chosen = evenly(names, MOST_OBJECTS);
  const { found } = await readSome(chosen, async (key) => (await store.get(key))?.body);
  const marked = found.flatMap((body) =>
    body === undefined ? [] : stretchesIn(new TextDecoder().decode(body), { watch, shard, entity, series }),
  );
  const of = (isOwn: boolean) => joined(marked.flatMap((one) => (one.isOwn === isOwn ? [one.stretch] : [])));
  return { own: of(true), together: of(false), isSampled: chosen.length < names.length };
}

/** The newest always among them. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  const stride = Math.ceil(all.length / most);
  return stride <= 1 ? all : all.filter((_, index) => (all.length - 1 - index) % stride === 0);
}

function stretchesIn(
  lines: string,
  { watch, shard, entity, series }: Omit<UnusualRequest, 'from' | 'to'>,
): readonly { readonly isOwn: boolean; readonly stretch: Stretch }[] {
  // As the writer of the lines spells it: most lines are of others, and reading them takes most of a look's time.
  const spelt = JSON.stringify(entity);
  return lines.split('\n').flatMap((line) => {
    if (!line.includes(spelt)) return [];
    const signal = signalOf(line);
    // The names of two watches may begin alike, up to what tells their keys apart.
    if (signal?.entity !== entity || signal.watch !== watch || signal.shard !== shard) return [];
    return signal.findings.flatMap(({ series: of, source, kind, status, since }) => {
      const isOwn = of === series;
      const isMeant = isOwn || (of === undefined && source === 'entity');
      const happened = kind === 'anomaly' || kind === 'rule';
      return isMeant && happened && status === 'firing'
        ? [{ isOwn, stretch: [since, signal.evaluatedAt] as const }]
        : [];
    });
  });
}

/** What is no signal of this release marks nothing. */
function signalOf(line: string) {
  try {
    return signalSchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, Math.max(from, to)]);
  }
  return merged;
}
