import { describe, expect, it } from 'vitest';
import type { QuietWindow } from '../../shared/alerting/alert-policy.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { type EntityWindow, judge } from '../../shared/pipeline/judge.ts';
import { defaultPolicy, type JudgePolicy } from '../../shared/pipeline/judge-policy.ts';
import { learningWindows } from '../../shared/pipeline/learning-windows.ts';
import { rowsToLearnFrom } from '../../shared/pipeline/training-data.ts';
import { noise } from '../scenarios/world.ts';

const step = 300;
/** A Monday, 00:00 UTC. */
const start = Date.UTC(2026, 2, 2) / 1000;
const hour = 3600;

const window = (more: Partial<QuietWindow> = {}): QuietWindow => ({
  name: 'load test',
  at: '0 12 * * mon',
  for: 2 * hour,
  timezone: 'UTC',
  match: {},
  alert: true,
  learn: false,
  ...more,
});
const watch = { name: 'web', labels: { team: 'shop' }, period: step };

describe('when detectors may learn', () => {
  it('is always where no window says otherwise: then nothing is asked', () => {
    expect(learningWindows([], watch)).toBeUndefined();
    expect(learningWindows([window({ learn: true, alert: false })], watch)).toBeUndefined();
  });

  const noon = start + 12 * hour;
  it.each<[string, QuietWindow, string, number, boolean]>([
    ['before a window, the slot that touches it apart', window(), 'i-1', noon - step, true],
    ['not in a slot that reaches into a window', window({ at: '2 12 * * mon' }), 'i-1', noon, false],
    ['not in a window', window(), 'i-1', noon + hour, false],
    ['again after it', window(), 'i-1', noon + 2 * hour, true],
    ['in the window of other entities', window({ match: { entity: ['db-*'] } }), 'i-1', noon, true],
    ['not in the window of its own labels', window({ match: { labels: { team: ['shop'] } } }), 'i-1', noon, false],
    ['in the window of another watch', window({ match: { watch: ['batch'] } }), 'i-1', noon, true],
    ['on another day', window(), 'i-1', noon + 86_400, true],
    ['by the wall clock of the window', window({ timezone: 'America/New_York' }), 'i-1', noon, true],
  ])('is %s', (_, one, entity, time, expected) => {
    expect(learningWindows([one], watch)!(entity, time)).toBe(expected);
  });
});

const described = (label: string): SeriesDescription => ({
  id: `e/${label}`,
  entity: 'e',
  label,
  metric: { namespace: 'Test', name: label, dimensions: {}, statistic: 'Average' },
  periodSeconds: step,
  nature: { unit: 'None', bad: 'both', gap: 'gap' },
});

/** 600 rows; in the window, 500 to 530, everything is far beyond what it was. */
function loaded(labels: readonly string[]): EntityWindow {
  const rows = 600;
  const values = Float64Array.from({ length: rows * labels.length }, (_, place) => {
    const row = Math.floor(place / labels.length);
    return 50 + 4 * noise(place % labels.length, row) + (row >= 500 && row < 530 ? 45 : 0);
  });
  const times = Float64Array.from({ length: rows }, (_, row) => start + row * step);
  return { entity: 'e', series: labels.map(described), stepSeconds: step, times, values };
}

const learnsAt = (_: string, time: number): boolean => time < start + 500 * step || time >= start + 530 * step;
const bytesOf = (value: unknown): string =>
  Buffer.from(packArtefact({ kind: 'x', version: 1, upgrades: {}, parse: (x) => x }, value)).toString('hex');

describe.each([
  ['one series', ['cpu']],
  ['several metrics', ['cpu', 'memory', 'disk']],
] as const)('an entity of %s in a window that is not to be learned from', (_, labels) => {
  const all = loaded(labels);
  const without = (policy: JudgePolicy) => {
    const first = judge(cut(all, 0, 500), undefined, policy);
    return judge(cut(all, 530, 600), first.state, policy);
  };
  const policy: JudgePolicy = { ...defaultPolicy, models: true };

  it('is judged', () => {
    const { rows } = judge(all, undefined, { ...policy, learnsAt });
    expect(rows.slice(500, 530).filter(({ entity }) => entity.status === 'anomalous').length).toBeGreaterThan(20);
  });

  it('leaves detectors and rarities as they were, bit for bit', () => {
    const learned = ({ state }: ReturnType<typeof judge>) =>
      bytesOf({
        series: state.series.map(({ detector, rarity }) => ({ detector, rarity })),
        whole: state.whole && {
          detector: state.whole.detector,
          rarity: state.whole.rarity,
          recipe: state.whole.recipe,
        },
      });
    expect(learned(judge(all, undefined, { ...policy, learnsAt }))).toBe(learned(without(policy)));
    expect(learned(judge(all, undefined, policy))).not.toBe(learned(without(policy)));
  });

  it('is as before, bit for bit, where the window never opens', () => {
    const plain = judge(all, undefined, policy);
    const never = judge(all, undefined, { ...policy, learnsAt: () => true });
    expect(JSON.stringify(never.rows)).toBe(JSON.stringify(plain.rows));
    expect(bytesOf(never.state)).toBe(bytesOf(plain.state));
  });
});

function cut(given: EntityWindow, from: number, to: number): EntityWindow {
  const width = given.series.length;
  return { ...given, times: given.times.slice(from, to), values: given.values.slice(from * width, to * width) };
}

describe('what is trained on', () => {
  it('lacks the rows that are not to be learned from, and keeps the others whole and in order', () => {
    const past = loaded(['cpu', 'memory']);
    const left = rowsToLearnFrom(past, learnsAt);
    expect([...left.times]).toEqual([...past.times].filter((time) => learnsAt('e', time)));
    expect([...left.values.subarray(500 * 2, 501 * 2)]).toEqual([...past.values.subarray(530 * 2, 531 * 2)]);
    expect(left.values.length).toBe(left.times.length * 2);
  });

  it('is the very same where nothing is left out, and empty where everything is', () => {
    const past = loaded(['cpu']);
    expect(rowsToLearnFrom(past, () => true)).toBe(past);
    expect(rowsToLearnFrom(past, () => false).times.length).toBe(0);
  });
});
