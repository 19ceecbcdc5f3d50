import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { type CalledNormal, leastOfSeries, normalAt } from '../../shared/pipeline/called-normal.ts';
import { type EntityWindow, judge, type JudgedRow, type Verdict } from '../../shared/pipeline/judge.ts';
import { defaultPolicy } from '../../shared/pipeline/judge-policy.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { tellEntity } from '../../shared/pipeline/tell-entity.ts';
import { noise } from '../scenarios/world.ts';
import fc from '../fakes/property.ts';

const step = 300;
const start = 1_772_409_600;
const rows = 700;
const at = 650;

const described = (label: string): SeriesDescription => ({
  id: `e/${label}`,
  entity: 'e',
  label,
  metric: { namespace: 'Test', name: label, dimensions: {}, statistic: 'Average' },
  periodSeconds: step,
  nature: { unit: 'None', bad: 'both', gap: 'gap' },
});

/** Steady series, and at row {@link at} a jump of the first ones by these sizes. */
function windowOf(labels: readonly string[], jumps: readonly number[]): EntityWindow {
  const values = new Float64Array(rows * labels.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < labels.length; column++)
      values[row * labels.length + column] =
        50 + 4 * noise(column, row) + (row >= at && row < at + 3 ? (jumps[column] ?? 0) : 0);
  const times = Float64Array.from({ length: rows }, (_, row) => start + row * step);
  return { entity: 'e', series: labels.map(described), stepSeconds: step, times, values };
}

const judgeWith = (window: EntityWindow, calledNormal: readonly CalledNormal[] = []) =>
  judge(window, undefined, { ...defaultPolicy, calledNormal });
const alerts = (of: readonly JudgedRow[], pick: (row: JudgedRow) => Verdict): readonly number[] =>
  of.slice(at).flatMap((row) => {
    const verdict = pick(row);
    return verdict.status !== 'unknown' && verdict.alert > 0 ? [verdict.alert] : [];
  });
const ofSeries = (of: readonly JudgedRow[], column = 0) => alerts(of, (row) => row.series[column]);

/** As a person's word is stored, of what was told of the series. */
function saidOf(window: EntityWindow, key: string): CalledNormal {
  const width = window.series.length;
  const tick = { ...window, times: window.times.slice(at, at + 5), values: window.values.slice(at * width) };
  const judged = judgeWith(window).rows.slice(at, at + 5);
  const { finding } = tellEntity(tick, judged, []).told.find((one) => one.finding.key === key)!;
  const { strength, direction, metrics } = finding.deviation!;
  return { id: key, entity: 'e', series: finding.series ?? null, direction, metrics, strength, until: null };
}

describe('what people called normal of a series', () => {
  const up = windowOf(['cpu'], [40]);
  const said = saidOf(up, 'anomaly:e/cpu');

  it('is what was told, in its direction', () => {
    expect(ofSeries(judgeWith(up).rows).length).toBeGreaterThan(0);
    expect(said.direction).toBe('above');
    expect(said.strength).toBeGreaterThan(Math.max(...ofSeries(judgeWith(up).rows)) - 1e-9);
  });

  it('is told no more at the same size', () => {
    const { rows: judged } = judgeWith(up, [said]);
    expect(ofSeries(judged)).toEqual([]);
    expect(judged.slice(at).every(({ entity }) => entity.status === 'normal')).toBe(true);
  });

  it('is told in the other direction, unless it is the swing back of what was called normal', () => {
    const down = windowOf(['cpu'], [-40]);
    expect(saidOf(down, 'anomaly:e/cpu').direction).toBe('below');
    expect(ofSeries(judgeWith(down, [said]).rows).length).toBeGreaterThan(0);
  });

  it('is told where it is far stronger', () => {
    const weaker = { ...said, strength: said.strength / 2 };
    expect(ofSeries(judgeWith(up, [weaker]).rows).length).toBeGreaterThan(0);
  });

  it('still counts as learned and as evidence: only telling changes, and with it how tired the gates are', () => {
    const heard = judgeWith(up, [said]).rows;
    const unheard = judgeWith(up).rows;
    const shape = ({ series }: JudgedRow) =>
      series.map((one) => (one.status === 'unknown' ? one : [one.score, one.expected, one.lower, one.upper]));
    expect(heard.map(shape)).toEqual(unheard.map(shape));
  });
});

describe('what people called normal of an entity as a whole', () => {
  const labels = Array.from({ length: 17 }, (_, k) => `m${k}`);
  const led = windowOf(labels, [60, 60]);
  const said = saidOf(led, 'anomaly:e');
  const whole = (of: readonly JudgedRow[]) => alerts(of, ({ entity }) => entity);

  it('is led by the metrics that deviate, and has no direction', () => {
    expect(said.direction).toBe('any');
    expect(new Set(said.metrics)).toEqual(new Set(['e/m0', 'e/m1']));
  });

  it('is told no more where the same metrics lead, and still where others do', () => {
    expect(whole(judgeWith(led).rows).length).toBeGreaterThan(0);
    expect(whole(judgeWith(led, [said]).rows)).toEqual([]);
    const others = windowOf(labels, [0, 0, 60, 60]);
    expect(whole(judgeWith(others, [said]).rows)).toEqual(whole(judgeWith(others).rows));
    expect(whole(judgeWith(others).rows).length).toBeGreaterThan(0);
  });
});

describe('a judge', () => {
  const window = windowOf(['cpu', 'memory'], [40, -30]);
  const bits = ({ rows: judged, state }: ReturnType<typeof judge>) => [
    JSON.stringify(judged),
    Buffer.from(packArtefact({ kind: 'x', version: 1, upgrades: {}, parse: (x) => x }, state)).toString('hex'),
  ];

  it('says and keeps the same, bit for bit, whatever was called normal of other things', () => {
    const mark = fc.record({
      id: fc.string(),
      entity: fc.constantFrom('f', 'g'),
      series: fc.constantFrom(null, 'f/cpu', 'g/memory'),
      direction: fc.constantFrom('above', 'below', 'any'),
      metrics: fc.array(fc.constantFrom('e/cpu', 'f/cpu')),
      strength: fc.double({ min: 0, max: 10, noNaN: true }),
      until: fc.constant(null),
    } satisfies { [K in keyof CalledNormal]: fc.Arbitrary<CalledNormal[K]> });
    const plain = bits(judge(window, undefined, defaultPolicy));
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 5 }), (marks) => {
        expect(bits(judgeWith(window, marks))).toEqual(plain);
      }),
      { numRuns: 15 },
    );
  });
});

describe('how strong a deviation must be', () => {
  const mark: CalledNormal = {
    id: 'x',
    entity: 'e',
    series: 's',
    direction: 'any',
    metrics: [],
    strength: 1,
    until: null,
  };
  it.each([
    ['as before where nobody said anything', [], undefined],
    [
      'beyond the strongest of what was called normal',
      [
        ['above', 2],
        ['above', 3],
      ],
      { above: 3.5, below: 0 },
    ],
    ['in both directions where it had none', [['any', 2]], { above: 2.5, below: 2.5 }],
    [
      'in each direction by itself',
      [
        ['below', 2],
        ['above', 4],
      ],
      { above: 4.5, below: 2.5 },
    ],
  ] as const)('is %s', (_, marks, expected) => {
    const all = marks.map(([direction, strength]) => ({ ...mark, direction, strength }));
    expect(leastOfSeries([...all, { ...mark, series: 'other', direction: 'any', strength: 9 }], 's')).toEqual(expected);
  });

  it('no longer depends on what has ended', () => {
    const until = (end: number | null) => ({ ...mark, until: end });
    expect(normalAt([until(100), until(99), until(null)], 99).map((one) => one.until)).toEqual([100, null]);
  });
});
