import { describe, expect, it } from 'vitest';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { settingsSchema, watchesOf } from '../../shared/settings/settings.ts';

const watchWith = (sensitivity: unknown) => {
  const watch = sensitivity === undefined ? { select: 'Test' } : { select: 'Test', sensitivity };
  return watchesOf(settingsSchema.parse({ watches: { w: watch } }))[0];
};

describe('the threshold of a watch', () => {
  it.each([
    ['the default, where neither settings nor training say one', undefined, undefined, 1.75],
    ['the default at once where the budget that training set one for is no longer asked', undefined, 4.2, 1.75],
    ['that of the settings, whatever an earlier budget came to', { threshold: 3 }, 4.2, 3],
    ['that of training while a budget is asked', '3 per week', 4.2, 4.2],
    ['that of training while a contamination is asked', { contamination: 0.01 }, 4.2, 4.2],
    ['the default until training has set one', '3 per week', undefined, 1.75],
  ])('is %s', (_, sensitivity, trained, expected) => {
    expect(policyOf(watchWith(sensitivity), { threshold: trained }).threshold).toBe(expected);
  });
});
