import { describe, expect, it } from 'vitest';
import { MemoryDeadLetters } from '../../shared/adapters/local/memory-dead-letters.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { streamBatchKind } from '../../shared/metrics/stream-batch.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { readDeliveries, type StreamPorts, takeStream } from '../../shared/pipeline/take-stream.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { createHandler } from '../../lambdas/stream/handler.ts';
import { series } from '../scenarios/world.ts';

const at = 1_800_000_000;
const home = { account: '111111111111', region: 'eu-west-1' };
const key = 'raw/stream/2027/01/15/one.gz';
const foreign: SeriesDescription = {
  ...series('theirs', 'cpu'),
  metric: { ...(series('a', 'cpu').metric as object), account: '222222222222' } as SeriesDescription['metric'],
};
const record = (more: object = {}, thing = 'a'): string =>
  JSON.stringify({
    ...{ account_id: home.account, region: home.region, namespace: 'Test', metric_name: 'cpu' },
    ...{ dimensions: { Thing: thing }, timestamp: at * 1000, value: { count: 1, sum: 1, min: 1, max: 1 } },
    ...more,
  });

interface Taking extends StreamPorts {
  readonly store: MemoryObjectStore;
  readonly deadLetters: MemoryDeadLetters;
  readonly warned: string[];
}
async function taking(
  members: readonly SeriesDescription[] = [series('a', 'cpu'), series('b', 'cpu')],
): Promise<Taking> {
  const store = new MemoryObjectStore();
  const warned: string[] = [];
  const say = (message: string): void => void warned.push(message);
  const watches = { w: { select: 'Test', collect: 'stream' }, polled: { select: 'Test' } } as const;
  const made: Taking = {
    ...{ settings: settingsSchema.parse({ watches }), store, bytes: nodeBytes, warned },
    ...{ deadLetters: new MemoryDeadLetters(), log: { info: () => undefined, warn: say, error: say } },
  };
  for (const watch of ['w', 'polled']) await updateInventory(made, watch, members, at);
  return made;
}
const put = async (w: Taking, lines: readonly string[], name = key): Promise<void> => {
  await w.store.put(name, await nodeBytes.gzip(new TextEncoder().encode(lines.join('\n'))));
};
const taken = async (w: Taking): Promise<string[]> => {
  const found: string[] = [];
  for await (const one of w.store.list('stream/')) found.push(one);
  return found;
};
const take = (w: Taking, name = key) => takeStream({ key: name, arrivedAt: at + 90 }, home, w);

describe('a delivery of a metric stream', () => {
  it('goes to the shards whose series it is of, one object each; what nobody watches, to none', async () => {
    const w = await taking();
    await put(w, [record(), record({}, 'b'), record({}, 'unknown'), record({ region: 'us-east-1' })]);
    expect(await take(w)).toEqual({ records: 4, watched: 2, refused: 0, shards: 1 });
    expect(await taken(w)).toEqual([expect.stringMatching(/^stream\/w\/s-0001\/1800000090-[0-9a-f]{16}$/)]);
    expect(w.deadLetters.letters).toEqual([]);
  });

  it('is taken once, however often S3 tells of it', async () => {
    const w = await taking();
    await put(w, [record(), record({}, 'b')]);
    const first = await take(w);
    const keys = await taken(w);
    expect(await take(w)).toEqual(first);
    expect(await taken(w)).toEqual(keys);
  });

  it('that is taken again brings what is watched only now, beside what was there', async () => {
    const w = await taking([series('a', 'cpu')]);
    await put(w, [record(), record({}, 'b')]);
    await take(w);
    await updateInventory(w, 'w', [series('a', 'cpu'), series('b', 'cpu')], at);
    await take(w);
    const keys = await taken(w);
    expect(keys).toHaveLength(2);
    const brought = await Promise.all(keys.map(async (one) => (await readStored(w, streamBatchKind, one))?.value));
    expect(brought.map((one) => one?.length).sort()).toEqual([1, 2]);
  });

  it('of a linked account is that of the series which name it, and of no other', async () => {
    const w = await taking([series('a', 'cpu'), foreign]);
    await put(w, [record({ account_id: '222222222222' })]);
    await take(w);
    const [only] = await taken(w);
    const batch = (await readStored(w, streamBatchKind, only))?.value;
    expect(batch?.map(({ metric }) => metric)).toEqual([expect.stringMatching(/^222222222222\|/)]);
  });

  it('of which some lines are no records is taken without them, and they are put aside with the reason', async () => {
    const w = await taking();
    await put(w, ['{"half', record(), record({ value: { count: 1, sum: null, min: 1, max: 1 } })]);
    expect(await take(w)).toEqual({ records: 1, watched: 1, refused: 2, shards: 1 });
    const [letter, ...others] = w.deadLetters.letters;
    expect(others).toEqual([]);
    expect(letter.why).toBe(`2 lines of ${key} are no records of a metric stream`);
    expect(letter.content['refused']).toMatchObject([
      { line: 1, why: 'not JSON', text: '{"half' },
      { line: 3, why: expect.stringMatching(/^value\.sum/) as string },
    ]);
    // Sent back to the queue, it is a delivery again.
    expect(readDeliveries(JSON.stringify({ why: letter.why, ...letter.content }))).toEqual([
      { key, arrivedAt: at + 90 },
    ]);
  });

  it('of which thousands of lines are no records makes one letter that a queue takes', async () => {
    const w = await taking();
    await put(
      w,
      Array.from({ length: 5000 }, (_, k) => `${k} ${'x'.repeat(2000)}`),
    );
    expect(await take(w)).toMatchObject({ refused: 5000 });
    expect(w.deadLetters.letters).toHaveLength(1);
    expect(JSON.stringify(w.deadLetters.letters[0]).length).toBeLessThan(256 * 1024);
  });

  it.each([
    ['is damaged', Uint8Array.of(0x1f, 0x8b, 1, 2, 3)],
    ['is cut off', 'cut'],
  ])('that %s is put aside with the reason, and not tried again', async (_, body) => {
    const w = await taking();
    const whole = await nodeBytes.gzip(new TextEncoder().encode(record()));
    await w.store.put(key, typeof body === 'string' ? whole.slice(0, whole.length - 12) : body);
    expect(await take(w)).toEqual({ records: 0, watched: 0, refused: 0, shards: 0 });
    expect(w.deadLetters.letters).toMatchObject([{ why: expect.stringMatching(/^cannot be unpacked: /) as string }]);
  });

  it('that says nothing leaves nothing', async () => {
    const w = await taking();
    await put(w, ['', ' ']);
    await w.store.put(`${key}2`, new Uint8Array(0));
    for (const name of [key, `${key}2`])
      expect(await take(w, name)).toEqual({ records: 0, watched: 0, refused: 0, shards: 0 });
    expect([await taken(w), w.deadLetters.letters]).toEqual([[], []]);
  });

  it('that is not packed is read as it is, for whoever sends one by hand', async () => {
    const w = await taking();
    await w.store.put(key, new TextEncoder().encode(record()));
    expect(await take(w)).toMatchObject({ watched: 1 });
  });

  it('that is gone is told of', async () => {
    const w = await taking();
    expect(await take(w)).toMatchObject({ records: 0 });
    expect(w.warned).toEqual([expect.stringMatching(/^a delivery of the metric stream is gone/)]);
  });
});

describe('what S3 says of new objects', () => {
  const of = (encoded: string): string =>
    JSON.stringify({ Records: [{ eventTime: '2027-01-15T08:00:00.123Z', s3: { object: { key: encoded } } }] });

  it('is read, keys as S3 writes them; where it only tries, it is nothing', () => {
    expect(readDeliveries(of('raw/stream/a+b%2Bc.gz'))).toEqual([{ key: 'raw/stream/a b+c.gz', arrivedAt: at }]);
    expect(readDeliveries('{"Service":"Amazon S3","Event":"s3:TestEvent"}')).toEqual([]);
  });

  it.each([
    ['half a message', '{'],
    ['no records', '{}'],
    ['a list', '[]'],
    ['a record without an object', '{"Records":[{}]}'],
    ['an object that is not of a stream', of('state/w/s-0001/anomaly')],
    ['an object beside them', of('raw/stream-errors/x')],
    ['a key that is none', of('raw/stream/%E0%A4%A')],
  ])('is refused where it is %s, with what may stand there', (_, body) => {
    expect(() => readDeliveries(body)).toThrow(/^notification: .* → /);
  });
});

describe('the stream function', () => {
  const run = { invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:Stream' };
  const event = (...bodies: readonly string[]) =>
    ({ Records: bodies.map((body, k) => ({ messageId: `m${k}`, body })) }) as Parameters<
      ReturnType<typeof createHandler>
    >[0];
  const told = JSON.stringify({ Records: [{ eventTime: '2027-01-15T08:01:30Z', s3: { object: { key } } }] });

  it('gives back what fails, and only that', async () => {
    const w = await taking();
    await put(w, [record()]);
    expect(await createHandler(() => Promise.resolve(w))(event('{', told), run)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(await taken(w)).toHaveLength(1);
  });

  it('gives a delivery back while the store or the dead letters fail: nothing of it is lost', async () => {
    const w = await taking();
    await put(w, [record(), 'no record']);
    const broken = { ...w, deadLetters: { put: () => Promise.reject(new Error('the queue is away')) } };
    const answer = await createHandler(() => Promise.resolve(broken))(event(told), run);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await createHandler(() => Promise.resolve(w))(event(told), run)).toEqual({ batchItemFailures: [] });
    expect([(await taken(w)).length, w.deadLetters.letters.length]).toEqual([1, 1]);
  });
});
