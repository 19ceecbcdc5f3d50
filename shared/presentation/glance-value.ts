import { chartValue } from './chart-words.ts';
import { plainText } from './plain-text.ts';
import { shortUnit, valueWords } from './words.ts';

/** Three digits are read at a glance; of thousands, all. Bytes take the prefix of their number: `5 GB`. */
export function glanceValue(value: number, unit: string): string {
  if (Math.abs(value) >= 1e5 && shortUnit(unit).startsWith('B')) return chartValue(value, unit);
  const near = Math.abs(value) >= 1000 && Math.abs(value) < 1e9 ? Math.round(value) : Number(value.toPrecision(3));
  const short = plainText(unit, 24);
  return Math.abs(near) >= 10_000 && Math.abs(near) < 1e9 ? withUnit(near, short) : valueWords(near, short);
}

/** Beyond four digits `valueWords` would round; the unit comes from its own words. */
const withUnit = (value: number, unit: string): string => valueWords(0, unit).replace('0', String(value));
