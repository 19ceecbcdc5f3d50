import { describe, expect, it } from 'vitest';
import type { Finding } from '../../shared/alerting/signal.ts';
import { findingLines } from '../../shared/presentation/finding-lines.ts';
import { durationWords, rarityWords, shortDuration, valueWords } from '../../shared/presentation/words.ts';

describe('words for people', () => {
  it.each([
    [1, '1 second', '1s'],
    [89, '89 seconds', '89s'],
    [90, '2 minutes', '2m'],
    [3600, '60 minutes', '60m'],
    [5400, '2 hours', '1.5h'],
    [86_400, '24 hours', '24h'],
    [43 * 86_400, '43 days', '43d'],
    [Number.NaN, 'an unknown time', '?'],
  ])('%d seconds are %s', (seconds, long, short) => {
    expect(durationWords(seconds)).toBe(long);
    expect(shortDuration(seconds)).toBe(short);
  });

  it('says nothing beyond the evidence', () => {
    const day = 86_400;
    expect(rarityWords({ onceInSeconds: 43 * day, evidenceSeconds: 90 * day, unseen: false })).toBe('once in 43 days');
    expect(rarityWords({ onceInSeconds: 14 * day, evidenceSeconds: 14 * day, unseen: true })).toBe(
      'not seen in the last 14 days',
    );
    expect(rarityWords(null)).toBe('no history to compare with yet');
  });

  it.each([
    [97.3456, '%', '97.35 %'],
    [12, 'Percent', '12 %'],
    [1234.5678, 'MB/s', '1235 MB/s'],
    [62.451, 'Megabytes/Second', '62.45 MB/s'],
    [75.449, 'Count/Second', '75.45/s'],
    [12, 'Milliseconds', '12 ms'],
    [12, 'Count/Furlong', '12 Count/Furlong'],
    [12, 'orders/Second', '12 orders/Second'],
    [3, 'None', '3'],
    [0, 'Count', '0'],
    [1e-9, '', '1.00e-9'],
    [null, '%', 'unknown'],
    [Number.NaN, '%', 'unknown'],
  ])('%s with unit %s is %s', (value, unit, words) => {
    expect(valueWords(value, unit)).toBe(words);
  });

  it('tells a finding in a few lines', () => {
    const finding: Finding = {
      key: 'k',
      kind: 'anomaly',
      source: 'series',
      series: 's',
      label: 'cpu',
      unit: '%',
      status: 'firing',
      since: Date.UTC(2026, 10, 21, 9, 30) / 1000,
      observed: 97.2,
      expected: 41,
      lower: 30.123,
      upper: 52,
      score: 0.98,
      rarity: { onceInSeconds: 86_400 * 5, evidenceSeconds: 86_400 * 20, unseen: false },
      shares: [
        { series: 's', label: 'cpu', share: 0.8, words: 'far above usual' },
        { series: 't', label: 'memory', share: 0.01, words: 'usual' },
      ],
      explanation: 'a level never seen before',
    };
    expect(findingLines(finding, 0)).toEqual([
      'cpu: since 11-21 09:30, once in 5 days',
      '97.2 %, usual 30.12 to 52 %',
      'a level never seen before',
      'cpu 80 % (far above usual)',
    ]);
  });
});
