import { dollars } from '../numeric/dollars.ts';
import { billParts, type MonthlyBill } from './monthly-bill.ts';
import { pricesAsOf } from './prices.ts';

/**
 * A bill as lines of text: a row for each part that costs anything, a column for each watch, for what all share, and for
 * the sum. More than `mostWatches` are one column.
 */
export function billLines(bill: MonthlyBill, mostWatches = 4): readonly string[] {
  const { watches, base } = bill;
  const shown =
    watches.length <= mostWatches
      ? watches
      : [
          {
            watch: `${watches.length} watches`,
            bill: sumOf(watches.map((one) => one.bill)),
            total: watches.reduce((all, { total }) => all + total, 0),
          },
        ];
  const columns = [
    ...shown.map(({ watch, bill: of, total }) => ({ name: short(watch), of, total })),
    { name: 'shared', of: base.bill, total: base.total },
    { name: 'total', of: bill.bill, total: bill.total },
  ];
  const parts = billParts.filter((part) => bill.bill[part] >= 0.005);
  const rows = [
    ['$ a month', ...columns.map(({ name }) => name)],
    ...parts.map((part) => [part, ...columns.map(({ of }) => amount(of[part]))]),
    ['total', ...columns.map(({ total }) => amount(total))],
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
  return [...lines, `as many anomaly alarms of CloudWatch: ${dollars(bill.anomalyAlarms)} (${pricesAsOf})`];
}

const amount = (value: number): string => (value < 0.005 ? '-' : value.toFixed(2));
const short = (name: string): string => (name.length <= 16 ? name : `${name.slice(0, 15)}…`);
const sumOf = (bills: readonly MonthlyBill['bill'][]): MonthlyBill['bill'] =>
  Object.fromEntries(
    billParts.map((part) => [part, bills.reduce((all, one) => all + one[part], 0)]),
  ) as MonthlyBill['bill'];

/** What all of it costs a month, in dollars: `$98`. */
export const billTotal = ({ total }: MonthlyBill): string => dollars(total);
