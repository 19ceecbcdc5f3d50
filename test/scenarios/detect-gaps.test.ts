import { describe, expect, it } from 'vitest';
import { runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { brief, day, every, run, spike, start, stateOf, tick } from './ticking.ts';
import { series, type Signalling, usual, world } from './world.ts';

describe('gaps', () => {
  const errors = series('a', 'errors', { gap: 'zero', bad: 'up' });
  const rare: Signalling = (_, time) => {
    if (time === start - 600) return 1;
    return time >= start + 30 * every && time < start + 33 * every ? 50 : Number.NaN;
  };

  it('that mean zero are zeros once settled, so that an error count can fire and recover', async () => {
    const rules = [{ kind: 'above', metric: 'errors', limit: 5 }];
    const w = world([errors], rare, { rules }, { retention: '5m' });
    await run(w, start, start + 50 * every);
    const statuses = w.bus.published
      .flatMap(({ findings }) => findings)
      .filter(({ kind }) => kind === 'rule')
      .map(({ status }) => status);
    expect(statuses).toContain('firing');
    expect(statuses.slice(-3)).toEqual(['normal', 'normal', 'normal']);
    expect((await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged).toBeGreaterThan(45);
  });

  it('that the source owns up to are no zeros', async () => {
    const w = world([errors], rare, {}, { retention: '5m' });
    await run(w, start, start + 3 * every);
    const before = (await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged ?? 0;
    w.source.problem = () => ({ kind: 'throttled', message: 'Rate exceeded' });
    const ran = await tick(w, start + 3 * every);
    expect(ran).toMatchObject({ problems: { throttled: 1 }, points: 0 });
    expect((await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged).toBe(before);
  });
});

describe('silence of a thing that has nothing but its heartbeat', () => {
  const hour = 3600;
  const quiet = start + hour;
  /** When findings said it was firing, in hours of silence; the source no longer lists it after three. */
  const firedAfter = async (lasting: string, hours: number): Promise<readonly number[]> => {
    const beat = series('a', 'heartbeat', { gap: 'silence' });
    const rules = [{ kind: 'silent', metric: 'heartbeat', for: lasting }];
    const w = world([beat], (_, time) => (time < quiet ? 1 : Number.NaN), { rules }, { retention: '5m' });
    await run(w, start, quiet + 3 * hour);
    w.source.members = [];
    await run(w, quiet + 3 * hour, quiet + hours * hour);
    return w.bus.published
      .filter(({ findings }) => findings.some(({ kind, status }) => kind === 'rule' && status === 'firing'))
      .map(({ evaluatedAt }) => (evaluatedAt - quiet) / hour);
  };

  it.each([
    ['30m', 0.5, 3],
    ['2h', 2, 3],
    ['6h', 6, 9],
  ])('is told of after %s, and no more once it is gone', async (lasting, from, to) => {
    const fired = await firedAfter(lasting, 12);
    expect(fired[0]).toBeGreaterThanOrEqual(from);
    expect(fired[0]).toBeLessThan(from + 0.25);
    expect(fired.at(-1)).toBeGreaterThan(to - 0.25);
    expect(fired.at(-1)).toBeLessThan(to + 0.25);
  });
});

describe('our own outage', () => {
  it('is made up for by one pull that reaches back to the last judged slot', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    const whole = world([series('a', 'cpu')], usual, {}, brief);
    await run(w, start, start + 5 * every);
    await run(whole, start, start + 5 * every);
    await run(whole, start + 5 * every, start + 41 * every);
    const ran = await tick(w, start + 40 * every);
    expect(ran).toMatchObject({ outcome: 'judged', points: 36, lostSlots: 0 });
    expect((await stateOf(w.store, w))?.entities[0]?.judged).toEqual(
      (await stateOf(whole.store, whole))?.entities[0]?.judged,
    );
  });

  it('longer than a pull reaches loses slots, and says how many', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + 2 * every);
    expect(await tick(w, start + 10 * day)).toMatchObject({ outcome: 'judged', lostSlots: 10 * 288 - 1440 });
    expect(w.logged.some(({ message }) => message.startsWith('slots lost'))).toBe(true);
  });

  it('of the source judges nothing, resolves nothing, and is caught up on', async () => {
    const w = world([series('a', 'cpu')], spike(start + 30 * every, 3), {}, brief);
    await run(w, start, start + 33 * every);
    w.source.problem = () => ({ kind: 'internal-error', message: 'Internal error' });
    await run(w, start + 33 * every, start + 40 * every);
    expect(w.bus.published.at(-1)?.findings[0]?.status).toBe('firing');
    expect((await stateOf(w.store, w))?.judgedTo).toBe(start + 31 * every);
    w.source.problem = () => undefined;
    expect(await tick(w, start + 40 * every)).toMatchObject({ points: 8 });
  });

  it('is not mistaken for a backlog: a late message is dropped, unless nothing else is judged', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + every);
    w.clock.time = start + 3 * every;
    const message = { watch: 'w', shard: 's-0001', tick: start + every };
    expect(await runShard(message, w.ports)).toMatchObject({ outcome: 'too-old' });
    w.clock.time = start + 9 * every;
    expect(await runShard({ ...message, tick: start + 5 * every }, w.ports)).toMatchObject({ outcome: 'judged' });
  });
});

describe('points that come late or change', () => {
  it('are counted, go into history, and change no verdict', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + 10 * every);
    const before = await stateOf(w.store, w);
    const truth = w.source.value;
    w.source.value = (one, time) => (time === start + 8 * every - every ? 500 : truth(one, time));
    expect(await tick(w, start + 10 * every)).toMatchObject({ revised: 1, late: 0 });
    const after = await stateOf(w.store, w);
    expect(after?.entities[0]?.judged.series[0]?.judged).toBe((before?.entities[0]?.judged.series[0]?.judged ?? 0) + 1);
    expect(w.bus.published).toHaveLength(0);
  });

  it('into a slot that was judged as a gap are late', async () => {
    const gap = start + 7 * every;
    const w = world(
      [series('a', 'cpu')],
      (one, time) => (time === gap ? Number.NaN : usual(one, time)),
      {},
      { retention: '5m' },
    );
    await run(w, start, start + 10 * every);
    w.source.value = usual;
    expect(await tick(w, start + 10 * every)).toMatchObject({ late: 1, revised: 0 });
  });
});
