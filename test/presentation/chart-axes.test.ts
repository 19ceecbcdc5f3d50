import { describe, expect, it } from 'vitest';
import { localTime } from '../../shared/metrics/time-zone.ts';
import { timeMarks } from '../../shared/presentation/time-axis.ts';
import { axisSteps, niceRange, partOfAxis } from '../../shared/presentation/value-axis.ts';
import fc from '../fakes/property.ts';

const at = (text: string): number => Date.parse(text) / 1000;

describe('a time axis', () => {
  it('has few marks, in order, within its ends, on round local times, whatever its length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e9 }),
        fc.integer({ min: 0, max: 4e8 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu'),
        (first, length, most, zone) => {
          const local = localTime(zone);
          const marks = timeMarks(first, first + length, most, local);
          expect(marks.length).toBeLessThanOrEqual(most + 3);
          let before = -Infinity;
          for (const { time } of marks) {
            expect(time).toBeGreaterThanOrEqual(first);
            expect(time).toBeLessThanOrEqual(first + length);
            expect(time).toBeGreaterThan(before);
            expect(Math.abs(local(time) % 60)).toBe(0);
            before = time;
          }
        },
      ),
    );
  });

  it.each([
    [
      'says the hour twice where clocks go back',
      '2026-10-24T22:30:00Z',
      '2026-10-25T02:30:00Z',
      '01:00 02:00 02:00 03:00',
    ],
    [
      'says no hour that was left out where clocks go forward',
      '2026-03-28T23:30:00Z',
      '2026-03-29T03:30:00Z',
      '01:00 03:00 04:00 05:00',
    ],
  ])('%s', (_, first, last, labels) => {
    const marks = timeMarks(at(first), at(last), 6, localTime('Europe/Berlin'));
    expect(marks.map(({ label }) => label).join(' ')).toBe(labels);
  });

  it('says the day once, and again where another begins', () => {
    const marks = timeMarks(at('2026-11-20T18:00:00Z'), at('2026-11-21T06:00:00Z'), 6, localTime('UTC'));
    expect(marks.flatMap(({ label, under }) => (under === undefined ? [] : [`${label} ${under}`]))).toEqual([
      '18:00 Fri 20 Nov',
      '00:00 Sat 21 Nov',
    ]);
  });

  it('marks weeks on Mondays', () => {
    const marks = timeMarks(at('2026-10-01T00:00:00Z'), at('2026-11-15T00:00:00Z'), 8, localTime('UTC'));
    expect(marks.map(({ label }) => label)).toEqual(['5 Oct', '12 Oct', '19 Oct', '26 Oct', '2 Nov', '9 Nov']);
  });
});

describe('a value axis', () => {
  it('spans its values in few steps whose labels differ', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, fc.integer({ min: 2, max: 12 }), (one, other, most) => {
        const axis = niceRange(Math.min(one, other), Math.max(one, other), most);
        for (const value of [one, other]) {
          expect(partOfAxis(value, axis)).toBeGreaterThan(-1e-9);
          expect(partOfAxis(value, axis)).toBeLessThan(1 + 1e-9);
        }
        const labels = axisSteps(axis, most).map(({ label }) => label);
        expect(labels.length).toBeLessThanOrEqual(most + 1);
        expect(labels.length).toBeGreaterThan(1);
      }),
    );
  });

  it.each([
    ['takes as many digits as its steps need', 1000.1, 1000.3, ['1000.1', '1000.15', '1000.2', '1000.25', '1000.3']],
    ['writes 0 and not what rounding left of it', -0.1, 0.2, ['-0.1', '0', '0.1', '0.2']],
  ])('%s', (_, low, high, labels) => {
    expect(axisSteps(niceRange(low, high, 8)).map(({ label }) => label)).toEqual(labels);
  });
});
