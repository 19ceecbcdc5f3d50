import { expect, it } from 'vitest';
import { leftOutWords } from '../../bin/left-out.ts';

it.each([
  [
    'a limit is told with what to do about it',
    { pattern: 'AWS/SQS', count: 12 },
    '12 of AWS/SQS: raise maxSeries or narrow the pattern',
  ],
  [
    'a reason of its own is told instead',
    { pattern: 'AWS/S3/BucketSizeBytes', count: 2, reason: 'its points come every 86400 s' },
    '2 of AWS/S3/BucketSizeBytes: its points come every 86400 s',
  ],
])('%s', (_, leftOut, words) => {
  expect(leftOutWords(leftOut)).toBe(words);
});
