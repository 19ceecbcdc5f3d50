import { expect, it } from 'vitest';
import type { ChartPainter } from '../../shared/ports/chart-painter.ts';
import { storyTimezone } from '../../shared/pipeline/story-timezone.ts';
import { sweepIncidents } from '../../shared/pipeline/sweep-incidents.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { mainFacts } from '../../shared/presentation/notice-words.ts';
import { finding, heard, signal, t0 } from '../alerting/told.ts';
import { signalOf, Timeline } from '../scenarios/alerts/timeline.ts';

const { watches } = settingsSchema.parse({
  watches: {
    here: { select: 'Test', timezone: 'Europe/Berlin' },
    near: { select: 'Test', timezone: 'Europe/Berlin' },
    far: { select: 'Test', timezone: 'Asia/Tokyo' },
    plain: { select: 'Test' },
  },
});

it.each([
  ['is told in its time zone', ['here'], 'Europe/Berlin'],
  ['and of another that shares its time zone is told in that', ['here', 'near'], 'Europe/Berlin'],
  ['and of one far away is told in UTC', ['here', 'far'], 'UTC'],
  ['that says no time zone is told in UTC', ['plain'], 'UTC'],
  ['that is not looked after any more is told in UTC', ['gone'], 'UTC'],
  ['whose name every object knows is told in UTC', ['constructor'], 'UTC'],
])('an incident of a watch %s', (_, names, zone) => {
  const incident = heard(names.map((watch) => signal(t0, [finding(`${watch}/cpu`)], { watch })));
  expect(storyTimezone(incident, { watches })).toBe(zone);
});

it('the time zone of a watch is that of what is said and of what is drawn of it', async () => {
  const story = new Timeline({ watches: { w: { timezone: 'Asia/Kolkata' } }, alerts: { route: { groupWait: '1s' } } });
  const painted: string[] = [];
  const painter: ChartPainter = {
    paint: async (_name, _chart, timezone) => {
      painted.push(timezone);
      return undefined;
    },
  };
  const points = [0, 60].map((at): [number, number, null, null] => [story.time + at - 120, at, null, null]);
  const strange = signalOf('web-1', 'firing', story.time, { points });
  await story.route([strange]);
  story.time += 1;
  await sweepIncidents({ ...story.ports(), painter });
  expect(painted).toEqual(['Asia/Kolkata']);
  const [{ notice }] = story.told;

  expect(mainFacts(notice).when).toBe('since 14:30 UTC+5:30 (1 second)');
});
