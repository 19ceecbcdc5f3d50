import { Refusal } from './wire.ts';

/** A series inside an expression: its values by time, and its grid. */
export interface MathSeries {
  readonly points: ReadonlyMap<number, number>;
  readonly periodSeconds: number;
  /** Every period's start in the asked window, for FILL. */
  readonly grid: readonly number[];
}

type Operand = number | MathSeries | readonly (number | MathSeries)[];

const refuse = (expression: string, why: string): never => {
  throw new Refusal(400, 'ValidationError', `Error in expression '${expression}': ${why}`);
};

const isSeries = (operand: Operand): operand is MathSeries => typeof operand === 'object' && 'points' in operand;

const dyadic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
};

/** Point by point; a time that one side lacks, or a result that is not finite, has no point: as CloudWatch does. */
function combine(left: number | MathSeries, right: number | MathSeries, sign: string): number | MathSeries {
  const apply = dyadic[sign];
  if (typeof left === 'number' && typeof right === 'number') return apply(left, right);
  const shape = (typeof left === 'number' ? right : left) as MathSeries;
  const points = new Map<number, number>();
  for (const time of shape.points.keys()) {
    const one = typeof left === 'number' ? left : left.points.get(time);
    const other = typeof right === 'number' ? right : right.points.get(time);
    if (one === undefined || other === undefined) continue;
    const value = apply(one, other);
    if (Number.isFinite(value)) points.set(time, value);
  }
  return { ...shape, points };
}

const mapped = (series: MathSeries, change: (value: number) => number): MathSeries => ({
  ...series,
  points: new Map([...series.points].map(([time, value]) => [time, change(value)])),
});

function fill(series: MathSeries, filler: number | 'REPEAT'): MathSeries {
  const points = new Map<number, number>();
  let last: number | undefined;
  for (const time of series.grid) {
    const value = series.points.get(time);
    if (value !== undefined) last = value;
    const filled = value ?? (filler === 'REPEAT' ? last : filler);
    if (filled !== undefined) points.set(time, filled);
  }
  return { ...series, points };
}

/** SUM, MIN, MAX and AVG over an array of series: per time, over those that have a point there. */
function across(all: readonly MathSeries[], reduce: (values: readonly number[]) => number): MathSeries {
  const times = [...new Set(all.flatMap((one) => [...one.points.keys()]))].sort((one, other) => one - other);
  const valuesAt = (time: number): number[] =>
    all.map((one) => one.points.get(time)).filter((value) => value !== undefined);
  return { ...all[0], points: new Map(times.map((time) => [time, reduce(valuesAt(time))])) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const arrayFunctions: Readonly<Partial<Record<string, (values: readonly number[]) => number>>> = {
  SUM: sum,
  AVG: (values) => sum(values) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};
const elementFunctions: Readonly<Partial<Record<string, (value: number) => number>>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
};

/** Evaluates the part of CloudWatch metric math that the tests need; refuses the rest by name. */
export function evaluate(expression: string, seriesOf: (id: string) => MathSeries | undefined): MathSeries {
  const tokens = expression.match(/[A-Za-z][A-Za-z0-9_]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\S/g) ?? [];
  let position = 0;
  const peek = (): string | undefined => tokens.at(position);
  const take = (wanted?: string): string => {
    const token = tokens.at(position);
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      return refuse(expression, `expected ${wanted ?? 'an operand'}, got ${token ?? 'the end'}`);
    }
    position += 1;
    return token;
  };
  const single = (operand: Operand): number | MathSeries =>
    typeof operand === 'number' || isSeries(operand) ? operand : refuse(expression, 'an array cannot stand here');
  const seriesOnly = (operand: Operand): MathSeries =>
    isSeries(operand) ? operand : refuse(expression, 'a time series is needed here');

  const call = (name: string): Operand => {
    take('(');
    const first = sumOf();
    if (name === 'FILL') {
      take(',');
      const filler = peek() === 'REPEAT' ? (take() as 'REPEAT') : single(sumOf());
      take(')');
      if (typeof filler === 'object') return refuse(expression, 'the fake FILLs with a number or REPEAT only');
      return fill(seriesOnly(first), filler);
    }
    take(')');
    if (name === 'PERIOD') return seriesOnly(first).periodSeconds;
    const element = elementFunctions[name];
    if (element !== undefined) return mapped(seriesOnly(first), element);
    const overArray = arrayFunctions[name];
    if (overArray !== undefined && Array.isArray(first)) return across(first.map(seriesOnly), overArray);
    return refuse(expression, `the fake does not know ${name}(${Array.isArray(first) ? 'array' : 'series'})`);
  };
  const primary = (): Operand => {
    const token = take();
    if (token === '-') return combine(0, single(power()), '-');
    if (token === '(') {
      const inner = sumOf();
      take(')');
      return inner;
    }
    if (token === '[') {
      const all = [single(sumOf())];
      while (peek() === ',') {
        take();
        all.push(single(sumOf()));
      }
      take(']');
      return all;
    }
    if (/^\d/.test(token)) return Number(token);
    if (peek() === '(') return call(token);
    return seriesOf(token) ?? refuse(expression, `Undefined variable: ${token}`);
  };
  const power = (): Operand => {
    const base = primary();
    if (peek() !== '^') return base;
    take();
    return combine(single(base), single(power()), '^');
  };
  const chain = (next: () => Operand, signs: readonly string[]): Operand => {
    let left = next();
    while (signs.includes(peek() ?? '')) {
      const sign = take();
      left = combine(single(left), single(next()), sign);
    }
    return left;
  };
  const productOf = (): Operand => chain(power, ['*', '/']);
  const sumOf = (): Operand => chain(productOf, ['+', '-']);

  const result = sumOf();
  if (position < tokens.length) refuse(expression, `unexpected ${tokens[position] ?? ''}`);
  return seriesOnly(result);
}
