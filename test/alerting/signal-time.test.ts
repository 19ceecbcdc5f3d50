import { describe, expect, it } from 'vitest';
import { refuseAhead } from '../../shared/alerting/signal-time.ts';
import { day, finding, hour, signal, t0 } from './told.ts';

describe('refuseAhead', () => {
  it.each([
    ['a tick of now', t0, true],
    ['a tick of long ago: late is not wrong', t0 - 400 * day, true],
    ['a clock that is an hour behind', t0 + hour, true],
    ['a tick that is more than an hour ahead', t0 + hour + 1, false],
    ['milliseconds', t0 * 1000, false],
    ['no number', Number.NaN, false],
  ])('%s', (_title, tick, heard) => {
    const refuse = () => refuseAhead(signal(tick, [finding('cpu')]), t0);
    if (heard) expect(refuse).not.toThrow();
    else expect(refuse).toThrow(/'web-1' in watch 'web' is of tick .* ahead of the clock → ticks are/);
  });

  it('a daily watch may be told of its day', () => {
    expect(() => refuseAhead(signal(t0 + 20 * hour, [finding('cpu')], { intervalSeconds: day }), t0)).not.toThrow();
  });
});
