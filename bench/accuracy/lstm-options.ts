import { parseArgs } from 'node:util';
import { scaledError } from '../../shared/evaluation/forecast-measures.ts';
import { lstmDefaults, type LstmOptions } from '../../shared/forecasters/lstm-options.ts';
import { trainLstm } from '../../shared/forecasters/lstm.ts';
import { mean } from '../../shared/numeric/statistics.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { forecastRegistry, type ForecastTask, forecastTask } from './forecast-data.ts';

/**
 * Stride and lookback of the neural network: each choice has the same seconds of one processor for each series, learns
 * from all but the last week, and is asked every 12 hours of that week. What a choice is worth is told by series that it
 * was not chosen on: of each, the choice that was best on all others.
 *
 *   tsx bench/accuracy/lstm-options.ts --data DIR [--series 18] [--seconds 10]
 */
const { values: asked } = parseArgs({
  options: {
    data: { type: 'string' },
    series: { type: 'string', default: '18' },
    seconds: { type: 'string', default: '10' },
  },
});
if (asked.data === undefined) throw new Error('--data is missing: name the folder that holds forecast/registry.json');
const { data } = asked;
const seconds = Number(asked.seconds);

const DAY = 288;
const STEPS = 12;
const small: LstmOptions = { ...lstmDefaults, horizon: STEPS, units: [32, 16], epochs: 1000, patience: 1000 };
const choices = [
  { lookback: 36, stride: 5 },
  { lookback: 72, stride: 5 },
  { lookback: 180, stride: 1 },
  { lookback: 180, stride: 2 },
  { lookback: 180, stride: 5 },
  { lookback: 180, stride: 10 },
  { lookback: 180, stride: 20 },
] as const;

/** The mean change from one day to the next, over the 14 days before. */
function scaleOf(values: Float64Array, end: number): number {
  const changes: number[] = [];
  for (let row = Math.max(DAY, end - 14 * DAY); row < end; row++) {
    const change = Math.abs(values[row] - values[row - DAY]);
    if (Number.isFinite(change)) changes.push(change);
  }
  return mean(changes);
}

/** Mean absolute scaled error over half an hour and an hour. */
function errorsOf({ values, origins }: ForecastTask, options: LstmOptions): readonly [number, number] | undefined {
  const [{ row: first }] = origins;
  const scale = scaleOf(values, first);
  const started = process.cpuUsage();
  const isTimeUp = (): boolean => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6 > seconds;
  };
  const stepSeconds = 300;
  const history = { start: 0, stepSeconds, values: values.subarray(Math.max(0, first - 21 * DAY), first) };
  const { fitted } = trainLstm(history, options, 1, { isTimeUp });
  const errors = origins.map(({ row }) => {
    const recent = { start: 0, stepSeconds, values: values.subarray(row - 2 * DAY, row) };
    const said = fitted.forecast(recent, STEPS, [80]);
    if ('unforecastable' in said) return undefined;
    const upTo = (steps: number) =>
      scaledError(values.subarray(row, row + steps), [...said.mean].slice(0, steps), scale);
    const [half, whole] = [upTo(STEPS / 2), upTo(STEPS)];
    return half === undefined || whole === undefined ? undefined : ([half, whole] as const);
  });
  const told = errors.filter((one) => one !== undefined);
  return told.length === 0 ? undefined : [mean(told.map(([half]) => half)), mean(told.map(([, whole]) => whole))];
}

const registry = forecastRegistry(data);
const sources = [...new Set(registry.map(({ source }) => source))];
const perSource = Math.ceil(Number(asked.series) / sources.length);
const chosen = sources.flatMap((source) => {
  const own = registry.filter((one) => one.source === source);
  const stride = Math.max(1, Math.floor(own.length / perSource));
  return own.filter((_, index) => index % stride === 0).slice(0, perSource);
});

const rows: { readonly name: string; readonly errors: readonly (readonly [number, number])[] }[] = [];
for (const { name } of chosen) {
  const task = forecastTask(data, name);
  const errors = choices.map((choice) => errorsOf(task, { ...small, ...choice }));
  const known = errors.filter((one) => one !== undefined);
  if (known.length === choices.length) rows.push({ name, errors: known });
  process.stderr.write(`${name} ${errors.map((one) => one?.[1].toFixed(3) ?? '-').join(' ')}\n`);
}

const both = ([half, whole]: readonly [number, number]): number => (half + whole) / 2;
/** Relative to what stands now, so that no series counts for more because it is harder. */
const now = choices.findIndex(({ lookback, stride }) => lookback === 180 && stride === 5);
const relative = (of: typeof rows, choice: number): number =>
  Math.exp(mean(of.map(({ errors }) => Math.log(both(errors[choice]) / both(errors[now])))));
const bestOn = (of: typeof rows): number =>
  choices.reduce((best, _, index) => (relative(of, index) < relative(of, best) ? index : best), now);
const right = { align: 'right' } as const;
const lines = textTable(
  [
    { heading: 'lookback', ...right },
    { heading: 'stride', ...right },
    { heading: '30 min', ...right },
    { heading: '60 min', ...right },
    { heading: 'against 180, 5', ...right },
    { heading: 'best on the others', ...right },
  ],
  choices.map(({ lookback, stride }, index) => [
    String(lookback),
    String(stride),
    mean(rows.map(({ errors }) => errors[index][0])).toFixed(3),
    mean(rows.map(({ errors }) => errors[index][1])).toFixed(3),
    relative(rows, index).toFixed(3),
    String(rows.filter((one) => bestOn(rows.filter((other) => other !== one)) === index).length),
  ]),
);
const heldOut = Math.exp(
  mean(
    rows.map((one) =>
      Math.log(both(one.errors[bestOn(rows.filter((other) => other !== one))]) / both(one.errors[now])),
    ),
  ),
);
process.stdout.write(
  `${rows.length} series, ${seconds} s of a processor each; mean absolute scaled error\n${lines.join('\n')}\n` +
    `Each by the choice that is best on all others: ${heldOut.toFixed(3)} of 180, 5.\n`,
);
