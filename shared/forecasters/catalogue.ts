import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { automaticForecaster } from './automatic.ts';
import { ensembleOf } from './ensemble.ts';
import { holtWinters } from './holt-winters.ts';
import { lstmForecaster } from './lstm.ts';
import { naive } from './naive.ts';
import { ridge } from './ridge.ts';
import { seasonalNaive } from './seasonal-naive.ts';

/** Forecasters by the name that settings and stored models know them by: a new one is one file and one line here. */
export const forecasters = {
  automatic: automaticForecaster,
  naive,
  'seasonal-naive': seasonalNaive,
  'holt-winters': holtWinters,
  ridge,
  ensemble: ensembleOf({ naive, 'seasonal-naive': seasonalNaive, 'holt-winters': holtWinters, ridge }),
  lstm: lstmForecaster,
} as const;

/** A fitted forecaster as it is stored: plain values and typed arrays. */
export interface StoredForecaster {
  readonly name: string;
  readonly state: unknown;
}

const byName: ReadonlyMap<string, Forecaster<unknown, unknown>> = new Map(
  Object.entries(forecasters).map(([name, forecaster]) => [
    name,
    forecaster as unknown as Forecaster<unknown, unknown>,
  ]),
);

/** @throws RangeError naming those there are. */
export function forecasterNamed(name: string): Forecaster<unknown, unknown> {
  const found = byName.get(name);
  if (found === undefined)
    throw new RangeError(`There is no forecaster '${name}': write one of ${[...byName.keys()].join(', ')}.`);
  return found;
}

/**
 * Back at work, from what was stored. The name is checked first, then the state.
 *
 * @throws RangeError on a name that is not there, or a state that is not one of it, naming field, value and remedy.
 */
export function restoreForecaster({ name, state }: StoredForecaster): FittedForecaster<unknown> {
  const forecaster = forecasterNamed(name);
  if (typeof state !== 'object' || state === null)
    throw new RangeError(`The state of forecaster '${name}' is ${String(state)}: fit it anew.`);
  return forecaster.restore(state);
}
