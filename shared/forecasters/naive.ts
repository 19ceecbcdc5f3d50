import { checkStep, bridgedSlots, measuredValues } from './recent-window.ts';
import type { Forecaster } from './forecaster.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { checkState, measuredShape } from './stored-shapes.ts';
import { backtestOf } from './rolling-origins.ts';

/** There is nothing to choose. */
export type NaiveOptions = Readonly<Record<string, never>>;

/** Persistence: everything stays as it is. What others must beat to be worth anything. */
export const naive: Forecaster<NaiveOptions, MeasuredState> = {
  name: 'naive',
  defaults: {},
  fit(history) {
    const { stepSeconds } = history;
    checkStep(stepSeconds);
    const values = measuredValues(history.values);
    let last = Number.NaN;
    let read = 0;
    const backtest = backtestOf(values, stepSeconds, 1, (origin, _steps, into) => {
      for (; read < origin; read++) if (!Number.isNaN(values[read])) last = values[read];
      into.fill(last);
      return !Number.isNaN(last) && !Number.isNaN(values[origin - 1]);
    });
    return restore({ stepSeconds, lowest: lowestOf(values), ...backtest });
  },
  restore(state) {
    checkState('naive', measuredShape, state);
    return restore(state);
  },
};

const windowSlots = (stepSeconds: number): number => bridgedSlots(stepSeconds) + 1;

const restore = (state: MeasuredState) =>
  measuredForecaster(state, windowSlots(state.stepSeconds), ({ values }, steps) =>
    new Float64Array(steps).fill(values[values.length - 1]),
  );
