/** Short enough for an axis, exact enough to read: 1.2k, 0.05, 3.4M. */
export function axisNumber(value: number, digits = 3): string {
  const size = Math.abs(value);
  const scaled = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k', 1e3],
  ] as const;
  for (const [from, letter, divisor] of scaled) {
    if (size >= from && size < 1e15) return `${Number((value / (divisor ?? from)).toPrecision(digits))}${letter}`;
  }
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(Math.max(1, digits - 2));
  return String(Number(value.toPrecision(digits)));
}

/** The ends of an axis, and how many equal steps lie between them. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly steps: number;
}

/** Round steps for an axis, from below the lowest to above the highest value; at most some rows of them. */
export function niceRange(lowest: number, highest: number, rows: number): ValueAxis {
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  // Halves first: the span of two values near the limits of a double must not overflow.
  const half = highest / 2 - lowest / 2;
  const isFlat = half <= Math.max(size * 1e-12, Number.MIN_VALUE * 1e6);
  const quarter = isFlat ? Math.max(size, 1e-300) * 0.05 : half / 2;
  const rough = Math.min(quarter / Math.max(1, Math.floor(rows / 2) / 4), Number.MAX_VALUE / 100);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(lowest / step);
  const last = Math.max(first + 1, Math.ceil(highest / step));
  const within = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
  return { low: within(first * step), high: within(last * step), steps: last - first };
}

/** Lowest and highest finite of several rows of numbers; undefined where there is none. */
export function extent(rows: readonly (ArrayLike<number> | undefined)[]): readonly [number, number] | undefined {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const row of rows) {
    for (let index = 0; index < (row?.length ?? 0); index++) {
      const value = row?.[index] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  return lowest > highest ? undefined : [lowest, highest];
}

/** Where a value lies between the ends: 0 is low, 1 is high. Halves first: near the limits of a double the span overflows. */
export const partOfAxis = (value: number, { low, high }: ValueAxis): number =>
  (value / 2 - low / 2) / (high / 2 - low / 2);

/** The steps of an axis with their labels, which differ from each other; every second, third, … where there are more. */
export function axisSteps(axis: ValueAxis, most = 12): readonly { readonly value: number; readonly label: string }[] {
  const stride = Math.ceil(axis.steps / Math.max(1, most));
  const values = Array.from({ length: Math.floor(axis.steps / stride) + 1 }, (_, index) => {
    const part = (index * stride) / axis.steps;
    const value = axis.low * (1 - part) + axis.high * part;
    // What is left of 0 by rounding is 0.
    return Math.abs(value) < (axis.high / 2 - axis.low / 2) * 1e-9 ? 0 : value;
  });
  for (let digits = 3; ; digits++) {
    const labels = values.map((value) => axisNumber(value, digits));
    if (digits >= 15 || new Set(labels).size === values.length) {
      return values.map((value, index) => ({ value, label: labels[index] }));
    }
  }
}
