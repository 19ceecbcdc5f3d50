import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { EntityWindow, JudgedRow, RuleVerdict, Verdict } from '../../shared/pipeline/judge.ts';
import { retireEntity } from '../../shared/pipeline/recovered.ts';
import { tellEntity, type Telling } from '../../shared/pipeline/tell-entity.ts';

const period = 300;
const series = (label: string): SeriesDescription => ({
  id: `e/${label}`,
  entity: 'e',
  label,
  metric: { namespace: 'Test', name: label, dimensions: {}, statistic: 'Average' },
  periodSeconds: period,
  nature: { unit: 'Percent', bad: 'both', gap: 'gap' },
});

/** One row of a story: `n` normal, `?` a gap, a digit an anomaly with that alert; `r` and `R` a rule kept and broken. */
type Mark = string;
const numbers = { expected: 40, lower: 30, upper: 50 };

function verdictOf(mark: Mark, since: number): Verdict {
  if (mark.includes('?')) return { status: 'unknown', reason: 'missing-data' };
  const alert = /\d/.exec(mark)?.[0];
  if (alert === undefined) return { status: 'normal', score: 0.1, alert: 0, ...numbers };
  return {
    status: 'anomalous',
    score: 0.9,
    alert: Number(alert),
    ...numbers,
    since,
    explanation: `alert ${alert}`,
  };
}

function rulesOf(mark: Mark, asked: boolean, since: number): RuleVerdict[] {
  const sign = /[rR]/.exec(mark)?.[0];
  if (sign === undefined) return [];
  const status = sign === 'R' ? 'firing' : mark.includes('?') ? 'unknown' : 'normal';
  const explanation = status === 'firing' ? 'It is above 90.' : '';
  return [{ column: 0, rule: 'above 90', asked, status, since, score: status === 'firing' ? 0.8 : 0.2, explanation }];
}

interface Story {
  readonly asked?: boolean;
  readonly metrics?: number;
}

/** What is told after each tick; a tick is as many rows as it has marks, none where it is empty. */
function tell(ticks: readonly (readonly Mark[])[], { asked = true, metrics = 1 }: Story = {}): readonly Telling[] {
  const all = Array.from({ length: metrics }, (_, k) => series(`m${k}`));
  let time = 0;
  let since = 0;
  let told: Telling['told'] = [];
  return ticks.map((marks) => {
    const times = Float64Array.from(marks, () => (time += period));
    const rows = marks.map((mark, k): JudgedRow => {
      if (/[nr]/.test(mark)) since = 0;
      else if (since === 0) since = times[k];
      const verdict = verdictOf(mark, since);
      return {
        time: times[k],
        entity: verdict,
        shares: [],
        series: all.map(() => verdict),
        rules: rulesOf(mark, asked, since),
      };
    });
    const values = Float64Array.from(
      marks.flatMap((mark, k) => all.map(() => (mark.includes('?') ? Number.NaN : 100 + k))),
    );
    const window: EntityWindow = { entity: 'e', series: all, stepSeconds: period, times, values };
    const telling = tellEntity(window, rows, told);
    told = telling.told;
    return telling;
  });
}

const statuses = (tellings: readonly Telling[]): string =>
  tellings
    .map(({ statements }) => (statements.length === 0 ? '-' : statements.map(({ status }) => status).join('+')))
    .join(' ');

describe('what is said of an entity from tick to tick', () => {
  it.each<[string, readonly (readonly Mark[])[], string, Story?]>([
    ['nothing is said of what is normal', [['n'], ['n']], '- -'],
    ['what fires is said again at every tick while it lasts', [['2'], ['1'], ['3']], 'firing firing firing'],
    [
      'what has recovered is said to be normal three times, and then no more',
      [['2'], ['n'], ['n'], ['n'], ['n']],
      'firing normal normal normal -',
    ],
    ['what began and ended between two ticks does not pass in silence', [['n', '2', 'n']], 'firing'],
    ['a tick without a new row repeats what was said', [['2'], [], [], ['n']], 'firing firing firing normal'],
    ['a gap resolves nothing: what fired is unknown', [['2'], ['?'], ['?']], 'firing unknown unknown'],
    ['after a gap it fires on', [['2'], ['?'], ['2']], 'firing unknown firing'],
    [
      'after a gap it recovers, three times',
      [['2'], ['?'], ['n'], ['n'], ['n'], ['n']],
      'firing unknown normal normal normal -',
    ],
    ['a gap of what never fired is not worth a word', [['?'], ['?']], '- -'],
    [
      'a gap after a recovery says nothing new, and uses its ticks up',
      [['2'], ['n'], ['?'], ['?'], ['?']],
      'firing normal normal normal -',
    ],
    ['what fires again during its recovery fires', [['2'], ['n'], ['2'], ['n']], 'firing normal firing normal'],
    [
      'a rule fires and recovers like an anomaly',
      [['nR'], ['nr'], ['nr'], ['nr'], ['nr']],
      'firing normal normal normal -',
    ],
    ['a flag that nobody asked for is not a statement', [['nR'], ['nR']], '- -', { asked: false }],
    ['anomaly and rule are two statements', [['2R'], ['nR']], 'firing+firing normal+firing'],
    ['of several metrics the whole speaks and each of them', [['2']], 'firing+firing+firing', { metrics: 2 }],
    ['of sixteen metrics the whole alone speaks', [['2']], 'firing', { metrics: 16 }],
  ])('%s', (_title, ticks, expected, story) => {
    expect(statuses(tell(ticks, story))).toBe(expected);
  });

  it.each<[string, readonly (readonly Mark[])[], readonly number[]]>([
    ['once where it began', [['2'], ['2'], ['n']], [1, 0, 0]],
    ['again where it had recovered', [['2'], ['n'], ['2']], [1, 0, 1]],
    ['not again after a gap: it had not ended', [['2'], ['?'], ['2']], [1, 0, 0]],
    ['not again for a tick without rows', [['2'], []], [1, 0]],
    ['for a rule and an anomaly each', [['2R']], [2]],
  ])('what begins is counted %s', (_title, ticks, began) => {
    expect(tell(ticks).map((telling) => telling.began)).toEqual(began);
  });

  it.each<[string, readonly Mark[], { observed: number | null; explanation: string }]>([
    ['the strongest row speaks', ['1', '3', '2'], { observed: 101, explanation: 'alert 3' }],
    ['of equals the latest', ['2', '2', 'n'], { observed: 101, explanation: 'alert 2' }],
    ['a gap at the end takes nothing back', ['2', '?'], { observed: 100, explanation: 'alert 2' }],
  ])('of the rows of a tick %s', (_title, marks, expected) => {
    expect(tell([marks])[0].statements[0]).toMatchObject({ status: 'firing', ...expected });
  });

  it('a flag nobody asked for is named where the anomaly is explained', () => {
    expect(tell([['2R']], { asked: false })[0].statements[0].explanation).toBe('alert 2; It is above 90.');
  });

  it('since stays that of the episode, through gap and recovery', () => {
    const told = tell([['n'], ['2'], ['2'], ['?'], ['n']]);
    expect(told.slice(1).map(({ statements }) => statements[0].since)).toEqual([600, 600, 600, 600]);
  });

  it('what cannot be judged says why in words, and claims no numbers', () => {
    const [, lost] = tell([['2'], ['?']]);
    expect(lost.statements[0]).toMatchObject({ status: 'unknown', explanation: 'It sends no data.' });
  });
});

describe('an entity that is no longer looked after', () => {
  it.each<[string, readonly (readonly Mark[])[], readonly number[]]>([
    ['is said to be normal three times, if it fired', [['2']], [1, 1, 1, 0]],
    ['is closed where its end was unknown, too', [['2'], ['?']], [1, 1, 1, 0]],
    ['is told only as often as is left, if it had begun to recover', [['2'], ['n'], ['n']], [1, 0]],
    ['is not spoken of if it never fired', [['n']], [0]],
  ])('%s', (_title, ticks, counts) => {
    let { told } = tell(ticks).at(-1)!;
    const said = counts.map(() => {
      const telling = retireEntity(told);
      told = telling.told;
      expect(telling.began).toBe(0);
      for (const { status, explanation, gone } of telling.statements)
        expect({ status, explanation, gone }).toEqual({
          status: 'normal',
          explanation: 'It is no longer looked after.',
          gone: true,
        });
      return telling.statements.length;
    });
    expect(said).toEqual(counts);
  });

  it('a metric that is gone from an entity that stays is closed the same way', () => {
    const [{ told }] = tell([['2']], { metrics: 2 });
    const window: EntityWindow = {
      entity: 'e',
      series: [series('m0')],
      stepSeconds: period,
      times: Float64Array.of(900),
      values: Float64Array.of(40),
    };
    const verdict = verdictOf('n', 0);
    const rows: JudgedRow[] = [{ time: 900, entity: verdict, shares: [], series: [verdict], rules: [] }];
    const { statements } = tellEntity(window, rows, told);
    expect(statements.map(({ key, status, explanation, gone }) => [key, status, explanation, gone])).toEqual([
      ['anomaly:e/m0', 'normal', '', undefined],
      ['anomaly:e', 'normal', 'It is no longer looked after.', true],
      ['anomaly:e/m1', 'normal', 'It is no longer looked after.', true],
    ]);
  });
});
