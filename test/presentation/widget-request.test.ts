import { describe, expect, it } from 'vitest';
import {
  asksForHelp,
  readWidgetRequest,
  type WidgetRefusal,
  type WidgetRequest,
} from '../../shared/presentation/widget-request.ts';
import fc from '../fakes/property.ts';

const now = 1_795_251_600;
const arn = 'arn:aws:lambda:eu-west-1:111111111111:function:widget';
const read = (event: unknown): WidgetRequest | WidgetRefusal => readWidgetRequest(event, arn, now);
const drawn = (event: unknown): WidgetRequest => {
  const request = read(event);
  if ('refused' in request) throw new Error(request.refused);
  return request;
};
const context = (more: object) => ({ widget: 'explorer', widgetContext: more });
const press = { widget: 'incidents', act: 'acknowledge', incident: 'i', group: 'entity:w/a', number: 3 };

describe('what CloudWatch sends for a widget', () => {
  it('is drawn for the time, size, theme and time zone of the dashboard', () => {
    const timeRange = { mode: 'relative', start: (now - 7200) * 1000, end: now * 1000, relativeStart: 7_200_000 };
    const { style } = drawn(
      context({
        theme: 'dark',
        width: 588,
        height: 369,
        timeRange,
        timezone: { label: 'Local', offsetInMinutes: 120 },
      }),
    );
    expect(style).toEqual({
      theme: 'dark',
      width: 588,
      height: 369,
      from: now - 7200,
      to: now,
      timezone: 'Etc/GMT-2',
      zoneName: 'UTC+2',
      endpoint: arn,
    });
  });

  it('is drawn for what was zoomed into, rather than for all that the dashboard shows', () => {
    const zoom = { start: (now - 900) * 1000, end: (now - 600) * 1000 };
    const { style } = drawn(context({ timeRange: { start: 0, end: now * 1000, zoom } }));
    expect([style.from, style.to]).toEqual([now - 900, now - 600]);
  });

  it.each([
    [
      'a zoom that ends before it begins',
      { timeRange: { start: (now - 60) * 1000, end: now * 1000, zoom: { start: 5, end: 2 } } },
      60,
    ],
    ['no time at all', {}, 3 * 3600],
    ['times that are words', { timeRange: { start: 'today', end: 'now' } }, 3 * 3600],
    ['times beyond every calendar', { timeRange: { start: 1, end: 1e300 } }, 3 * 3600],
  ])('takes the last hours, or what is left, of %s', (_, more, seconds) => {
    const { style } = drawn(context(more));
    expect(style.to - style.from).toBe(seconds);
  });

  it.each([
    ['none', undefined, 600],
    ['below 0', -5, 600],
    ['too small to draw in', 3, 120],
    ['larger than any screen', 1e9, 4000],
    ['no number', 'wide', 600],
  ])('takes a width that is %s for %s: %s', (_, width, taken) => {
    expect(drawn(context({ width })).style.width).toBe(taken);
  });

  it.each([
    [330, 'UTC', 'UTC'],
    [-180, 'Etc/GMT+3', 'UTC-3'],
    [6000, 'UTC', 'UTC'],
    [Number.NaN, 'UTC', 'UTC'],
  ])('draws in a zone of whole hours, and else in UTC: %d minutes', (offsetInMinutes, timezone, zoneName) => {
    expect(drawn(context({ timezone: { offsetInMinutes, label: '' } })).style).toMatchObject({ timezone, zoneName });
  });

  it('prefers what was chosen in the widget to what the dashboard was made with', () => {
    const forms = { all: { watch: 'b', entity: 'e', series: 'cpu', shown: 'b' } };
    expect(drawn({ widget: 'explorer', watch: 'a', entity: 'x', widgetContext: { forms } })).toMatchObject({
      watch: 'b',
      entity: 'e',
      series: 'cpu',
    });
  });

  it('forgets the thing that was chosen of another watch', () => {
    const forms = { all: { watch: 'b', entity: 'e', series: 'cpu', shown: 'a' } };
    expect(drawn({ widget: 'explorer', widgetContext: { forms } })).toMatchObject({
      watch: 'b',
      entity: '',
      series: '',
    });
  });

  it.each([
    ['unknown', { widget: 'weather' }, /There is no widget “weather”: write .*incidents/],
    ['missing', {}, /No widget is named/],
    ['a number', { widget: 7 }, /No widget is named/],
    ['inherited', { widget: 'toString' }, /There is no widget “toString”/],
  ])('refuses a widget whose name is %s, and says what to write', (_, event, says) => {
    expect((read(event) as WidgetRefusal).refused).toMatch(says);
  });

  it('reads what a button asks for', () => {
    const forms = { all: { for: '8h', who: ' Ada ' } };
    const widgetContext = { forms, dashboardName: 'Ops', accountId: '111111111111', params: { widget: 'incidents' } };
    expect(drawn({ ...press, widgetContext }).action).toEqual({
      act: 'acknowledge',
      incident: 'i',
      group: 'entity:w/a',
      number: 3,
      snoozedUntil: null,
      lasting: '8h',
      who: 'Ada',
      dashboard: 'Ops',
      account: '111111111111',
    });
  });

  it('refuses what would happen whenever somebody looks at the dashboard', () => {
    const event = { ...press, widgetContext: { params: press } };
    expect((read(event) as WidgetRefusal).refused).toMatch(/acts by itself/);
  });

  it.each([
    ['an action that there is not', { act: 'close' }],
    ['no incident', { incident: undefined }],
    ['a group longer than any', { group: 'g'.repeat(500) }],
    ['a number that is none', { number: '3' }],
    ['a snooze that ends in words', { snoozedUntil: 'soon' }],
  ])('refuses a button with %s, and changes nothing', (_, forged) => {
    expect((read({ ...press, ...forged }) as WidgetRefusal).refused).toMatch(/Nothing was changed/);
  });

  it('is never more than that, whatever is sent', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (event, around, forms) => {
        const sent = [event, { widget: 'models', widgetContext: around }, { ...press, widgetContext: { forms } }];
        for (const one of sent) {
          const { style } = read(one);
          expect(style.to).toBeGreaterThan(style.from);
          expect(style.width).toBeGreaterThanOrEqual(120);
        }
      }),
    );
  });

  it.each([
    [{ describe: true }, true],
    [{ describe: false }, false],
    [{}, false],
    [null, false],
    ['describe', false],
  ])('asks for help where it says so: %j', (event, asked) => expect(asksForHelp(event)).toBe(asked));
});
