import { describe, expect, it } from 'vitest';
import { RefusedExpression, rewriteExpression } from '../../../shared/adapters/aws/metric-math.ts';

const ids = { errors: 'm0', requests: 'm1', m1: 'm2', e: 'm3' };

describe('rewriting an expression to the ids of a request', () => {
  it.each([
    [
      'replaces names, each by its own id even where ids and names look alike',
      'm1 + requests / errors',
      'm2 + m1 / m0',
    ],
    ['leaves numbers alone', '1e3 * errors + 2.5e-7', '1e3 * m0 + 2.5e-7'],
    [
      'leaves functions and keywords alone',
      'FILL(errors, REPEAT) * IF(errors > 5, 1, 0)',
      'FILL(m0, REPEAT) * IF(m0 > 5, 1, 0)',
    ],
    ['takes METRICS() for its own metrics', 'SUM(METRICS())', 'SUM([m0, m1, m2, m3])'],
    ['takes METRICS("…") for those with that in their name', `AVG( METRICS( 'r' ) )`, 'AVG( [m0, m1] )'],
    ['takes two of one name', 'errors/errors', 'm0/m0'],
  ])('%s', (_, expression, expected) => {
    expect(rewriteExpression(expression, ids)).toBe(expected);
  });

  it.each([
    ['a name that is not its own', 'errors + m0', "uses 'm0', which is not among"],
    ['a name of every object', 'errors + constructor', "uses 'constructor'"],
    ['a search', "SEARCH('{N} x', 'Sum', 60)", 'uses SEARCH, which gives many series'],
    ['a query', 'SELECT AVG(x) FROM y', 'uses SELECT'],
    ['METRICS of nothing', 'SUM(METRICS("none"))', 'none of its metrics'],
    ['nothing', ' \n', 'is empty'],
    ['more than 2,048 characters', 'errors+'.repeat(700) + 'errors', 'CloudWatch takes 2048'],
  ])('refuses %s', (_, expression, message) => {
    expect(() => rewriteExpression(expression, ids)).toThrow(RefusedExpression);
    expect(() => rewriteExpression(expression, ids)).toThrow(message);
  });

  it('refuses a metric under a name that CloudWatch would not take', () => {
    expect(() => rewriteExpression('1', { Errors: 'm0' })).toThrow("names a metric 'Errors'");
  });
});
