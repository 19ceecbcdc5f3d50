import { describe, expect, it } from 'vitest';
import { readScheduledEvent, readShardMessage } from '../../shared/pipeline/read-event.ts';

describe('a scheduled event', () => {
  it.each([
    ['nothing at all is a run of everything, now', undefined, {}],
    ['null, as a console sends it, too', null, {}],
    ['so is {}', {}, {}],
    [
      'Scheduler’s time becomes the tick',
      { watch: 'w', scheduledTime: '2026-01-31T12:00:00Z' },
      { watch: 'w', tick: 1_769_860_800 },
    ],
    ['fractions of a second are dropped', { scheduledTime: '2026-01-31T12:00:00.999Z' }, { tick: 1_769_860_800 }],
    ['an offset is understood', { scheduledTime: '2026-01-31T13:00:00+01:00' }, { tick: 1_769_860_800 }],
    ['a shard can be named', { watch: 'w', shard: '7' }, { watch: 'w', shard: '7' }],
  ])('%s', (_, event, request) => {
    expect(readScheduledEvent(event)).toEqual(request);
  });

  it.each([
    ['a key that is none', { wathc: 'w' }, 'wathc'],
    ['an empty watch', { watch: '' }, 'watch'],
    ['a number for a time', { scheduledTime: 5 }, 'scheduledTime'],
    ['words for a time', { scheduledTime: 'now' }, 'scheduledTime'],
    ['an array', [], 'as a whole'],
    ['text', 'servers', 'as a whole'],
  ])('is refused for %s, and the message says what may stand there', (_, event, place) => {
    expect(() => readScheduledEvent(event)).toThrow(RangeError);
    expect(() => readScheduledEvent(event)).toThrow(new RegExp(`^event: .*${place}.* → send \\{ "watch"\\?`));
  });
});

describe('a shard’s message', () => {
  it('is read as it was sent', () => {
    const message = { watch: 'w', shard: '7', tick: 1_769_860_800 };
    expect(readShardMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    ['is no JSON', '{"watch":', 'not JSON'],
    ['is a megabyte of something else', 'x'.repeat(1_000_000), 'not JSON'],
    ['lacks its tick', '{"watch":"w","shard":"7"}', 'tick'],
    ['has a tick in milliseconds', '{"watch":"w","shard":"7","tick":1769860800000}', 'tick'],
    ['has a tick before 1970', '{"watch":"w","shard":"7","tick":-1}', 'tick'],
    ['is null', 'null', 'as a whole'],
  ])('is refused when it %s, in few words', (_, body, words) => {
    expect(() => readShardMessage(body)).toThrow(words);
    expect(() => readShardMessage(body)).toThrow(/^.{1,300}$/);
  });
});
