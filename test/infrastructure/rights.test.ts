import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenDeployment } from './golden-deployment.ts';
import { rightsOf } from './rights-of.ts';

const file = new URL('golden/rights.txt', import.meta.url);
const rights = rightsOf(goldenDeployment().template);
const heading = 'What each role may do, line by line. `npm run golden` writes it anew; read the difference.\n\n';

/** Every right with a star in it needs one of these; each of these is needed. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/: cloudwatch:(GetMetricData|ListMetrics) on \*$/, 'CloudWatch knows no resources for reading metrics'],
  [/: cloudwatch:PutMetricData on \* if cloudwatch:namespace StringEquals AIOps\/Monitoring$/, 'only our namespace'],
  [
    /^\w*FirehoseRole\w*: s3:(AbortMultipartUpload|PutObject) on <MonitoringStorageBucket\.Arn>\/raw\/\*$/,
    'Firehose names objects by time',
  ],
  [/: s3:(Get|Put|Delete)Object on <MonitoringStorageBucket\.Arn>\/[a-z-]+\/\*$/, 'objects of one folder'],
  [
    /: s3:ListBucket on <MonitoringStorageBucket\.Arn> if s3:prefix StringLike [a-z-]+\/\*( [a-z-]+(\/\*)?)*$/,
    'folders',
  ],
  [
    /^CustomCDKBucketDeployment\w+: s3:ListBucket on <MonitoringStorageBucket\.Arn> if s3:prefix StringLike settings settings\/\*$/,
    'one folder, and its own name',
  ],
  [
    /^CustomCDKBucketDeployment\w+: s3:(GetObject\*|GetBucket\*|List\*) on arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-\S+$/,
    'the CDK reads its own assets while it deploys',
  ],
];

describe('rights', () => {
  it('are those of the listing: `npm run golden` writes it anew', () => {
    const text = `${heading}${rights.join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('have no star without a reason', () => {
    const starred = rights.filter((line) => line.includes('*'));
    expect(starred.length).toBeGreaterThan(20);
    expect(starred.filter((line) => !reasons.some(([right]) => right.test(line)))).toEqual([]);
  });

  it.each(reasons)('%s has its reason still: %s', (right) => {
    expect(rights.filter((line) => right.test(line))).not.toEqual([]);
  });

  it('are of no role that may do everything with something', () => {
    expect(rights.filter((line) => /: (\*|[a-z-]+:\*) on /.test(line))).toEqual([]);
  });
});
