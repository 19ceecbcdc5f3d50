import { describe, expect, it } from 'vitest';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { type FittedShard, fittedShardKind } from '../../shared/pipeline/fitted-shard.ts';
import { type ForecastRecord, forecastRecordKind } from '../../shared/pipeline/forecast-record.ts';
import { type ForecastState, forecastStateKind } from '../../shared/pipeline/forecast-state.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';

const at = 1_763_719_200;
const head = { watch: 'web', shard: 's-0001', periodSeconds: 300 };
const f32 = (...values: number[]): Float32Array => Float32Array.from(values);

const state: ForecastState = {
  ...head,
  tick: at,
  consumed: at - 2,
  fitted: { place: 'b', trainedAt: at - 7200 },
  recent: { start: at - 600, series: [{ id: 'cpu', values: Float64Array.of(1.5, Number.NaN) }] },
  series: [
    {
      id: 'cpu',
      coverage80: { shift: -0.001, scored: 7 },
      coverage95: { shift: 0.0002, scored: 7 },
      open: [
        {
          tick: at,
          due: Number.NaN,
          mean: 71,
          lower80: 70,
          upper80: 72,
          lower95: 68,
          upper95: 75,
          last: 69,
          start: at - 300,
          end: at + 2700,
          crossings: [{ value: 80, side: 'above', probability: 0.25 }],
        },
      ],
      scored: [{ due: at - 900, error: 1, lastError: 2, size: 70, inside80: true, inside95: true }],
      crossings: [{ end: at - 300, brier: 0.0625 }],
      fittedAt: at - 7200,
      error: 3.5,
      lastError: 7,
      weight: 6.9,
      danger: ['above'],
    },
    {
      id: 'memory',
      coverage80: { shift: 0, scored: 0 },
      coverage95: { shift: 0, scored: 0 },
      open: [],
      scored: [],
      crossings: [],
      fittedAt: 0,
      error: 0,
      lastError: 0,
      weight: 0,
      danger: [],
    },
  ],
  told: [
    {
      entity: 'web-1',
      told: [
        {
          finding: {
            key: 'forecast:cpu',
            kind: 'forecast',
            source: 'crossing',
            series: 'cpu',
            label: 'cpu',
            unit: 'Percent',
            status: 'firing',
            since: at,
            observed: 71,
            expected: null,
            lower: null,
            upper: null,
            score: 0.9,
            severity: 'HIGH',
            rarity: null,
            shares: [],
            explanation: 'cpu is expected above its limit of 80',
            forecast: {
              limit: { value: 80, side: 'above' },
              probability: 0.9,
              crossesAt: at + 1500,
              isBeyond: false,
              peak: { time: at + 2400, value: 91 },
              recommendation: 'SCALE_SOON',
              scaleTo: 1.3,
              skill: 0.5,
              note: '',
            },
          },
          normalTicks: 0,
          live: true,
        },
      ],
    },
  ],
  drifted: ['memory'],
};

const record: ForecastRecord = {
  ...head,
  tick: at,
  consumed: at - 2,
  ticks: [at - 302, at - 2],
  standing: {
    oldestFit: at - 7200,
    drifted: 1,
    quality: {
      series: 2,
      accuracy: 180.5,
      relative: 0.25,
      lastRelative: 0.5,
      count: 24,
      inside80: 19,
      inside95: 23,
      crossings: 3,
      brier: 0.125,
    },
  },
  series: [
    {
      id: 'cpu',
      missing: null,
      forecaster: 'automatic',
      skill: 0.5,
      hasSkill: true,
      isMature: true,
      current: 71,
      currentTime: at - 300,
      start: at,
      mean: f32(72, 73),
      lower80: f32(70, 71),
      upper80: f32(74, 75),
      lower95: f32(68, 69),
      upper95: f32(76, 77),
      outlooks: [
        {
          limit: { value: 80, side: 'above' },
          probability: null,
          crossesAt: null,
          isBeyond: false,
          peak: { time: at + 300, value: 73 },
          recommendation: 'NONE',
          scaleTo: null,
          note: 'it lies on its limit',
          isAsked: true,
          severity: 'LOW',
        },
      ],
    },
    {
      id: 'memory',
      missing: 'not-trained',
      forecaster: '',
      skill: null,
      hasSkill: false,
      isMature: false,
      current: Number.NaN,
      currentTime: at - 600,
      start: at,
      mean: f32(),
      lower80: f32(),
      upper80: f32(),
      lower95: f32(),
      upper95: f32(),
      outlooks: [],
    },
  ],
};

const noWindow = { far: f32(), near: new Float64Array(0) };
const fitted: FittedShard = {
  ...head,
  trainedAt: at - 7200,
  to: at - 7500,
  series: [
    {
      id: 'cpu',
      forecaster: { name: 'one', state: { weights: Float64Array.of(1, 2), skill: null } },
      skill: 0.5,
      hasSkill: true,
      reason: 'one: better',
      fittedAt: at - 7200,
      since: at - 864_000,
      saturation: {
        limit: { value: 100, side: 'above' },
        reachesAt: at + 864_000,
        earliest: at + 400_000,
        latest: null,
        perDay: 1.25,
        note: '',
        usual: 4.5,
      },
      window: { far: f32(1, Number.NaN), near: Float64Array.of(-0) },
    },
    {
      id: 'disk',
      forecaster: { name: 'other', state: { level: 3 } },
      skill: null,
      hasSkill: false,
      reason: 'other: unproven',
      fittedAt: at - 7200,
      since: at - 900,
      saturation: null,
      window: noWindow,
    },
    {
      id: 'memory',
      forecaster: null,
      skill: null,
      hasSkill: false,
      reason: 'nothing can be fitted',
      fittedAt: at - 7200,
      since: Number.NaN,
      saturation: null,
      window: noWindow,
    },
    {
      id: 'swap',
      forecaster: { name: 'one', state: { weights: Float64Array.of(5), skill: 0.25 } },
      skill: 0.25,
      hasSkill: true,
      reason: 'one: better',
      fittedAt: at - 7200,
      since: at - 864_000,
      saturation: null,
      window: { far: f32(), near: Float64Array.of(7) },
    },
  ],
};

goldenArtefactSuite(forecastStateKind, { 1: state });
goldenArtefactSuite(forecastRecordKind, { 1: { ...record, standing: null }, 2: record });
/** What the first version had: all values, and no word on how far they usually are from their line. */
const [rising, ...others] = fitted.series;
const firstFitted: FittedShard = {
  ...fitted,
  series: [
    {
      ...rising,
      saturation: rising.saturation && { ...rising.saturation, usual: 100 - (1.25 * (864_000 + 7800)) / 86_400 },
      window: { far: f32(), near: Float64Array.of(1, Number.NaN, -0) },
    },
    ...others,
  ],
};
goldenArtefactSuite(fittedShardKind, { 1: firstFitted, 2: fitted });

describe('what contradicts itself', () => {
  it.each<[string, () => Uint8Array, () => unknown, RegExp]>([
    [
      'a forecast whose bands are of another length',
      () => {
        const [one, other] = record.series;
        return packArtefact(forecastRecordKind, { ...record, series: [{ ...one, upper95: f32(1) }, other] });
      },
      () => forecastRecordKind,
      /cpu: upper95 has 1 steps, and mean has 2/,
    ],
    [
      'a series whose forecaster has no state',
      () => {
        const payload = fittedShardKind.payload?.(fitted) as { states: Record<string, unknown> };
        return packArtefact({ ...fittedShardKind, payload: () => ({ ...payload, states: {} }) }, fitted);
      },
      () => fittedShardKind,
      /cpu has a forecaster 'one' without a state/,
    ],
  ])('is refused: %s', (_title, bytes, kind, words) => {
    expect(() => unpackArtefact(kind() as typeof fittedShardKind, bytes(), 'some/key')).toThrow(words);
  });
});
