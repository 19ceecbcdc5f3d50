import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forecasters } from '../../shared/forecasters/catalogue.ts';
import { usualLimit } from '../../shared/forecasters/limits.ts';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import { recommendationDefaults, severityOfRecommendation } from '../../shared/forecasters/recommendation.ts';
import { parseSettings } from '../../shared/settings/load-settings.ts';

const text = readFileSync(new URL('../../docs/forecasting.md', import.meta.url), 'utf8');
/** Cells of the rows of a table whose first cell is a word in backquotes. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

describe('the document on forecasting', () => {
  it('shows settings that can be written, and as defaults what the defaults are', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const { databases } = parseSettings(yaml, 'docs/forecasting.md').watches;
    const plain = parseSettings('watches: { databases: { select: AWS/RDS } }', 'test.yaml').watches;
    expect(databases.forecast).toEqual({ ...(plain['databases'].forecast as object), every: 300, horizon: 2700 });
    expect(databases.limits).toHaveLength(4);
    expect(databases.limits[1]).toMatchObject({ below: 10e9, severity: 'HIGH' });
  });

  it('gives each advice the peak and the severity that it has', () => {
    const { monitor, prepare, soon, immediately } = recommendationDefaults;
    const from = ['below', ...[monitor, prepare, soon, immediately].map((peak) => `${peak} %`)];
    expect(rows.map(([, advice]) => advice)).toEqual([...recommendations]);
    expect(rows.map(([, , peak]) => peak)).toEqual(from);
    expect(rows.slice(1).map(([, , , severity]) => severity)).toEqual(
      recommendations.slice(1).map((advice) => severityOfRecommendation[advice]),
    );
    expect(text).toContain(`÷ ${recommendationDefaults.target} %`);
    expect(text).toContain(`above ${usualLimit} by itself`);
  });

  it('names every forecaster that competes', () => {
    for (const name of Object.keys(forecasters).filter((one) => one !== 'lstm')) expect(text).toContain(`\`${name}\``);
  });
});
