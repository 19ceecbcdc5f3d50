import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keysAt, schemaText, settingsJsonSchema } from '../../shared/settings/json-schema.ts';

describe('aiops.schema.json', () => {
  it('is current: `npm run schema` writes it', () => {
    expect(readFileSync(new URL('../../aiops.schema.json', import.meta.url), 'utf8')).toBe(schemaText());
  });

  it('is a draft that editors know', () => {
    expect(settingsJsonSchema()['$schema']).toBe('http://json-schema.org/draft-07/schema#');
  });

  it('asks for nothing but a watch', () => {
    expect(settingsJsonSchema()['required']).toEqual(['watches']);
  });

  it.each([
    [
      'the top',
      [],
      [
        'name',
        'retention',
        'quotaShare',
        'seed',
        'alerts',
        'selfAlarms',
        'heartbeatUrl',
        'alertTestEvery',
        'maxMonthlyUsd',
        'prices',
        'dashboard',
        'signalsTo',
        'watches',
      ],
    ],
    [
      'the forest of any watch',
      ['watches', 'x', 'forest'],
      ['detector', 'trees', 'sampleSize', 'contamination', 'threshold'],
    ],
    ['a rule of any kind', ['watches', 'x', 'rules', 3], ['kind', 'metric', 'limit', 'severity', 'by', 'for']],
    [
      'a pattern in a list',
      ['watches', 'x', 'select', 0],
      ['namespace', 'metric', 'dimensions', 'statistic', 'account', 'region'],
    ],
    [
      'a route of a route of a route',
      ['alerts', 'route', 'routes', 0, 'routes', 1, 'routes', 2],
      ['match', 'channels', 'groupWait', 'repeatEvery', 'resolveAfter', 'continue', 'routes'],
    ],
    ['a place that does not exist', ['watches', 'x', 'nowhere', 0], []],
  ])('knows the keys of %s', (_title, path, keys) => {
    expect(keysAt(path)).toEqual(keys);
  });

  it('describes every setting of a watch', () => {
    const watch = settingsJsonSchema().properties?.['watches'].additionalProperties;
    const properties = typeof watch === 'object' ? (watch.properties ?? {}) : {};
    const silent = Object.entries(properties).filter(([, one]) => one['description'] === undefined);
    expect(silent.map(([key]) => key)).toEqual([]);
  });
});
