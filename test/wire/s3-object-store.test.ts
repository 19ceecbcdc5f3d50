import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import type { Version } from '../../shared/ports/object-store.ts';
import { objectStoreSuite } from '../contracts/suites/object-store-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { conflicting, slowDown } from '../fakes/aws/faults.ts';
import { clientsOf, quick } from './aws-under-test.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : new TextDecoder().decode(body);
const keysOf = async (store: S3ObjectStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
};

objectStoreSuite(
  'the store in S3',
  async () => {
    const aws = await startFakeAws();
    aws.s3.createBucket('bucket');
    const open = () => new S3ObjectStore({ bucket: 'bucket', client: clientsOf(aws).s3, backOff: quick });
    return { store: open(), another: open(), close: () => aws.stop() };
  },
  { refusesHostileKeys: true },
);

describe('the store in S3', () => {
  let aws: FakeAws;
  let store: S3ObjectStore;
  const attemptsAt = (operation: string): number => aws.calls.filter((call) => call.operation === operation).length;

  beforeEach(async () => {
    aws = await startFakeAws();
    aws.s3.createBucket('bucket');
    store = new S3ObjectStore({ bucket: 'bucket', client: clientsOf(aws).s3, backOff: quick });
  });
  afterEach(() => aws.stop());

  it('knows when each object was written last, page by page, and keys as they are', async () => {
    let now = 1_800_000_000;
    const dated = await startFakeAws({ now: () => now });
    try {
      dated.s3.createBucket('bucket');
      const mine = new S3ObjectStore({ bucket: 'bucket', client: clientsOf(dated).s3, backOff: quick });
      for (const key of ['state/w/a b', 'state/w/c', 'state/x']) {
        await mine.put(key, bytes('1'));
        now += 60;
      }
      await mine.put('state/w/a b', bytes('2'));
      const found: unknown[] = [];
      for await (const one of mine.written('state/w/')) found.push(one);
      expect(found).toEqual([
        { key: 'state/w/a b', writtenAt: 1_800_000_180 },
        { key: 'state/w/c', writtenAt: 1_800_000_060 },
      ]);
    } finally {
      await dated.stop();
    }
  });

  it('reads a transfer again that broke in the middle', async () => {
    aws.s3.plant('bucket', 'k', bytes('whole body'));
    aws.inject({ operation: 'GetObject', effect: 'truncate', times: 2 });
    expect(text((await store.get('k'))?.body)).toBe('whole body');
    expect(attemptsAt('GetObject')).toBe(3);
  });

  it('throws, and says which object, when every transfer breaks', async () => {
    aws.s3.plant('bucket', 'k', bytes('whole body'));
    aws.inject({ operation: 'GetObject', effect: 'truncate', times: Infinity });
    await expect(store.get('k')).rejects.toThrow('s3://bucket/k did not arrive whole in 4 attempts');
  });

  it('refuses an object that is too large without reading it', async () => {
    const small = new S3ObjectStore({ bucket: 'bucket', client: clientsOf(aws).s3, largestBytes: 1000 });
    aws.s3.plant('bucket', 'k', new Uint8Array(1001));
    await expect(small.get('k')).rejects.toThrow('s3://bucket/k has 1001 bytes, at most 1000 are read');
  });

  it.each([
    ['slows us down', slowDown],
    ['breaks the connection before it works', 'lost-request'],
    ['fails inside', { status: 500, code: 'InternalError' }],
  ] as const)('stores once when S3 first %s', async (_, effect) => {
    aws.inject({ operation: 'PutObject', effect });
    expect(await store.put('k', bytes('1'), 'absent')).toBe('stored');
    expect(text((await store.get('k'))?.body)).toBe('1');
    expect(attemptsAt('PutObject')).toBe(2);
  });

  it('knows its own write again whose answer was lost', async () => {
    aws.inject({ operation: 'PutObject', effect: 'lost-answer' });
    expect(await store.put('k', bytes('1'), 'absent')).toBe('stored');
    const { version } = (await store.get('k'))!;
    aws.inject({ operation: 'PutObject', effect: 'lost-answer' });
    expect(await store.put('k', bytes('2'), version)).toBe('stored');
  });

  it('does not take the equal bytes of another for its own write', async () => {
    aws.inject({ operation: 'PutObject', effect: 'lost-request' });
    aws.s3.plant('bucket', 'k', bytes('1'), { writer: 'another' });
    expect(await store.put('k', bytes('1'), 'absent')).toBe('conflict');
  });

  it('tries again when another write was under way, and then tells of a conflict', async () => {
    aws.inject({ operation: 'PutObject', effect: conflicting, times: 2 });
    expect(await store.put('k', bytes('1'), 'absent')).toBe('stored');
    aws.inject({ operation: 'PutObject', effect: conflicting, times: Infinity });
    expect(await store.put('other', bytes('1'), 'absent')).toBe('conflict');
    expect(attemptsAt('PutObject')).toBe(3 + 4);
  });

  it('stores nothing when the body was damaged on its way', async () => {
    const client = clientsOf(aws).s3;
    client.middlewareStack.add(
      (next) => async (args) => {
        (args.request as { body: Uint8Array }).body = bytes('other');
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const damaged = new S3ObjectStore({ bucket: 'bucket', client, backOff: quick });
    await expect(damaged.put('k', bytes('right'))).rejects.toThrow(/BadDigest|XAmzContentSHA256Mismatch/);
    expect(aws.s3.keys('bucket')).toEqual([]);
  });

  it('gives up when S3 never answers', async () => {
    const client = clientsOf(aws, 'AKIATEST', { requestTimeoutMs: 100, maxAttempts: 2 }).s3;
    aws.inject({ operation: 'GetObject', effect: 'hang', times: Infinity });
    const patient = new S3ObjectStore({ bucket: 'bucket', client, backOff: quick });
    await expect(patient.get('k')).rejects.toThrow(/could not read s3:\/\/bucket\/k: TimeoutError/);
  });

  it('lists keys that XML cannot carry', async () => {
    const odd = ['a b', 'a+b', 'a&<b>', 'a%20b', "a'()!~*b", 'ümlaut'];
    for (const key of odd) aws.s3.plant('bucket', key, bytes('x'));
    expect(new Set(await keysOf(store, ''))).toEqual(new Set(odd));
  });

  it('says what is missing when the bucket does not exist', async () => {
    const nowhere = new S3ObjectStore({ bucket: 'nowhere', client: clientsOf(aws).s3 });
    await expect(nowhere.get('k')).rejects.toThrow('could not read s3://nowhere/k: NoSuchBucket');
  });

  describe('under permissions', () => {
    const folder = (name: string) => `arn:aws:s3:::bucket/${name}/*`;
    const mine = () => new S3ObjectStore({ bucket: 'bucket', client: clientsOf(aws, 'AKIAMINE').s3, backOff: quick });
    const listing = {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::bucket',
      Condition: { StringLike: { 's3:prefix': ['state/*'] } },
    } as const;

    it('takes 403 for a missing key for what it is: not a missing key', async () => {
      aws.grant('AKIAMINE', [{ Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: folder('state') } }]);
      await expect(mine().get('state/none')).rejects.toThrow('a missing key needs s3:ListBucket');
    });

    it('sees that a key is missing where it may list the folder', async () => {
      aws.grant('AKIAMINE', [
        { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: folder('state') }, listing] },
      ]);
      expect(await mine().get('state/none')).toBeUndefined();
      await expect(mine().get('history/none')).rejects.toThrow('AccessDenied');
    });

    it('may not list, read, write or delete outside its folders', async () => {
      aws.s3.plant('bucket', 'models/m', bytes('x'));
      aws.grant('AKIAMINE', [{ Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: folder('state') }, listing] }]);
      await expect(keysOf(mine(), 'models/')).rejects.toThrow('AccessDenied');
      await expect(keysOf(mine(), '')).rejects.toThrow('AccessDenied');
      await expect(mine().get('models/m')).rejects.toThrow('AccessDenied');
      await expect(mine().put('models/m', bytes('y'))).rejects.toThrow('AccessDenied');
      await expect(mine().delete('models/m')).rejects.toThrow('AccessDenied');
      expect(await keysOf(mine(), 'state/')).toEqual([]);
      expect(aws.s3.keys('bucket')).toEqual(['models/m']);
    });

    it('needs to read what it replaces by compare-and-swap', async () => {
      const etag = aws.s3.plant('bucket', 'state/s', bytes('x')) as Version;
      aws.grant('AKIAMINE', [{ Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: folder('state') } }]);
      await expect(mine().put('state/s', bytes('y'), etag)).rejects.toThrow('AccessDenied');
    });

    it('lets a stranger do nothing', async () => {
      aws.grant('AKIAMINE', []);
      const stranger = new S3ObjectStore({ bucket: 'bucket', client: clientsOf(aws, 'AKIASTRANGER').s3 });
      await expect(stranger.get('k')).rejects.toThrow('InvalidAccessKeyId');
    });
  });
});
