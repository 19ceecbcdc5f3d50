import { describe, expect, it } from 'vitest';
import type { HistoryTick } from '../../shared/metrics/history-format.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { FittedShard } from '../../shared/pipeline/fitted-shard.ts';
import type { ForecastState } from '../../shared/pipeline/forecast-state.ts';
import { heldGrid, holdsSince, holdValues, knownSeries } from '../../shared/pipeline/forecast-window.ts';
import { keepWindow } from '../../shared/pipeline/kept-window.ts';
import fc from '../fakes/property.ts';

const period = 300;
const start = 1_772_445_600;
const watch = { period, settle: undefined };
const series = (gap: 'gap' | 'zero' = 'gap'): SeriesDescription => ({
  id: 'x',
  entity: 'e',
  label: 'x',
  metric: { namespace: 'Test', name: 'x', dimensions: {}, statistic: 'Average' },
  periodSeconds: period,
  nature: { unit: 'None', bad: 'both', gap },
});

/** Fitted on the first values, up to `to`. */
const fittedOn = (values: readonly number[], to: number): FittedShard => ({
  watch: 'w',
  shard: 's',
  periodSeconds: period,
  trainedAt: to,
  to,
  series: [
    {
      id: 'x',
      forecaster: null,
      skill: null,
      hasSkill: false,
      reason: '',
      fittedAt: to,
      since: start,
      saturation: null,
      window: keepWindow(Float64Array.from(values), values.length, 3),
    },
  ],
});

const pulled = (values: readonly number[], from: number): HistoryTick => {
  const present = values
    .map((value, k) => [from + k * period, value] as const)
    .filter(([, value]) => !Number.isNaN(value));
  return {
    tick: from,
    previous: [],
    problems: new Map(),
    series: [
      {
        id: 'x',
        times: Float64Array.from(present, ([time]) => time),
        values: Float64Array.from(present, ([, value]) => value),
        ticks: new Uint32Array(present.length),
      },
    ],
  };
};

const stateWith = (recent: ForecastState['recent'], periodSeconds = period): ForecastState => ({
  watch: 'w',
  shard: 's',
  tick: 0,
  periodSeconds,
  consumed: 0,
  fitted: null,
  recent,
  series: [],
  told: [],
  drifted: [],
});

/** What is known at a tick that comes when all values have settled. */
function knownAt(
  fitted: FittedShard | undefined,
  pulls: readonly HistoryTick[],
  slots: number,
  one = series(),
  before?: ForecastState,
) {
  const tick = start + slots * period + 120;
  const grid = heldGrid(tick, watch, fitted);
  const held = holdValues(before, pulls, [one], grid, period);
  return { held, grid, known: knownSeries([one], fitted, held, grid, period).get('x') };
}

describe('what is known of a series', () => {
  // In single precision, as what was long ago is kept: nothing is lost.
  const single = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(Math.fround);
  const values = fc.array(fc.oneof(single, fc.constant(Number.NaN)), {
    minLength: 4,
    maxLength: 40,
  });

  it('does not depend on how much of it lies with the forecasters, and how much came since', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(), (all, a, b) => {
        const cut = a % all.length;
        const again = b % all.length;
        const fitted = fittedOn(all.slice(0, cut), start + cut * period);
        // The pulls overlap, as those of detection do.
        const pulls = [pulled(all.slice(0, again + 1), start), pulled(all.slice(cut), start + cut * period)];
        const { known } = knownAt(fitted, pulls, all.length);
        expect(known?.start).toBe(start);
        expect(Array.from(known?.values ?? [])).toEqual(all);
      }),
    );
  });

  it('goes on from what was held before, and takes a correction for the value', () => {
    const fitted = fittedOn([1, 2], start + 2 * period);
    const before = knownAt(fitted, [pulled([3, 4], start + 2 * period)], 4);
    const after = knownAt(fitted, [pulled([40, 5], start + 3 * period)], 5, series(), stateWith(before.held));
    expect(Array.from(after.known?.values ?? [])).toEqual([1, 2, 3, 40, 5]);
  });

  it('has zeros where nothing happened, and no value of a slot that may still change', () => {
    const fitted = fittedOn([1, 0], start + 2 * period);
    const pulls = [pulled([Number.NaN, 4, 5], start + 2 * period)];
    expect(Array.from(knownAt(fitted, pulls, 4, series('zero')).known?.values ?? [])).toEqual([1, 0, 0, 4]);
  });

  it('has a gap where training failed for longer than is held', () => {
    const slots = (8 * 86_400) / period;
    const fitted = fittedOn([1, 2], start + 2 * period);
    const { known, grid, held } = knownAt(fitted, [pulled([9], start + (slots - 1) * period)], slots);
    expect(grid.to - grid.from).toBe(7 * 86_400);
    expect(held.series[0].values.length).toBe((7 * 86_400) / period);
    expect([known?.values.at(1), known?.values.at(2), known?.values.at(-1)]).toEqual([2, Number.NaN, 9]);
  });

  it('is not held at all before anything is fitted: history has it', () => {
    const { held, grid } = knownAt(undefined, [pulled([1, 2], start)], 2);
    expect([grid.from, held.series[0].values.length]).toEqual([grid.to, 0]);
  });

  it.each([
    ['with it where it begins no later', start, period, true],
    ['anew where it begins later', start - period, period, false],
    ['anew under another period', start, 60, false],
  ])('is read on %s', (_title, from, periodSeconds, holds) => {
    expect(holdsSince(stateWith({ start, series: [] }, periodSeconds), from, period)).toBe(holds);
    expect(holdsSince(undefined, from, period)).toBe(false);
  });
});
