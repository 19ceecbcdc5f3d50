import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { ScoredNumbers } from '../../shared/presentation/scored-csv.ts';
import { scoredCsvHeader, scoredCsvLine } from '../../shared/presentation/scored-csv.ts';
import fc from '../fakes/property.ts';

const numbers = (over: Partial<Record<keyof ScoredNumbers, number>> = {}): ScoredNumbers => {
  const given = { score: 0.5, alert: 0, anomaly: 0, expected: 1, lower: 0, upper: 2, rarity: Number.NaN, ...over };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value]])) as unknown as ScoredNumbers;
};

describe('scored CSV', () => {
  it('has the promised columns', () => {
    expect(scoredCsvHeader(['Value'])).toBe('timestamp,value,anomaly_score,alert,anomaly,expected,lower,upper,rarity');
    expect(scoredCsvHeader(['cpu', 'mem, MB']).split(',').length).toBe(9 + 8 + 8 + 8);
    expect(scoredCsvHeader(['cpu', 'mem, MB'])).toContain(',cpu_value,cpu_anomaly_score,');
    expect(scoredCsvHeader(['cpu', 'mem, MB'])).toContain('"mem, MB_rarity"');
  });

  it('leaves fields empty where a row cannot be judged', () => {
    const nothing = numbers({ score: NaN, alert: NaN, anomaly: NaN, expected: NaN, lower: NaN, upper: NaN });
    expect(scoredCsvLine('2026-01-01 00:00', [NaN], nothing, [nothing], 0)).toBe('2026-01-01 00:00,,,,,,,,');
  });

  it('writes rarity in days and values as they are', () => {
    const one = numbers({ rarity: 43 * 86_400, alert: 2.5, anomaly: 1 });
    expect(scoredCsvLine('1491041280', [35.03], one, [one], 0)).toBe('1491041280,35.03,0.5,2.5,1,1,0,2,43');
  });

  it('never writes two different numbers alike, and keeps any timestamp as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (stamp, score) => {
        const one = numbers({ score });
        const [record] = parse(`${scoredCsvLine(stamp, [1], one, [one], 0)}\n`, {
          relax_column_count: true,
          record_delimiter: '\n',
        });
        expect(record[0]).toBe(stamp);
        expect(Number(record[2])).toBe(score === 0 ? 0 : score);
      }),
    );
  });

  it('the row as a whole has no value and no range of its own', () => {
    const whole = numbers({ score: 0.9, expected: NaN, lower: NaN, upper: NaN });
    const a = numbers({ score: 0.1 });
    const line = scoredCsvLine('t', [1, 2], whole, [a, a], 0).split(',');
    expect(line.slice(0, 9)).toEqual(['t', '', '0.9', '0', '0', '', '', '', '']);
    expect(line.slice(9, 17)).toEqual(['1', '0.1', '0', '0', '1', '0', '2', '']);
  });
});
