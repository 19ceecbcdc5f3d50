import { describe, expect, it } from 'vitest';
import type { Incident } from '../../shared/alerting/incident.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { listFeedback, removeFeedback } from '../../shared/pipeline/list-feedback.ts';
import { recordFeedback } from '../../shared/pipeline/record-feedback.ts';
import { keys } from '../../shared/settings/keys.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { heard } from '../alerting/told.ts';
import { brief, every, run, spike, start, stateOf, tick } from './ticking.ts';
import { copyStore, series, type Signalling, world, type World } from './world.ts';

const firstAt = start + 30 * every;
const secondAt = start + 55 * every;
const end = start + 72 * every;
const members = [series('a', 'cpu'), series('b', 'cpu')];
/** Twice the same, at the same height: of both entities. */
const twice: Signalling = (one, time) => (time < secondAt - every ? spike(firstAt, 3) : spike(secondAt, 3))(one, time);

const statuses = (w: World, entity: string, from: number): readonly string[] =>
  w.bus.published
    .filter((signal) => signal.entity === entity && signal.evaluatedAt >= from)
    .map(({ findings }) => findings[0].status);
const incidentOf = (w: World, entity: string): Incident =>
  heard(w.bus.published.filter((signal) => signal.entity === entity && signal.evaluatedAt < secondAt));

/** A world in which the first spike is over. */
async function afterTheFirst(): Promise<World> {
  const w = world(members, twice, {}, brief);
  await run(w, start, start + 50 * every);
  return w;
}
const callNormal = (w: World, more: { until?: number } = {}) =>
  recordFeedback(
    { story: incidentOf(w, 'a'), by: 'ada', now: w.clock.time, until: more.until ?? null },
    { store: w.store, log: w.ports.log },
  );

describe('what people call normal', () => {
  it('is told no more of that series, and still of every other', async () => {
    const w = await afterTheFirst();
    expect((await callNormal(w)).outcome).toBe('done');
    await run(w, start + 50 * every, end);
    expect(statuses(w, 'a', start + 53 * every)).toEqual([]);
    expect(statuses(w, 'b', start + 53 * every)).toContain('firing');
  });

  it('is told where nobody said anything: the second is as strange as the first', async () => {
    const w = await afterTheFirst();
    await run(w, start + 50 * every, end);
    expect(statuses(w, 'a', start + 53 * every)).toContain('firing');
  });

  it('is told again once it is taken back, and once it has ended', async () => {
    for (const undo of ['remove', 'end'] as const) {
      const w = await afterTheFirst();
      await callNormal(w, undo === 'end' ? { until: start + 53 * every } : {});
      await run(w, start + 50 * every, start + 53 * every);
      const { feedback } = await listFeedback('w', w.ports);
      expect((await stateOf(w.store, w))?.calledNormal.map(({ id }) => id)).toEqual(feedback.map(({ id }) => id));
      if (undo === 'remove') for (const { id } of feedback) await removeFeedback('w', id, w.ports);
      await run(w, start + 53 * every, end);
      expect(statuses(w, 'a', start + 53 * every), undo).toContain('firing');
      expect((await stateOf(w.store, w))?.calledNormal).toHaveLength(undo === 'remove' ? 0 : 1);
    }
  });

  it('is decided a tick ahead: a run and its repetition, before and after it was said, leave the same', async () => {
    const w = await afterTheFirst();
    const before = await copyStore(w.store);
    const again = world(members, twice, {}, brief, before);
    await tick(w, start + 50 * every);
    // The repetition meets feedback that the first run did not know of.
    await recordFeedback(
      { story: incidentOf(w, 'a'), by: 'ada', now: w.clock.time, until: null },
      { store: before, log: w.ports.log },
    );
    await tick(again, start + 50 * every);
    const judged = async (of: World) => (await stateOf(of.store, of))?.entities;
    expect(await judged(again)).toEqual(await judged(w));
    expect((await stateOf(w.store, w))?.calledNormal).toEqual([]);
    expect((await stateOf(before, again))?.calledNormal).toHaveLength(1);
  });

  it('is read once, and nothing that lies beside it blinds the shard', async () => {
    const w = await afterTheFirst();
    await callNormal(w);
    const text = (body: string) => new TextEncoder().encode(body);
    await w.store.put(keys.feedback('w', 's-0001.broken'), text('{'));
    await w.store.put(keys.feedback('w', 's-0001.newer'), text('{"version":9}'));
    await w.store.put(keys.feedback('w', 's-0002.other'), text('{'));
    const reads: string[] = [];
    const { store } = w;
    const watched: ObjectStore = {
      get: (key) => {
        if (key.startsWith('feedback/')) reads.push(key);
        return store.get(key);
      },
      put: store.put.bind(store),
      list: store.list.bind(store),
      delete: store.delete.bind(store),
    };
    for (const at of [50, 51, 52]) {
      w.clock.time = start + at * every;
      await detectAnomalies({ tick: start + at * every }, { ...w.ports, store: watched });
    }
    const [{ id }] = (await listFeedback('w', w.ports)).feedback;
    expect(reads.filter((key) => key === keys.feedback('w', id))).toHaveLength(1);
    expect(reads.some((key) => key.includes('other'))).toBe(false);
    expect(w.logged.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
    expect((await stateOf(w.store, w))?.calledNormal.map((one) => one.id)).toEqual([id]);
  });

  it('is known of an incident that is long over: what it was at its strongest stays with it', async () => {
    const w = await afterTheFirst();
    const members = Object.values(incidentOf(w, 'a').members);
    expect(members.map(({ finding }) => finding.status)).toEqual(['normal']);
    const { feedback } = await callNormal(w);
    expect(feedback).toEqual([
      expect.objectContaining({ entity: 'a', series: 'a/cpu', direction: 'above', source: 'series' }),
    ]);
    expect(feedback[0].strength).toBeGreaterThan(1.75);
  });

  it('is refused beyond a thousand of a watch, and said twice it is stored once, by two at once, too', async () => {
    const w = await afterTheFirst();
    const [one, other] = await Promise.all([callNormal(w), callNormal(w)]);
    expect([one.outcome, other.outcome].sort()).toEqual(['already', 'done']);
    expect((await listFeedback('w', w.ports)).feedback).toHaveLength(1);
    const [said] = (await listFeedback('w', w.ports)).feedback;
    await removeFeedback('w', said.id, w.ports);
    for (let k = 0; k < 1000; k++) {
      const body = new TextEncoder().encode(JSON.stringify({ ...said, id: `s-0001.${k}`, series: `x/${k}` }));
      await w.store.put(keys.feedback('w', `s-0001.${k}`), body);
    }
    expect((await callNormal(w)).outcome).toBe('full');
  });
});
