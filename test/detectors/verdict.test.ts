import { describe, expect, it } from 'vitest';
import type { SeriesJudgement } from '../../shared/detectors/detector.ts';
import {
  directionOf,
  reachVerdict,
  startVerdict,
  VERDICT_NUMBERS,
  type SeriesVerdict,
  type VerdictPolicy,
  type VerdictState,
} from '../../shared/detectors/verdict.ts';

const policy: VerdictPolicy = {
  threshold: 1.75,
  direction: 'both',
  floor: { absolute: 0, relative: 0 },
  confirm: { rows: 1, of: 1 },
};
const STEP = 300;

const row = (novelty: number, alert = 0, expected = 10): SeriesJudgement => ({
  score: 0.5,
  alert,
  novelty,
  expected,
  lower: expected - 2,
  upper: expected + 2,
  channel: 'a level higher than any remembered',
});

interface Seen {
  readonly judged: SeriesJudgement;
  readonly value?: number;
}

/** Verdicts over rows five minutes apart, from time 0. */
function follow(rows: readonly Seen[], given: Partial<VerdictPolicy> = {}, step = STEP): SeriesVerdict[] {
  let state: VerdictState = startVerdict();
  return rows.map(({ judged, value = 50 }, index) => {
    const reached = reachVerdict(state, index * step, value, judged, { ...policy, ...given });
    state = reached.state;
    return reached.verdict;
  });
}

/** One letter a row: a(lert), n(ovel without an alert), . (calm), ? (unknown). */
const rows = (line: string): Seen[] =>
  Array.from(line, (letter) => {
    if (letter === 'a') return { judged: row(3, 2.5) };
    if (letter === 'n') return { judged: row(2) };
    return { judged: letter === '.' ? row(0.5) : { unscorable: 'missing-data' } };
  });

const letters = (verdicts: readonly SeriesVerdict[]): string =>
  verdicts.map(({ status }) => (status === 'anomalous' ? 'A' : status === 'normal' ? '.' : '?')).join('');

describe('verdict', () => {
  it.each([
    ['stays normal without an alert, however novel', '..nn..n', {}, '.......'],
    ['is anomalous from an alert until eight calm rows', '.a............', {}, '.AAAAAAAA.....'],
    ['stays anomalous while novelty returns', '.a....n.........', {}, '.AAAAAAAAAAAAA..'],
    ['does not let a gap end an episode', '.a.....???....', {}, '.AAAAAA???AA..'],
    [
      'asks for two of three rows when told to',
      '.a....a.n.........',
      { confirm: { rows: 2, of: 3 } },
      '........AAAAAAAA..',
    ],
    ['lets earlier novel rows confirm an alert', '.n.a........', { confirm: { rows: 2, of: 3 } }, '...AAAAAAAA.'],
    [
      'gives up an alert that nothing confirmed in time',
      '.a..n.......',
      { confirm: { rows: 2, of: 3 } },
      '............',
    ],
  ] as const)('%s', (_, line, given, expected) => {
    expect(letters(follow(rows(line), given))).toBe(expected);
  });

  it('waits a quarter of an hour at least, however short the step', () => {
    expect(letters(follow(rows(`a${'.'.repeat(20)}`), {}, 60))).toBe(`${'A'.repeat(15)}......`);
  });

  it('says since when, and how strong the strongest alert was', () => {
    const verdicts = follow([...rows('.'), { judged: row(4, 3.5) }, { judged: row(2) }, { judged: row(3, 2) }]);
    expect(verdicts[3]).toMatchObject({ status: 'anomalous', since: STEP, strongest: 3.5, alert: 2 });
  });

  it('dates a confirmed episode from the alert, not from its confirmation, and tells its strength once', () => {
    const verdicts = follow(rows('..an.'), { confirm: { rows: 2, of: 3 } });
    expect(verdicts[2]).toMatchObject({ status: 'normal', alert: 0, withheld: 'unconfirmed' });
    expect(verdicts[3]).toMatchObject({ status: 'anomalous', since: 2 * STEP, alert: 2.5 });
    expect(verdicts[4]).toMatchObject({ alert: 0 });
  });

  it('counts confirmations over as many as sixty rows', () => {
    const line = `a${'.'.repeat(50)}n`;
    expect(letters(follow(rows(line), { confirm: { rows: 2, of: 60 } })).at(-1)).toBe('A');
    expect(letters(follow(rows(line), { confirm: { rows: 2, of: 40 } })).at(-1)).toBe('.');
  });

  it.each([
    ['a rise where only drops are bad', 50, { direction: 'down' }, 'other-direction'],
    ['a drop where only rises are bad', 1, { direction: 'up' }, 'other-direction'],
    ['less than 5 off', 14, { floor: { absolute: 5, relative: 0 } }, 'below-floor'],
    ['less than 50 % off', 14, { floor: { absolute: 0, relative: 0.5 } }, 'below-floor'],
    ['5 off but not 50 %', 14.5, { floor: { absolute: 4, relative: 0.5 } }, 'below-floor'],
  ] as const)('withholds %s, and says why', (_, value, given, withheld) => {
    const [verdict] = follow([{ judged: row(3, 2.5), value }], given);
    expect(verdict).toMatchObject({ status: 'normal', alert: 0, withheld });
  });

  it.each([
    ['a rise where rises are bad', 50, { direction: 'up' }],
    ['a drop where drops are bad', 1, { direction: 'down' }],
    ['a deviation beyond both floors', 16, { floor: { absolute: 5, relative: 0.5 } }],
  ] as const)('tells of %s', (_, value, given) => {
    const [verdict] = follow([{ judged: row(3, 2.5), value }], given);
    expect(verdict).toMatchObject({ status: 'anomalous', alert: 2.5 });
    expect(verdict).not.toHaveProperty('withheld');
  });

  it('keeps the expected range within the nature of the metric', () => {
    const [verdict] = follow([{ judged: row(0, 0, 1) }], { lowest: 0, highest: 2 });
    expect(verdict).toMatchObject({ expected: 1, lower: 0, upper: 2 });
  });

  it('passes the reason on where a row cannot be judged', () => {
    const [verdict] = follow([{ judged: { unscorable: 'not-enough-history' } }]);
    expect(verdict).toEqual({ status: 'unknown', reason: 'not-enough-history' });
  });

  it('takes the bad direction of the metric where the watch says "known"', () => {
    expect([directionOf('known', 'down'), directionOf('up', 'down')]).toEqual(['down', 'up']);
  });

  it('goes on the same after its numbers went through a typed array', () => {
    let state = startVerdict();
    rows('.a..n').forEach(({ judged }, index) => (state = reachVerdict(state, index * STEP, 50, judged, policy).state));
    const names = Object.keys(state) as (keyof VerdictState)[];
    const stored = Float64Array.from(names, (name) => state[name]);
    expect(stored).toHaveLength(VERDICT_NUMBERS);
    const restored = Object.fromEntries(names.map((name, index) => [name, stored[index]])) as unknown as VerdictState;
    expect(reachVerdict(restored, 1500, 50, row(0), policy)).toEqual(reachVerdict(state, 1500, 50, row(0), policy));
  });
});
