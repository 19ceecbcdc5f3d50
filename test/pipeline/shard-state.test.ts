import { describe, expect, it } from 'vitest';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { continueState, type EntityState } from '../../shared/pipeline/entity-state.ts';
import { judgedUntil, type ShardState, shardStateKind, startsAnew } from '../../shared/pipeline/shard-state.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';

/** Numbers that say where they stand, so that a part that is read from another place shows. */
function numbered<T>(value: T, from = { next: 1 }): T {
  if (ArrayBuffer.isView(value)) {
    const array = (value as unknown as Float64Array).slice();
    for (let k = 0; k < array.length; k++) array[k] = from.next++ % 251;
    return array as unknown as T;
  }
  if (Array.isArray(value)) return value.map((inner: unknown) => numbered(inner, from)) as T;
  if (typeof value === 'number') return (from.next++ % 251) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, numbered(inner, from)])) as T;
}

function memoryOf(entity: string, ids: readonly string[]): ShardState['entities'][number] {
  const judged: EntityState = { ...numbered(continueState(undefined, entity, ids, 300)), stepSeconds: 300 };
  return { judged, recent: [], told: [], warm: true };
}

const state: ShardState = {
  watch: 'web',
  shard: '0001',
  tick: 1_763_719_200,
  periodSeconds: 300,
  timezone: 'Europe/Berlin',
  judgedTo: 1_763_718_900,
  model: null,
  warmUpDue: false,
  calledNormal: [
    {
      id: '0001.2f0c',
      entity: 'two',
      series: null,
      direction: 'any',
      metrics: ['cpu', 'memory'],
      strength: 3.25,
      until: null,
    },
    {
      id: '0001.91ab',
      entity: 'one',
      series: 'cpu',
      direction: 'above',
      metrics: [],
      strength: 2.5,
      until: 1_763_800_000,
    },
  ],
  asked: { month: '2025-11', metrics: 12_345, perPull: 2.125 },
  held: { start: 1_763_718_300, series: [{ id: 'cpu', values: Float64Array.of(1.5, Number.NaN, -0) }] },
  entities: [memoryOf('one', ['cpu']), memoryOf('two', ['cpu', 'memory'])],
};

// What version 1 did not write down is not known: it is taken for what the watch says. Version 2 knew no feedback, and
// version 3 did not count what was asked.
const version3 = { ...state, asked: null };
const version2 = { ...version3, calledNormal: [] };
goldenArtefactSuite(shardStateKind, { 1: { ...version2, timezone: null }, 2: version2, 3: version3, 4: state });

describe('a shard state that is not laid out as this release reads it', () => {
  const spoilt = (change: (entity: EntityState) => EntityState): Uint8Array =>
    packArtefact(shardStateKind, {
      ...state,
      entities: [{ ...state.entities[1], judged: change(state.entities[1].judged) }],
    });

  it.each<[string, (entity: EntityState) => EntityState, RegExp]>([
    [
      'is refused with a detector that lacks a number',
      (entity) => ({
        ...entity,
        series: entity.series.map((one) => ({
          ...one,
          detector: { ...one.detector, reals: one.detector.reals.slice(1) },
        })),
      }),
      /two: cpu\.detector\.reals is Float32Array of \d+, and should be Float32Array of \d+/,
    ],
    [
      'is refused with numbers of another width',
      (entity) => ({
        ...entity,
        series: entity.series.map((one) => ({
          ...one,
          detector: { ...one.detector, reals: Float64Array.from(one.detector.reals) as unknown as Float32Array },
        })),
      }),
      /reals is Float64Array/,
    ],
    [
      'is refused with a whole of fewer columns than it names',
      (entity) => ({
        ...entity,
        ...(entity.whole && { whole: { ...entity.whole, columns: ['cpu', 'memory', 'disk'] } }),
      }),
      /two as a whole\./,
    ],
  ])('%s', (_, change, message) => {
    expect(() => unpackArtefact(shardStateKind, spoilt(change), 'state/web/0001/anomaly')).toThrow(message);
  });
});

describe('what a shard remembers', () => {
  it.each<[string, { period: number; timezone: string }, string | null, boolean]>([
    ['is gone on with where nothing changed', { period: 300, timezone: 'Europe/Berlin' }, 'Europe/Berlin', false],
    ['starts anew with another period', { period: 60, timezone: 'Europe/Berlin' }, 'Europe/Berlin', true],
    ['starts anew with another time zone', { period: 300, timezone: 'UTC' }, 'Europe/Berlin', true],
    ['is gone on with where no time zone was written down', { period: 300, timezone: 'UTC' }, null, false],
  ])('%s', (_, grid, timezone, expected) => {
    expect(startsAnew({ ...state, timezone }, grid)).toBe(expected);
  });

  it.each<[string, number, number]>([
    ['goes on where it was on the same grid', 300, 1_763_718_900],
    ['goes on where it was on a finer grid', 60, 1_763_718_900],
    ['begins with the slot that holds the end of what was judged on a coarser grid', 3600, 1_763_715_600],
  ])('%s', (_, period, expected) => {
    expect(judgedUntil(state, period)).toBe(expected);
    expect(judgedUntil(undefined, period)).toBeUndefined();
  });
});
