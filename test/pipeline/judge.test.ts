import { describe, expect, it } from 'vitest';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { type EntityState, forgetSeries } from '../../shared/pipeline/entity-state.ts';
import { type EntityWindow, judge, type JudgedRow } from '../../shared/pipeline/judge.ts';
import { defaultPolicy, type JudgePolicy } from '../../shared/pipeline/judge-policy.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import fc from '../fakes/property.ts';

const step = 300;
const start = 1_772_409_600;

const described = (label: string, unit = 'None'): SeriesDescription => ({
  id: `e/${label}`,
  entity: 'e',
  label,
  metric: { namespace: 'Test', name: label, dimensions: {}, statistic: 'Average' },
  periodSeconds: step,
  nature: { unit, bad: 'both', gap: 'gap' },
});

const wobble = (row: number, column: number): number =>
  100 * column + 10 * Math.sin(row / 40 + column) + 3 * Math.sin(row * 12.9898 + column * 78.233);

function windowOf(
  labels: readonly string[],
  rows: number,
  value: (row: number, column: number) => number = wobble,
  from = 0,
): EntityWindow {
  const values = new Float64Array(rows * labels.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < labels.length; column++)
      values[row * labels.length + column] = value(from + row, column);
  const times = Float64Array.from({ length: rows }, (_, row) => start + (from + row) * step);
  return { entity: 'e', series: labels.map((label) => described(label)), stepSeconds: step, times, values };
}

const cut = (window: EntityWindow, from: number, to: number): EntityWindow => ({
  ...window,
  times: window.times.slice(from, to),
  values: window.values.slice(from * window.series.length, to * window.series.length),
});

function judgeInPieces(window: EntityWindow, cuts: readonly number[], policy = defaultPolicy) {
  let state: EntityState | undefined;
  const rows: JudgedRow[] = [];
  const ends = [...new Set([...cuts, window.times.length])].sort((a, b) => a - b);
  let from = 0;
  for (const to of ends) {
    const judged = judge(cut(window, from, to), throughStore(state), policy);
    rows.push(...judged.rows);
    state = judged.state;
    from = to;
  }
  return { rows, state };
}

/** As a shard keeps it. */
function throughStore(state: EntityState | undefined): EntityState | undefined {
  if (state === undefined) return undefined;
  const shard = {
    watch: 'w',
    shard: 's',
    tick: 0,
    periodSeconds: step,
    timezone: 'UTC',
    judgedTo: 0,
    model: null,
    warmUpDue: false,
    calledNormal: [],
    asked: null,
    held: { start: 0, series: [] },
    entities: [{ judged: state, recent: [], told: [], warm: false }],
  };
  return unpackArtefact(shardStateKind, packArtefact(shardStateKind, shard)).entities[0].judged;
}

const withFaults = (row: number, column: number): number => {
  if (row % 41 === 7 && column === 0) return Number.NaN;
  return wobble(row, column) + (row >= 380 && row < 384 ? 80 : 0);
};

const rules: JudgePolicy = { ...defaultPolicy, rules: [{ kind: 'above', metric: '*', limit: 60 }] };

describe('judge', () => {
  it.each([
    ['one series', ['a'], defaultPolicy],
    ['three series and rules', ['a', 'b', 'c'], rules],
  ] as const)(
    'says the same bits of %s however the rows arrive, and after each visit to the store',
    (_, labels, policy) => {
      const window = windowOf(labels, 420, withFaults);
      const whole = judge(window, undefined, policy);
      expect(whole.rows.some(({ entity }) => entity.status === 'anomalous')).toBe(true);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 420 }), { maxLength: 6 }), (cuts) => {
          const pieces = judgeInPieces(window, cuts, policy);
          expect(pieces.rows).toEqual(whole.rows);
          expect(throughStore(pieces.state)).toEqual(throughStore(whole.state));
        }),
        { numRuns: 25 },
      );
    },
  );

  it('never changes what it is given', () => {
    const window = windowOf(['a', 'b'], 100);
    const { state } = judge(window, undefined, rules);
    const frozen = JSON.stringify(state);
    const values = window.values.slice();
    judge(windowOf(['a', 'b', 'c'], 50, withFaults, 100), state, rules);
    expect(JSON.stringify(state)).toBe(frozen);
    expect(window.values).toEqual(values);
  });

  it('calls a gap unknown, and goes on after it as if it had not been', () => {
    const gap = windowOf(['a'], 300, (row) => (row >= 200 && row < 220 ? Number.NaN : wobble(row, 0)));
    const { rows } = judge(gap, undefined, defaultPolicy);
    for (let row = 200; row < 220; row++)
      expect(rows[row].entity).toEqual({ status: 'unknown', reason: 'missing-data' });
    const without = judge(cut(gap, 0, 200), undefined, defaultPolicy);
    const after = judge(cut(gap, 220, 300), without.state, defaultPolicy);
    expect(rows.slice(220)).toEqual(after.rows);
  });

  it('gives one series the verdict of its entity', () => {
    for (const row of judge(windowOf(['a'], 400, withFaults), undefined, defaultPolicy).rows)
      expect(row.entity).toEqual(row.series[0]);
  });

  it('says from when on, and keeps it while the episode lasts', () => {
    const { rows } = judge(
      windowOf(['a'], 420, (row) => wobble(row, 0) + (row >= 380 ? 80 : 0)),
      undefined,
      defaultPolicy,
    );
    const episode = rows.filter(({ entity }) => entity.status === 'anomalous').map(({ entity }) => entity);
    const since = new Set(episode.map((verdict) => (verdict.status === 'anomalous' ? verdict.since : undefined)));
    expect(rows[380].entity).toMatchObject({ status: 'anomalous', since: start + 380 * step });
    expect(since.size).toBeGreaterThan(0);
    for (const { entity } of rows.slice(380, 384)) expect(entity).toMatchObject({ since: start + 380 * step });
    for (const verdict of episode)
      expect(verdict).toMatchObject({
        explanation: expect.stringMatching(/\w/) as unknown,
      });
  });

  it.each([
    ['up', 80, true],
    ['up', -80, false],
    ['down', -80, true],
    ['down', 80, false],
    ['both', 80, true],
    ['both', -80, true],
  ] as const)('tells of deviations %s: a change of %i is told: %s', (direction, by, told) => {
    const window = windowOf(['a'], 400, (row) => wobble(row, 0) + (row >= 380 ? by : 0));
    const { rows } = judge(window, undefined, { ...defaultPolicy, direction });
    const alerts = rows.slice(380).some(({ entity }) => entity.status !== 'unknown' && entity.alert > 0);
    expect(alerts).toBe(told);
  });

  it('tells nobody of what stays below the floor', () => {
    const window = windowOf(['a'], 400, (row) => wobble(row, 0) + (row >= 380 ? 80 : 0));
    const { rows } = judge(window, undefined, { ...defaultPolicy, floor: { absolute: 200, relative: 0 } });
    for (const { entity } of rows) expect(entity.status).not.toBe('anomalous');
  });

  it('fires a static limit after two of three rows, and lets it recover', () => {
    const value = (row: number) => (row >= 100 && row < 110 ? 80 : 50);
    const { rows } = judge(windowOf(['a'], 130, value), undefined, rules);
    const firing = rows.flatMap(({ rules: [one] }, row) => (one.status === 'firing' ? [row] : []));
    expect(firing[0]).toBe(101);
    expect(rows[101].rules[0]).toMatchObject({ rule: 'above 60', asked: true, since: start + 100 * step });
    expect(firing.at(-1)).toBeLessThan(115);
  });

  it('flags a percentage above 90 without being asked', () => {
    const window = windowOf(['a'], 20, (row) => (row > 10 ? 99 : 50));
    const percent = { ...window, series: [described('a', 'Percent')] };
    const { rows } = judge(percent, undefined, defaultPolicy);
    expect(rows[15].rules.find(({ rule }) => rule === 'above 90')).toMatchObject({ status: 'firing', asked: false });
  });

  describe('when the series of an entity change', () => {
    const two = judge(windowOf(['a', 'b'], 700), undefined, defaultPolicy);

    it('starts a new one from nothing, and the others go on', () => {
      const three = judge(windowOf(['a', 'b', 'c'], 30, wobble, 700), two.state, defaultPolicy);
      const same = judge(windowOf(['a', 'b'], 30, wobble, 700), two.state, defaultPolicy);
      expect(three.rows.map(({ series }) => series.slice(0, 2))).toEqual(same.rows.map(({ series }) => series));
      expect(three.rows[0].series[2]).toEqual({ status: 'unknown', reason: 'not-enough-history' });
      expect(three.rows[0].entity.status).not.toBe('unknown');
    });

    it('remembers one that left, and goes on where it was when it returns', () => {
      const one = judge(windowOf(['a'], 20, wobble, 700), two.state, defaultPolicy);
      expect(one.state.series.map(({ id, judged }) => [id, judged])).toEqual([
        ['e/a', 720],
        ['e/b', 700],
      ]);
      const back = judge(windowOf(['a', 'b'], 1, wobble, 720), one.state, defaultPolicy);
      expect(back.rows[0].series[1].status).toBe('normal');
      expect(back.state.series[1].judged).toBe(701);
    });

    it('does not mind their order', () => {
      const window = windowOf(['a', 'b'], 30, wobble, 700);
      const turned = windowOf(['b', 'a'], 30, (row, column) => wobble(row, 1 - column), 700);
      const swapped = judge(turned, two.state, defaultPolicy);
      expect(throughStore(swapped.state)).toEqual(throughStore(judge(window, two.state, defaultPolicy).state));
    });

    it('forgets one that is gone for good, and the entity detector keeps the others', () => {
      const three = judge(windowOf(['a', 'b', 'c'], 700), undefined, defaultPolicy).state;
      const left = forgetSeries(three, new Set(['e/a', 'e/c']));
      expect(left?.series.map(({ id }) => id)).toEqual(['e/a', 'e/c']);
      expect(left?.whole?.columns).toEqual(['e/a', 'e/c']);
      expect(left?.whole?.detector.counters).toEqual(three.whole?.detector.counters);
      expect(forgetSeries(three, new Set())).toBeUndefined();
    });

    it('starts everything anew on another step', () => {
      const window = { ...windowOf(['a', 'b'], 5, wobble, 700), stepSeconds: 60 };
      expect(judge(window, two.state, defaultPolicy).state.series[0]).toMatchObject({ judged: 5 });
    });
  });

  it.each([
    ['no series', { series: [] }, 'entity e has no series'],
    ['values that are no rows', { values: new Float64Array(3) }, 'entity e has 3 values for 2 times of 2 series'],
    ['two series of one id', { series: [described('a'), described('a')] }, 'entity e has two series of one id'],
  ] as const)('refuses %s', (_, wrong, message) =>
    expect(() => judge({ ...windowOf(['a', 'b'], 2), ...wrong }, undefined, defaultPolicy)).toThrow(message),
  );
});
