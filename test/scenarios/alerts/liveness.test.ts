import { describe, expect, it } from 'vitest';
import { nodeBytes } from '../../../shared/adapters/local/node-bytes.ts';
import { writeStored } from '../../../shared/models/stored-artefact.ts';
import { shardStateKind, type ShardState } from '../../../shared/pipeline/shard-state.ts';
import { actOnIncident } from '../../../shared/pipeline/act-on-incident.ts';
import { listIncidents } from '../../../shared/pipeline/list-incidents.ts';
import { keys } from '../../../shared/settings/keys.ts';
import {
  acts,
  answers,
  firing,
  type Happening,
  mutes,
  normal,
  play,
  signalOf,
  Timeline,
  together,
} from './timeline.ts';

/** The shard has consumed this very moment's tick, and knows of nothing that fires. */
const shardRuns: Happening = async ({ store, time }) => {
  const state: ShardState = {
    watch: 'w',
    shard: 's-0001',
    tick: time,
    periodSeconds: 300,
    timezone: 'UTC',
    judgedTo: time,
    model: null,
    calledNormal: [],
    asked: null,
    warmUpDue: false,
    held: { start: time, series: [] },
    entities: [],
  };
  await writeStored({ store, bytes: nodeBytes }, shardStateKind, keys.state('w', 's-0001', 'anomaly'), state);
};

describe('an incident of which nothing is heard any more', () => {
  it('stays open while its shard is not scored, and says since when', async () => {
    const story = new Timeline();
    const told = await play(story, '5h', [['0', firing('web-1', { severity: 'HIGH' })]]);
    expect(told.filter((line) => /resolved|closed/.test(line))).toEqual([]);
    expect(story.told.at(-1)?.notice).toMatchObject({ reason: 'reminder', stale: true, evaluatedAt: story.start });
  });

  it('is closed once its shard goes on and does not know it', async () => {
    const story = new Timeline();
    const told = await play(story, '1h', [
      ['0', firing('web-1', { severity: 'HIGH' })],
      ['16m', shardRuns],
    ]);
    expect(told.slice(2)).toEqual(['20m slack closed HIGH web-1', '20m pager closed HIGH web-1']);
    expect((await story.incidents())[0]).toMatchObject({ status: 'closed', closeReason: 'no-longer-known' });
  });

  it('is not closed by a shard that has not got beyond it', async () => {
    const story = new Timeline();
    await play(story, '1h', [
      ['0', firing('web-1')],
      ['5m', shardRuns],
    ]);
    expect((await story.incidents())[0].status).toBe('open');
  });

  it('is closed where nobody looks after its watch any more', async () => {
    const told = await play(new Timeline(), '1h', [['0', firing('web-1', { watch: 'gone' })]]);
    expect(told).toEqual(['1m slack first-notice MEDIUM web-1', '20m slack closed MEDIUM web-1']);
  });

  it('is forgotten a day after its end, when nothing of it can still arrive, and kept where people look', async () => {
    const story = new Timeline();
    await play(story, '26h', [
      ['0', firing('web-1')],
      ['5m', normal('web-1')],
    ]);
    expect(await story.store.get(keys.incident('entity:w/web-1'))).toBeDefined();
    story.time = story.start + 26.5 * 3600;
    await story.sweep();
    expect(await story.store.get(keys.incident('entity:w/web-1'))).toBeUndefined();
    expect((await story.incidents()).map(({ status, title }) => [status, title])).toEqual([['closed', 'web-1']]);
  });
});

describe('what cannot be read', () => {
  it('in a batch comes again, and the rest of it is heard', async () => {
    const story = new Timeline();
    const good = { id: 'a', 'detail-type': 'Signal', detail: signalOf('web-1', 'firing', story.time) };
    const { routeAlerts } = await import('../../../shared/pipeline/route-alert.ts');
    const { failed } = await routeAlerts(
      [
        { id: '1', body: 'no JSON' },
        { id: '2', body: JSON.stringify(good) },
        { id: '3', body: JSON.stringify({ ...good, detail: {} }) },
      ],
      story.ports(),
    );
    expect(failed).toEqual(['1', '3']);
    expect((await story.incidents()).map(({ title }) => title)).toEqual(['web-1']);
  });

  it.each([
    ['a mute', 'incidents/mutes/x.json'],
    ['a watch book', keys.watchBook('w')],
  ])('of %s keeps nobody from being told', async (_, key) => {
    const story = new Timeline();
    await story.store.put(key, new TextEncoder().encode('{'));
    expect(await play(story, '2m', [['0', firing('web-1')]])).toEqual(['1m slack first-notice MEDIUM web-1']);
    expect(story.logged.some(({ level, message }) => level === 'error' && message.endsWith('unreadable'))).toBe(true);
  });

  describe('of an incident', () => {
    const unreadable = keys.incident('entity:w/web-2');
    const LOW = { severity: 'LOW' } as const;

    it('is counted for the alarm by each sweep, which tells the others and succeeds', async () => {
      const story = new Timeline();
      await story.store.put(unreadable, new TextEncoder().encode('{}'));
      expect(await play(story, '2m', [['0', firing('web-1', LOW)]])).toEqual(['1m slack first-notice LOW web-1']);
      expect(story.sweeps.map((sweep) => sweep.unreadable)).toEqual([1, 1, 1]);
      const counted = story.sink.published.filter(({ name }) => name === 'UnreadableRecords');
      expect(counted.map(({ value, dimensions }) => [value, dimensions])).toEqual(
        [0, 1, 2].map(() => [1, { Deployment: 'test' }]),
      );
      expect(story.logged).toContainEqual(
        expect.objectContaining({ level: 'error', fields: expect.objectContaining({ key: unreadable }) as unknown }),
      );
    });

    it('is named to whoever lists incidents, and is no reason to show none', async () => {
      const story = new Timeline();
      const past = keys.closedIncident(story.start, 'entity:w/web-3', 7);
      for (const key of [unreadable, past]) await story.store.put(key, new TextEncoder().encode('{}'));
      await play(story, '1m', [['0', firing('web-1', LOW)]]);
      const listed = await listIncidents(story.store, story.start, story.time);
      expect(listed.open.map(({ title }) => title)).toEqual(['web-1']);
      expect(listed.unreadable).toEqual([past, unreadable]);
    });

    it('keeps nobody from acting on another one by its id', async () => {
      const story = new Timeline();
      await story.store.put(unreadable, new TextEncoder().encode('{}'));
      await play(story, '1m', [['0', firing('web-3', LOW)]]);
      const [{ id }] = await story.incidents();
      const act = { incident: id, action: 'acknowledge', by: 'Ada', now: story.time } as const;
      expect(await actOnIncident(act, story.ports())).toBe('done');
    });

    it('that is part of a storm leaves the storm as it was, and the storm is told', async () => {
      const story = new Timeline({ alerts: { storm: { entities: 1, ticks: 2 } } });
      const told = await play(story, '30m', [
        ['0', together(['web-1', 'web-2', 'web-3'], 'firing')],
        ['5m', async ({ store }) => store.put(unreadable, new TextEncoder().encode('{}'))],
        ['6m', normal('web-1'), normal('web-3')],
      ]);
      expect(told).toEqual(['1m slack first-notice MEDIUM w: 3 at once']);
      expect(story.sweeps.at(-1)?.unreadable).toBe(1);
    });

    it('that anything else keeps from being read still fails the sweep: the next one may find it whole', async () => {
      const story = new Timeline();
      await play(story, '1m', [['0', firing('web-1', LOW)]]);
      const get = story.store.get.bind(story.store);
      story.store.get = async (key) => {
        if (key === keys.incident('entity:w/web-1')) throw new Error('connection reset');
        return get(key);
      };
      await expect(story.sweep()).rejects.toThrow(/1 incidents could not be swept: Error: connection reset/);
    });
  });
});

describe('a page that nobody gets', () => {
  it('is counted from when it was due, whether it was lost or refused, until it is told', async () => {
    for (const answer of ['down', 'refused'] as const) {
      const story = new Timeline();
      await play(story, '75m', [
        ['0', answers('pager', answer), firing('web-1', { severity: 'HIGH' })],
        ['30m', answers('pager', 'ok')],
      ]);
      expect(story.sweeps[11].owedPageSeconds).toBe(600);
      expect(story.lines().filter((line) => line.includes('pager'))).toHaveLength(1);
      expect(story.sweeps.at(-1)?.owedPageSeconds).toBe(0);
    }
  });
});

describe('a notice that every channel refuses', () => {
  const untold = ({ sink }: Timeline): unknown =>
    sink.published.filter(({ name }) => name === 'NoticesUntold').map(({ value, dimensions }) => [value, dimensions]);

  it('raises the alarm at once, and not again for what is over', async () => {
    const story = new Timeline({ kinds: { slack: 'slack' } });
    await play(story, '30m', [['0', answers('slack', 'refused'), firing('web-1')]]);
    expect(untold(story)).toEqual([[1, { Deployment: 'test' }]]);
    expect(story.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'nobody was told' }));
  });

  it.each([
    ['one of them took it', 'refused', 'ok'],
    ['one of them may take it later', 'refused', 'down'],
    ['all of them may take it later', 'down', 'lost'],
  ] as const)('raises none where %s', async (_, slack, pager) => {
    const story = new Timeline();
    await play(story, '30m', [
      ['0', answers('slack', slack), answers('pager', pager), firing('web-1', { severity: 'HIGH' })],
    ]);
    expect(untold(story)).toEqual([]);
  });

  it('raises it again each time that a pager refuses the page that it is owed', async () => {
    const story = new Timeline({ kinds: { pager: 'pagerduty' } });
    await play(story, '40m', [['0', answers('pager', 'refused'), firing('web-1', { severity: 'HIGH' })]]);
    expect(untold(story)).toHaveLength(2);
  });
});

describe('what people do', () => {
  it('is done once, and not to what is over or unknown', async () => {
    const story = new Timeline();
    await play(story, '2m', [['0', firing('web-1')]]);
    const [{ id }] = await story.incidents();
    const act = (action: 'acknowledge' | 'snooze' | 'close', incident = id): Promise<string> =>
      actOnIncident({ incident, action, by: 'Ada', now: story.time }, story.ports());
    expect(await act('acknowledge')).toBe('done');
    expect(await act('acknowledge')).toBe('already');
    expect(await act('snooze')).toBe('done');
    expect(await act('snooze')).toBe('already');
    expect(await act('close', 'nobody')).toBe('not-found');
    expect(await act('close')).toBe('done');
    expect(await act('acknowledge')).toBe('closed');
    const actions = (await story.audit()).filter(({ kind }) => kind === 'action');
    expect(actions).toHaveLength(3);
  });

  it('to an incident that begins anew at once is told all the same: each has its own beginning and end', async () => {
    const story = new Timeline();
    const told = await play(story, '3m', [
      ['0', firing('web-1', { severity: 'HIGH' })],
      ['90s', normal('web-1'), acts('close', 'web-1')],
      ['100s', firing('web-1', { severity: 'HIGH' })],
    ]);
    expect(told).toEqual([
      '1m slack first-notice HIGH web-1',
      '1m pager first-notice HIGH web-1',
      '1m40s slack closed HIGH web-1',
      '1m40s pager closed HIGH web-1',
      '3m slack first-notice HIGH web-1',
      '3m pager first-notice HIGH web-1',
    ]);
    const keysOf = (at: number): unknown => story.told[at].notice.dedupKey;
    expect([keysOf(3), keysOf(5)]).toEqual([keysOf(1), expect.not.stringContaining(String(keysOf(1)))]);
  });

  it('by a mute silences until it ends, and the same mute asked for again is no longer one', async () => {
    const told = await play(new Timeline(), '40m', [
      ['0', mutes({ for: 1200, watch: ['w'] })],
      ['1m', firing('web-1')],
      ['19m', firing('web-1')],
      ['22m', acts('acknowledge', 'web-1')],
    ]);
    expect(told).toEqual(['20m slack first-notice MEDIUM web-1']);
  });
});
