import { describe, expect, it } from 'vitest';
import { forecasterNamed, restoreForecaster } from '../../shared/forecasters/catalogue.ts';
import { keptSlots, placeWindow } from '../../shared/pipeline/kept-window.ts';
import { windowForTicks } from '../../shared/pipeline/window-for-ticks.ts';
import { settingsSchema, type Watch, watchesOf } from '../../shared/settings/settings.ts';
import { rhythm } from '../forecasters/made-up-series.ts';

const day = 288;
const history = rhythm(22 * day, { stepSeconds: 300 });
const watch = (more: object = {}): Watch =>
  watchesOf(settingsSchema.parse({ watches: { w: { select: 'Test', period: '5m', ...more } } }))[0];
const fit = (name: string) => {
  const forecaster = forecasterNamed(name);
  return { forecaster: { name, state: forecaster.fit(history, forecaster.defaults, 1).state } };
};
const unreadable = { forecaster: { name: 'naive', state: { stepSeconds: 'x' } } };
const unknown = { forecaster: { name: 'of-tomorrow', state: {} } };

describe('what ticks are left of a history of three weeks', () => {
  it.each([
    ['all three weeks, where the forecaster looks at them', fit('automatic'), 21 * day],
    ['fifteen days, where a week ago is all it asks for', fit('seasonal-naive'), 15 * day],
    ['a day, where the last value is', fit('naive'), day],
    ['a day, where nothing could be fitted', { forecaster: null }, day],
    ['a day, where what is stored cannot be read', unreadable, day],
    ['a day, where nobody knows the forecaster', unknown, day],
  ])('is %s', (_title, of, slots) => {
    expect(keptSlots(windowForTicks(of, history.values, watch()))).toBe(slots);
  });

  it.each([
    ['as many as a chart draws', {}, 60],
    ['as many as are looked ahead', { forecast: { horizon: '10h' } }, 120],
    ['as many as confirm a crossing, at most', { confirm: { rows: 40, of: 60 } }, 60],
  ])('keeps %s to the last digit', (_title, more, slots) => {
    const { near } = windowForTicks({ forecaster: null }, history.values, watch(more));
    expect(near).toEqual(history.values.slice(-slots));
  });

  it('is all there is, where there is less', () => {
    expect(keptSlots(windowForTicks(fit('naive'), history.values.subarray(0, 7), watch()))).toBe(7);
  });

  it.each(['automatic', 'seasonal-naive', 'naive'])('lets %s foresee the same', (name) => {
    const { forecaster } = fit(name);
    const fitted = restoreForecaster(forecaster);
    const kept = windowForTicks({ forecaster }, history.values, watch());
    const values = new Float64Array(keptSlots(kept));
    placeWindow(kept, values);
    const start = history.start + (history.values.length - values.length) * 300;
    const said = fitted.forecast({ start, stepSeconds: 300, values }, 9, [80]);
    const whole = fitted.forecast(history, 9, [80]);
    if ('unforecastable' in said || 'unforecastable' in whole) throw new Error('nothing was forecast');
    expect(said.start).toBe(whole.start);
    // Less than a thousandth of the noise.
    for (let step = 0; step < 9; step++) {
      expect(Math.abs(said.mean[step] - whole.mean[step])).toBeLessThan(1e-3);
      expect(Math.abs(said.bands[0].upper[step] - whole.bands[0].upper[step])).toBeLessThan(1e-3);
    }
  });
});
