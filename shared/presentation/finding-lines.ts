import type { Finding } from '../alerting/signal.ts';
import { boundaryWords, crossingWords, forecastReason, isForecast, whenWords } from './forecast-words.ts';
import { rarityWords, timeWords, valueWords } from './words.ts';

/**
 * What fires, in a few lines: what and how unusual; observed against expected; why. Of a forecast what is expected.
 *
 * @param at epoch seconds of whoever reads it.
 */
export function findingLines(finding: Finding, at: number): readonly string[] {
  if (isForecast(finding) && finding.status === 'firing') {
    const lines = [boundaryWords(finding, at), whenWords(finding.forecast, at), forecastReason(finding)];
    const head = `${finding.label}: ${crossingWords(finding.forecast, finding.unit, at)}`;
    return [head, ...lines.filter((words) => words !== '')];
  }
  const rarity = finding.rarity === null ? '' : `, ${rarityWords(finding.rarity)}`;
  const expected =
    finding.lower === null || finding.upper === null
      ? ''
      : `, usual ${valueWords(finding.lower)} to ${valueWords(finding.upper, finding.unit)}`;
  const observed = finding.observed === null ? '' : `${valueWords(finding.observed, finding.unit)}${expected}`;
  const shares = finding.shares
    .filter(({ share }) => share >= 0.05)
    .slice(0, 4)
    .map(({ label, share, words }) => `${label} ${Math.round(share * 100)} % (${words})`);
  return [
    `${finding.label}: since ${timeWords(finding.since).slice(5, 16)}${rarity}`,
    ...(observed === '' ? [] : [observed]),
    ...(finding.explanation === '' ? [] : [finding.explanation]),
    ...(shares.length === 0 ? [] : [shares.join(', ')]),
  ];
}
