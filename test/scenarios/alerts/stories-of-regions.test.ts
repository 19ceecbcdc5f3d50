import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../shared/alerting/signal.ts';
import { type Happening, play, repeated, signalOf, Timeline } from './timeline.ts';

/** What a deployment of another region hands on: its watch has the name of ours. */
const elsewhere =
  (status: Finding['status'], entity = 'web-1'): Happening =>
  (story) =>
    story.route([{ ...signalOf(entity, status, story.time, { severity: 'HIGH' }), deployment: 'test-us' }]);
const here =
  (status: Finding['status']): Happening =>
  (story) =>
    story.route([signalOf('web-1', status, story.time, { severity: 'HIGH' })]);

describe('an incident of another region', () => {
  it('is told like one of ours, and ends when that region says so', async () => {
    const told = await play(new Timeline(), '1h', [
      ...repeated('0', '15m', '5m', elsewhere('firing')),
      ...repeated('20m', '30m', '5m', elsewhere('normal')),
    ]);
    expect([...told].sort()).toEqual([
      '1m pager first-notice HIGH web-1',
      '1m slack first-notice HIGH web-1',
      '30m pager all-resolved HIGH web-1',
      '30m slack all-resolved HIGH web-1',
    ]);
  });

  it('stays open where that region is not heard of, and says since when; then it goes on', async () => {
    const story = new Timeline();
    await play(story, '9h', [['0', elsewhere('firing')]]);
    expect((await story.incidents()).map(({ status }) => status)).toEqual(['open']);
    expect(story.told.at(-1)?.notice).toMatchObject({ reason: 'reminder', stale: true, evaluatedAt: story.start });
    for (const minute of [0, 5, 10, 15]) {
      story.time = story.start + 10 * 3600 + minute * 60;
      await elsewhere('normal')(story);
      await story.sweep();
    }
    expect(story.told.at(-1)?.notice.reason).toBe('all-resolved');
    expect((await story.incidents()).map(({ status }) => status)).toEqual(['closed']);
  });

  it('is none of ours, whatever it is called: the end of one is not that of the other', async () => {
    const story = new Timeline();
    await play(story, '40m', [
      ['0', elsewhere('firing'), here('firing')],
      ...repeated('5m', '40m', '5m', elsewhere('firing')),
      ...repeated('5m', '15m', '5m', here('normal')),
    ]);
    const incidents = await story.incidents();
    expect(incidents.map(({ status, members }) => [Object.values(members)[0].watch, status]).sort()).toEqual([
      ['test-us/w', 'open'],
      ['w', 'closed'],
    ]);
  });

  it('is a storm of that region alone where many of its things fire at once', async () => {
    const story = new Timeline();
    const all = Array.from({ length: 8 }, (_, k) => elsewhere('firing', `web-${k}`));
    const told = await play(story, '30m', [['0', ...all, here('firing')]]);
    expect(told.filter((line) => line.includes('slack first-notice'))).toHaveLength(2);
    const storm = story.told.find(({ notice }) => /8/.test(notice.title));
    expect(storm?.notice.title).toMatch(/test-us\/w/);
  });
});
