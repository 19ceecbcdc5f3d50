import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../shared/alerting/fingerprint.ts';
import { groupOf, stormGroup } from '../../shared/alerting/grouping.ts';
import { dedupKey, incidentId } from '../../shared/alerting/incident-name.ts';
import { keys } from '../../shared/settings/keys.ts';
import { finding, signal, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const of = (more: Parameters<typeof signal>[2] = {}) => signal(t0, [finding('cpu')], more);

describe('groupOf', () => {
  it.each([
    ['by entity, within its watch', 'entity', {}, 'entity:web/web-1', 'web-1'],
    ['by watch', 'watch', {}, 'watch:web', 'web'],
    ['by a label, across watches', { label: 'team' }, {}, 'label:team=blue', 'blue'],
    ['all as one', 'all', {}, 'all', 'test'],
    ['what lacks the label is a story of its own entity', { label: 'stage' }, {}, 'entity:web/web-1', 'web-1'],
    ['a label without a value is a value', { label: 'team' }, { labels: { team: '' } }, 'label:team=', ''],
  ] as const)('%s', (_title, by, more, group, title) => {
    expect(groupOf(of(more), by)).toMatchObject({ group, title });
  });

  it('tells labels apart whose names and values look alike when written together', () => {
    const one = groupOf(of({ labels: { a: 'b=c' } }), { label: 'a' }).group;
    const other = groupOf(of({ labels: { 'a=b': 'c' } }), { label: 'a=b' }).group;
    expect(one).not.toBe(other);
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.constantFrom(
      '\uD800',
      '\uD801',
      '\uFFFD',
      'x'.repeat(10_000),
      `${'x'.repeat(10_000)}y`,
      '../..',
      '~0123456789abcdef',
    ),
  );
  /** Names of watches have no slashes: settings see to that. */
  const watch = hostile.map((name) => name.replaceAll('/', '') || 'w');

  it('never mixes two entities, and always names an object that can be stored', () => {
    fc.assert(
      fc.property(watch, hostile, watch, hostile, (watchA, a, watchB, b) => {
        const one = groupOf(of({ watch: watchA, entity: a }), 'entity').group;
        const other = groupOf(of({ watch: watchB, entity: b }), 'entity').group;
        expect(one === other).toBe(watchA === watchB && a === b);
        expect(keys.incident(one) === keys.incident(other)).toBe(one === other);
        // A file name has 255 bytes at most; that of a closed incident carries its number as well.
        const closed = keys.closedIncident(t0, one, t0);
        expect(Buffer.byteLength(closed.slice(closed.lastIndexOf('/') + 1))).toBeLessThanOrEqual(255);
        expect(stormGroup(watchA) === stormGroup(watchB)).toBe(watchA === watchB);
      }),
    );
  });
});

describe('names of incidents', () => {
  it('are those that FNV-1a publishes', () => {
    expect(['', 'a', 'foobar'].map(fingerprint)).toEqual(['cbf29ce484222325', 'af63dc4c8601ec8c', '85944171f73967e8']);
  });

  it('are short, and others for the next incident of the group', () => {
    const ids = [t0, t0 + 300, t0 + 600].map((number) => incidentId('d', 'entity:w/e', number));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{13}$/);
  });

  it('fit PagerDuty, and stay apart where they have to be cut', () => {
    const keyOf = (group: string, number = t0) => dedupKey({ deployment: 'd'.repeat(40), group, number });
    const long = 'g'.repeat(400);
    const all = [keyOf(long), keyOf(`${long}h`), keyOf(long, t0 + 1), keyOf('short')];
    expect(new Set(all).size).toBe(4);
    for (const key of all) expect(key.length).toBeLessThanOrEqual(255);
    expect(keyOf('short')).toBe(`${'d'.repeat(40)}/short/${t0}`);
  });
});
