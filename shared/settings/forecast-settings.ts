import * as z from 'zod';
import { severity } from './alert-settings.ts';
import { duration } from './duration.ts';

const labelGlob = z.string().min(1).max(255).describe('Which series, by their label; globs allowed');

/** Also in `forecasters/catalogue`, which settings may not import; a test keeps the two the same. */
export const forecasterNames = ['automatic', 'naive', 'seasonal-naive', 'holt-winters', 'ridge', 'ensemble'] as const;

/** A limit, or `off` to take the default one away. */
const value = z
  .union([z.number(), z.literal(['off', false])], { error: 'must be a number, or off' })
  .transform((given): number | 'off' => (given === false ? 'off' : given));

const limit = z
  .strictObject({
    metric: labelGlob,
    above: value.optional().describe('It is not to rise above it; off: no such limit, not even the usual one'),
    below: value.optional().describe('It is not to fall below it, such as free storage'),
    severity: severity.optional().describe('Default: by the recommendation, from LOW to CRITICAL'),
  })
  .refine(
    ({ above, below }) => above !== undefined || below !== undefined,
    'names no limit → write above: 80, or below: 1e9',
  )
  .refine(
    ({ above, below }) => typeof above !== 'number' || typeof below !== 'number' || below < above,
    'has a below that is not below its above → exchange them, or leave one out',
  )
  .describe('A line that a series is not to cross: what is forecast');

/** What is to be looked ahead at. Each series takes, of limits of one side, the last one that names it. */
export const limitSettings = z
  .array(limit)
  .max(1000)
  .default([])
  .describe(
    'Lines that series are not to cross. Every percentage of which high values are bad has one above 80 unless another is given; forecasts are made of what has a limit',
  );

const percent = (initially: number) => z.number().gt(0).max(100).default(initially);

const recommendations = z
  .strictObject({
    monitor: percent(80).describe('Expected peak from which to keep an eye on it'),
    prepare: percent(85).describe('…from which to prepare more capacity'),
    soon: percent(90).describe('…from which to scale soon'),
    immediately: percent(95).describe('…from which to scale at once'),
    target: percent(70).describe('Utilisation that capacity is to be scaled to'),
  })
  .refine(
    ({ monitor, prepare, soon, immediately }) => monitor < prepare && prepare < soon && soon < immediately,
    'are not in ascending order → write such as { monitor: 80, prepare: 85, soon: 90, immediately: 95 }',
  )
  .refine(
    ({ target, monitor }) => target < monitor,
    'have a target that is not below monitor: what was scaled would be told of again → write such as { target: 70 }',
  );

/** Two hundred LSTMs are two hours of a core a day. */
const mostNetworks = 200;

/** Of minutes a day; a network that looks at more takes an hour for each series. */
const mostLookback = 1440;

const longestHorizon = 86_400;

const lstm = z
  .strictObject({
    series: z
      .union([labelGlob, z.array(labelGlob).min(1)], {
        error: 'must be a label, a glob or a list of them → write such as "*Utilization"',
      })
      .transform((given) => (typeof given === 'string' ? [given] : given))
      .describe('Series for which it competes, by their label; globs allowed'),
    most: z.int().min(1).max(mostNetworks).default(20).describe('At most so many series: each takes minutes to train'),
    lookback: z
      .int()
      .min(8)
      .max(mostLookback)
      .default(180)
      .describe('Points that it looks at. Another number is another network: it is trained anew'),
    head: z
      .enum(['last-state', 'per-step'])
      .default('last-state')
      .describe(
        'What says the steps ahead: the state after the last point, or, as is classic and worse, one state each',
      ),
    stride: z
      .int()
      .min(1)
      .max(mostLookback)
      .default(5)
      .describe('Points from one training window to the next: fewer learn more from as much history, and take longer'),
  })
  .describe('A neural network that competes with the other forecasters');

const forecast = z.strictObject({
  every: duration
    .refine((seconds) => seconds <= 86_400, 'is longer than a day → write at most 1d')
    .optional()
    .describe('How often it is forecast; default: every 5m, or every tick of the watch where that is longer'),
  horizon: duration
    .refine((seconds) => seconds <= longestHorizon, 'is longer than a day → write such as 45m')
    .optional()
    .describe('How far it is looked ahead; default 45m, or three points where that is longer'),
  forecaster: z
    .union([z.enum(['automatic-selection', ...forecasterNames]), z.array(z.enum(forecasterNames)).min(1).max(10)], {
      error: `must be automatic-selection, one of ${forecasterNames.join(', ')}, or a list of them → write such as [automatic, holt-winters]`,
    })
    .default('automatic-selection')
    .describe('One for all series; several of which the best serves each; or the usual ones competing for each'),
  lstm: lstm.optional(),
  recommendations: recommendations
    .prefault({})
    .describe('Expected peaks, in percent, and what is advised from each on'),
});

const off = z.literal(['off', false]).transform((): 'off' => 'off');

export const forecastSettings = z
  .union([off, forecast], { error: 'must be off, or settings such as { horizon: 45m }' })
  .prefault({})
  .describe('What is expected of series that have a limit, or off');

export type ForecastSettings = z.output<typeof forecast>;

interface Timing {
  readonly every: number;
  readonly period: number;
  readonly forecast: 'off' | Pick<ForecastSettings, 'every' | 'horizon' | 'lstm'>;
}

const usualEvery = 300;
const usualHorizon = 2700;
/** More steps say no more, and cost as much as they are. */
export const mostHorizonSteps = 400;

/** Seconds between two forecasts of a watch: there is nothing new to forecast from between two of its ticks. */
export const forecastEvery = ({ every, forecast: given }: Timing): number =>
  (given === 'off' ? undefined : given.every) ?? Math.max(usualEvery, every);

/** Seconds that a watch looks ahead: at least a few of its points, and never more than can be forecast one by one. */
export const forecastHorizon = ({ period, forecast: given }: Timing): number =>
  (given === 'off' ? undefined : given.horizon) ??
  Math.min(Math.max(usualHorizon, 3 * period), (mostHorizonSteps - 40) * period);

/** What of a watch's forecast cannot be, with the other settings of the watch: where, and in words with a remedy. */
export function forecastProblems(timing: Timing): readonly {
  readonly path: readonly ('forecast' | 'every' | 'horizon' | 'lstm' | 'lookback')[];
  readonly message: string;
}[] {
  const { every, period, forecast: given } = timing;
  if (given === 'off') return [];
  const problems: { path: ReturnType<typeof forecastProblems>[number]['path']; message: string }[] = [];
  if (given.every !== undefined && given.every < every)
    problems.push({
      path: ['forecast', 'every'],
      message: `is shorter than the watch's own every: there are no new points in between → write at least ${every}s, or leave it out`,
    });
  if (given.horizon !== undefined && given.horizon < period)
    problems.push({
      path: ['forecast', 'horizon'],
      message: `is shorter than one point of the watch → write at least ${period}s, or leave it out`,
    });
  if (given.horizon !== undefined && given.horizon > mostHorizonSteps * period)
    problems.push({
      path: ['forecast', 'horizon'],
      message: `is more than ${mostHorizonSteps} points ahead → write at most ${mostHorizonSteps * period}s, or a longer period`,
    });
  const { lookback = Infinity, head } = given.lstm ?? {};
  const steps = Math.ceil(forecastHorizon(timing) / period);
  if (head === 'per-step' && steps > lookback)
    problems.push({
      path: ['forecast', 'lstm', 'lookback'],
      message: `is fewer than the ${steps} points that are looked ahead, and head: per-step says no more than it looks at → write at least ${steps}, or head: last-state`,
    });
  return problems;
}
