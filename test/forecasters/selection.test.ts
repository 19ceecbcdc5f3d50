import { describe, expect, it } from 'vitest';
import { forecasterNamed, restoreForecaster } from '../../shared/forecasters/catalogue.ts';
import { defaultCandidates, selectForecaster } from '../../shared/forecasters/selection.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { DAY, mapped, rhythm, START, STEP, until } from './made-up-series.ts';

const few = ['naive', 'seasonal-naive', 'holt-winters'];
const select = (history: Series, candidates: readonly string[] = few, incumbent?: string) =>
  selectForecaster(history, candidates, 9, 1, incumbent);

/** Nothing can be foretold of it. */
function walk(slots: number): Series {
  const random = createRandom(4);
  let at = 0;
  return {
    start: START,
    stepSeconds: STEP,
    values: Float64Array.from({ length: slots }, () => (at += random.normal())),
  };
}

describe('who serves a series', () => {
  it('is the one that errs least, fitted on all of history', () => {
    const history = rhythm(8 * DAY, { noise: 0.5, seed: 2 });
    const { name, fitted, skill, noSkill, reports, reason } = select(history);
    const least = Math.min(...reports.map(({ error }) => error ?? Infinity));
    expect(reports.find((one) => one.name === name)?.error).toBe(least);
    expect(reports.map((one) => one.name)).toEqual(few);
    expect(name).not.toBe('naive');
    expect(skill?.value).toBeGreaterThan(0.5);
    expect(skill?.origins).toBeGreaterThan(40);
    expect(noSkill).toBe(false);
    expect(reason).toMatch(new RegExp(`^${name}: \\d+ % better`));
    const forecaster = forecasterNamed(name);
    expect(fitted.state).toEqual(forecaster.fit(history, forecaster.defaults, 1).state);
  });

  it.each([
    ['no values', () => false],
    ['every other value', (slot: number) => slot % 2 === 1],
    ['two of three values', (slot: number) => slot % 3 > 0],
    ['all of the last day but the end of it', (slot: number) => slot >= 7 * DAY && slot < 8 * DAY - 2],
  ])('has an answer to the history that it was chosen on, with %s missing', (_title, isMissing) => {
    const whole = rhythm(8 * DAY, { noise: 0, swing: 10, seed: 2 });
    const history = { ...whole, values: whole.values.map((value, slot) => (isMissing(slot) ? Number.NaN : value)) };
    expect(select(history, defaultCandidates).fitted.forecast(history, 9, [80, 95])).toHaveProperty('mean');
  });

  it('says so where nothing beats saying that nothing changes, and raises nothing', () => {
    const { skill, noSkill, reason } = select(walk(8 * DAY));
    expect(skill?.value).toBeLessThan(0.02);
    expect(noSkill).toBe(true);
    expect(reason).toMatch(/nothing is better/);
  });

  it('has no skill on a metric that never moves, and no number that is none', () => {
    const { skill, noSkill, reports } = select(rhythm(6 * DAY, { swing: 0, noise: 0 }));
    expect(noSkill).toBe(true);
    expect(Number.isFinite(skill?.value)).toBe(true);
    for (const report of reports) expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('stays who it was unless another is better by a margin', () => {
    const history = rhythm(8 * DAY, { noise: 0.5, seed: 2 });
    const { name, reports } = select(history);
    const errors = new Map(reports.map((one) => [one.name, one.error ?? Infinity]));
    for (const incumbent of few) {
      const kept = select(history, few, incumbent);
      const isClose = (errors.get(incumbent) ?? 0) * 0.97 <= (errors.get(name) ?? 0);
      expect(kept.name).toBe(isClose ? incumbent : name);
    }
    // As good as itself: never replaced.
    expect(select(history, [name], name).name).toBe(name);
  });

  it('keeps an incumbent that is only a little worse, and says by how much', () => {
    const history = rhythm(6 * DAY);
    const many = [...few, 'ridge', 'ensemble'];
    const best = select(history, many);
    const least = best.reports.find(({ name }) => name === best.name)?.error ?? 0;
    const close = best.reports.find(({ name, error }) => name !== best.name && error !== null && error < 1.03 * least);
    if (close === undefined) throw new Error('the example has no close second');
    const kept = select(history, many, close.name);
    expect(kept.name).toBe(close.name);
    expect(kept.reason).toMatch(/are needed to replace it/);
  });

  it('passes over an incumbent that is no candidate any more, or unknown by now', () => {
    expect(few).toContain(select(rhythm(6 * DAY), few, 'ensemble').name);
    expect(few).toContain(select(rhythm(6 * DAY), few, 'a forecaster of old').name);
  });

  it('is the earlier candidate where two are equal, and asks each name once', () => {
    const constant = rhythm(6 * DAY, { swing: 0, noise: 0 });
    expect(select(constant, ['seasonal-naive', 'naive']).name).toBe('seasonal-naive');
    expect(select(constant, ['naive', 'naive']).reports).toHaveLength(1);
  });

  it.each([
    ['nothing', 0],
    ['one value', 1],
    ['ten values', 10],
  ])('is unproven, and raises nothing, on %s', (_, slots) => {
    const { name, skill, noSkill, reports, reason, fitted } = select(until(rhythm(DAY), slots));
    expect(few).toContain(name);
    expect([skill, noSkill]).toEqual([undefined, true]);
    expect(reason).toMatch(/too little history/);
    expect(reports.every(({ error }) => error === null)).toBe(true);
    expect(restoreForecaster({ name, state: fitted.state }).state).toEqual(fitted.state);
  });

  it('is unproven where all is missing, and measured where much is', () => {
    expect(select(mapped(rhythm(6 * DAY), () => NaN)).noSkill).toBe(true);
    const holes = mapped(rhythm(8 * DAY, { noise: 0.5 }), (value, slot) =>
      slot % 7 < 2 || slot % 500 < 60 ? NaN : value,
    );
    const { skill, reports } = select(holes);
    expect(skill?.value).toBeGreaterThan(0.3);
    for (const { error } of reports) expect(Number.isFinite(error)).toBe(true);
  });

  it.each(['automatic', 'naive', 'seasonal-naive', 'holt-winters', 'ridge', 'ensemble'])(
    'rests on a skill that is honest: %s finds none where there is none to be had',
    (name) => {
      const { reports } = select(walk(10 * DAY), [name]);
      expect(reports[0].skill).toBeLessThan(0.05);
    },
  );

  it('gives the same answer for the same history, and leaves it as it was', () => {
    const history = rhythm(6 * DAY);
    const [one, two] = [select(history), select(history)];
    expect({ ...two, fitted: two.fitted.state }).toEqual({ ...one, fitted: one.fitted.state });
    expect(history).toEqual(rhythm(6 * DAY));
  });

  it('has candidates by default that the catalogue knows', () => {
    for (const name of defaultCandidates) expect(forecasterNamed(name).name).toBe(name);
  });

  it.each([
    ['no candidate', () => select(rhythm(DAY), []), /at least one name/],
    ['an unknown candidate', () => select(rhythm(DAY), ['prophet']), /'prophet'.*naive/],
    ['a horizon of none', () => selectForecaster(rhythm(DAY), few, 0, 1), /horizon is 0/],
    ['a step that is none', () => select({ ...rhythm(DAY), stepSeconds: 0 }), /steps of 0 s/],
  ])('refuses %s', (_, ask, words) => {
    expect(ask).toThrow(RangeError);
    expect(ask).toThrow(words);
  });
});
