import { describe, expect, it } from 'vitest';
import { trainModels } from '../../shared/pipeline/train-models.ts';
import { brief, every, findingsOf, run, start, stateOf } from './ticking.ts';
import { series, type Signalling, usual, world, type World } from './world.ts';

const hour = 3600;
const window = { at: '0 3 * * *', for: '1h', alert: true, learn: false };
const isInside = (time: number): boolean => time >= start + 3 * hour && time < start + 4 * hour;
const members = [series('a', 'cpu'), series('a', 'memory')];
const loadTest: Signalling = (one, time) => usual(one, time) + (isInside(time) ? 90 : 0);
const nothing: Signalling = (one, time) => (isInside(time) ? Number.NaN : usual(one, time));

async function after(value: Signalling, quiet: readonly object[]): Promise<World> {
  const w = world(members, value, {}, { ...brief, alerts: { quiet } });
  await run(w, start, start + 6 * hour);
  return w;
}
const learned = async (w: World) =>
  (await stateOf(w.store, w))?.entities.map(({ judged }) => [
    judged.series.map(({ detector, rarity }) => ({ detector, rarity })),
    judged.whole?.detector,
    judged.whole?.recipe,
  ]);

describe('a window that is not to be learned from', () => {
  it('leaves what was learned as if nothing had been there, while all of it is judged and told', async () => {
    const w = await after(loadTest, [window]);
    expect(await learned(w)).toEqual(await learned(await after(nothing, [window])));
    const told = findingsOf(w.bus.published, start + 3 * hour + 3 * every);
    expect(told.map(({ status }) => status)).toContain('firing');
  });

  it('is learned from where no setting says otherwise', async () => {
    const w = await after(loadTest, [{ ...window, alert: false, learn: true }]);
    expect(await learned(w)).not.toEqual(await learned(await after(nothing, [window])));
    expect(await learned(w)).toEqual(await learned(await after(loadTest, [])));
  });

  it('is left out of what models are trained on', async () => {
    const rows = async (w: World): Promise<number> => {
      const request = { tick: start + 6 * hour };
      const { watches } = await trainModels(request, w.ports);
      return watches[0].rows;
    };
    const all = await rows(await after(loadTest, []));
    const left = await rows(await after(loadTest, [window]));
    expect(all - left).toBe(hour / every);
  });
});
