import { describe } from 'vitest';
import { eachTick, HIGH, tellStories } from './tell-stories.ts';
import { firing, normal, type Saying, unknown } from './timeline.ts';

const disk = { key: 'anomaly:web-1/disk', series: 'web-1/disk', label: 'disk' };

/** Of the processor: that it will cross 80, or does. */
const foreseen = (isBeyond: boolean) =>
  ({
    key: 'forecast:web-1/cpu',
    kind: 'forecast',
    source: 'crossing',
    forecast: {
      limit: { value: 80, side: 'above' },
      probability: isBeyond ? 1 : 0.8,
      crossesAt: null,
      isBeyond,
      recommendation: 'SCALE_SOON',
      scaleTo: 1.3,
      skill: 0.4,
      note: '',
    },
  }) satisfies Saying;

describe('an incident', () => {
  tellStories([
    [
      'that is mild is told where it wakes nobody, and so is its end',
      {
        until: '30m',
        signals: [...eachTick(0, 5, firing('web-1')), ['10m', normal('web-1')]],
        told: ['1m slack first-notice MEDIUM web-1', '20m slack all-resolved MEDIUM web-1'],
        alone: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'that is HIGH wakes people, and its end goes to everybody who heard of it',
      {
        until: '30m',
        signals: [...eachTick(0, 5, firing('web-1', HIGH)), ['10m', normal('web-1')]],
        told: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '20m slack all-resolved HIGH web-1',
          '20m pager all-resolved HIGH web-1',
        ],
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
      },
    ],
    [
      'that recovers within the wait pages nobody, and is told once, when it is over',
      {
        until: '30m',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['20s', normal('web-1', HIGH)],
        ],
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
        told: ['11m slack began-and-ended HIGH web-1'],
      },
    ],
    [
      'that recovers within the wait and goes on is told as a beginning then',
      {
        until: '30m',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['20s', normal('web-1', HIGH)],
          ['5m', firing('web-1', HIGH)],
        ],
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
        told: ['5m slack first-notice HIGH web-1', '5m pager first-notice HIGH web-1'],
      },
    ],
    [
      'of several metrics that begin within the wait is one message',
      {
        until: '10m',
        signals: [
          ['0', firing('web-1')],
          ['10s', firing('web-1', disk)],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'that gets graver is told again, and now to those who are woken by it',
      {
        until: '20m',
        signals: [['0', firing('web-1')], ...eachTick(5, 20, firing('web-1', HIGH))],
        told: ['1m slack first-notice MEDIUM web-1', '5m slack worse HIGH web-1', '5m pager worse HIGH web-1'],
        alone: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'that gets milder is not told again, nor when it is as grave as before',
      {
        until: '20m',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1')],
          ['10m', firing('web-1', HIGH)],
        ],
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
        told: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
      },
    ],
    [
      'that spreads to another metric updates pagers and machines, and leaves people in peace',
      {
        until: '20m',
        kinds: { slack: 'slack', pager: 'pagerduty', hook: 'webhook' },
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', { ...disk, ...HIGH })],
        ],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '1m hook first-notice HIGH web-1',
        ],
        told: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '1m hook first-notice HIGH web-1',
          '5m pager new-series HIGH web-1',
          '5m hook new-series HIGH web-1',
        ],
      },
    ],
    [
      'of a limit that is crossed, told by a rule, is not told again by its forecast',
      {
        until: '20m',
        kinds: { slack: 'slack', pager: 'pagerduty', hook: 'webhook' },
        signals: [
          ['0', firing('web-1', { ...HIGH, kind: 'rule', key: 'rule:web-1/cpu', source: 'above 80' })],
          ['5m', firing('web-1', { ...HIGH, ...foreseen(true) })],
          ['10m', firing('web-1', { ...HIGH, ...foreseen(true) })],
        ],
        told: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '1m hook first-notice HIGH web-1',
        ],
      },
    ],
    [
      'is told what else is foreseen of the same series, and what is crossed of another',
      {
        until: '20m',
        kinds: { hook: 'webhook' },
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', { ...HIGH, ...foreseen(false) })],
          ['10m', firing('web-1', { ...HIGH, ...foreseen(true), key: 'forecast:web-1/disk', series: 'web-1/disk' })],
        ],
        told: ['1m hook first-notice HIGH web-1', '5m hook new-series HIGH web-1', '10m hook new-series HIGH web-1'],
      },
    ],
    [
      'that lasts is brought to mind every four hours, without waking anybody',
      {
        until: '9h',
        signals: eachTick(0, 540, firing('web-1', HIGH)),
        told: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '241m slack reminder HIGH web-1',
          '481m slack reminder HIGH web-1',
        ],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '241m slack reminder HIGH web-1',
          '481m slack reminder HIGH web-1',
        ],
      },
    ],
    [
      'that is LOW is told once and brought to nobody’s mind',
      {
        until: '9h',
        signals: eachTick(0, 540, firing('web-1', { severity: 'LOW' })),
        told: ['1m slack first-notice LOW web-1'],
        alone: ['1m slack first-notice LOW web-1'],
      },
    ],
    [
      'that pauses for less than ten minutes has not ended',
      {
        until: '40m',
        signals: [
          ['0', firing('web-1')],
          ['5m', normal('web-1')],
          ['10m', firing('web-1')],
          ['15m', normal('web-1')],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1', '25m slack all-resolved MEDIUM web-1'],
      },
    ],
    [
      'of which a gap says nothing stays open, however long, until it is known to be over',
      {
        until: '4h',
        signals: [['0', firing('web-1')], ...eachTick(5, 175, unknown('web-1')), ['3h', normal('web-1')]],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1', '190m slack all-resolved MEDIUM web-1'],
      },
    ],
    [
      'of something that turns unknown before anybody could be told is told',
      {
        until: '20m',
        signals: [
          ['0', firing('web-1')],
          ['10s', unknown('web-1')],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'of something that is looked after no more is closed at once',
      {
        until: '30m',
        signals: [
          ['0', firing('web-1')],
          ['5m', normal('web-1', { gone: true })],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1', '5m slack closed MEDIUM web-1'],
      },
    ],
    [
      'that begins again after its end is another one',
      {
        until: '80m',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', normal('web-1')],
          ['1h', firing('web-1', HIGH)],
        ],
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
        told: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '15m slack all-resolved HIGH web-1',
          '15m pager all-resolved HIGH web-1',
          '61m slack first-notice HIGH web-1',
          '61m pager first-notice HIGH web-1',
        ],
      },
    ],
  ]);
});
