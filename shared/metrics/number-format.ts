/** How the numbers of a file are written. */
export interface NumberFormat {
  readonly name: 'plain' | 'decimal comma' | 'thousands separated';
  /** What was decided that the values alone did not settle. */
  readonly note?: string;
  /** The number, NaN for what is none. Infinities and what overflows to them come back as they are. */
  read(text: string): number;
}

const missingWords = new Set([
  '',
  'nan',
  'na',
  'n/a',
  'null',
  'nil',
  'none',
  'missing',
  '-',
  '--',
  '#n/a',
  'undefined',
]);

/** Whether this says that there is no value, rather than being something else than a number. */
export const isMissing = (text: string): boolean => missingWords.has(text.trim().toLowerCase());

const infinity = /^[+-]?(?:inf|infinity)$/i;
const radix = /^[+-]?0[xob]/i;
const commaThousands = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
const dotThousands = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/;
const otherThousands = /^[+-]?\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:[.,]\d*)?$/;
const withComma = /^[+-]?\d*,\d*(?:e[+-]?\d+)?$/i;

/** A double written in full has no more digits; whatever is longer is not worth the time. */
const longestNumber = 400;

function readPlain(text: string): number {
  if (text.length > longestNumber) return Number.NaN;
  const number = Number(text);
  // Number('') and Number(' ') are 0, which would be a wrong value; Number('0x10') is 16.
  if (number === 0 && text.trim() === '') return Number.NaN;
  if (!Number.isNaN(number)) return radix.test(text.trim()) ? Number.NaN : number;
  const trimmed = text.trim();
  if (trimmed.endsWith('%')) return readPlain(trimmed.slice(0, -1).trimEnd() || 'none');
  if (infinity.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  return Number.NaN;
}

const plain: NumberFormat = { name: 'plain', read: readPlain };

const thousands: NumberFormat = {
  name: 'thousands separated',
  read: (text) => {
    const trimmed = text.trim();
    if (commaThousands.test(trimmed)) return readPlain(trimmed.replaceAll(',', ''));
    if (otherThousands.test(trimmed)) return readPlain(trimmed.replace(/[ '\u00a0\u202f]/g, '').replace(',', '.'));
    return readPlain(text);
  },
};

const decimalComma: NumberFormat = {
  name: 'decimal comma',
  read: (text) => {
    const trimmed = text.trim();
    if (trimmed.endsWith('%')) return decimalComma.read(trimmed.slice(0, -1).trimEnd().slice(0, longestNumber));
    if (withComma.test(trimmed)) return readPlain(trimmed.replace(',', '.'));
    if (dotThousands.test(trimmed)) return readPlain(trimmed.replaceAll('.', '').replace(',', '.'));
    if (otherThousands.test(trimmed)) return readPlain(trimmed.replace(/[ '\u00a0\u202f]/g, '').replace(',', '.'));
    // Where the comma is decimal, 1.5 is no number: better an unknown value than one that is ten times too large.
    return trimmed.includes('.') ? Number.NaN : readPlain(text);
  },
};

/**
 * The way most likely meant by `samples`, taken together. Where a comma may be either (`1,234` and nothing else), it
 * separates thousands in a file whose fields are separated by commas, and decimals in any other.
 */
export function numberFormat(samples: readonly string[], delimiter: string): NumberFormat {
  let comma = 0;
  let decimals = 0;
  let groups = 0;
  for (const sample of samples) {
    const text = sample.trim();
    const hasComma = text.includes(',');
    if (hasComma) comma += 1;
    if ((hasComma && dotThousands.test(text)) || (withComma.test(text) && !commaThousands.test(text))) decimals += 1;
    else if (
      otherThousands.test(text) ||
      (commaThousands.test(text) && (text.includes('.') || countCommas(text) > 1))
    ) {
      groups += 1;
    }
  }
  if (decimals > 0 && decimals >= groups) return decimalComma;
  if (groups > 0) return thousands;
  if (comma === 0) return plain;
  const chosen = delimiter === ',' ? thousands : decimalComma;
  return {
    ...chosen,
    note: `a comma in a number is read as ${chosen === thousands ? 'a thousands separator' : 'a decimal comma'}`,
  };
}

const countCommas = (text: string): number => text.split(',').length - 1;
