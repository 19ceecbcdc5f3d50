import { describe, expect, it } from 'vitest';
import { firing, normal, play, repeated, Timeline } from './timeline.ts';

describe('an incident from its first signal to its end', () => {
  it('is told once on each channel that its severity asks for, and its end to whoever heard of it', async () => {
    const told = await play(new Timeline(), '30m', [
      ...repeated('0', '5m', '5m', firing('web-1', { severity: 'HIGH' })),
      ['10m', normal('web-1')],
    ]);
    expect(told).toEqual([
      '1m slack first-notice HIGH web-1',
      '1m pager first-notice HIGH web-1',
      '20m slack all-resolved HIGH web-1',
      '20m pager all-resolved HIGH web-1',
    ]);
  });
});
