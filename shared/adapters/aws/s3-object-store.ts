import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type _Object as ListedObject,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { checkObjectKey } from '../../models/object-key.ts';
import type { ObjectStore, StoredObject, Version } from '../../ports/object-store.ts';
import type { WrittenTimes } from '../../ports/written-times.ts';
import { attemptsOf, failure, isDenied, statusOf } from './aws-failure.ts';
import { pause, type BackOff } from './back-off.ts';

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  readonly client: S3Client;
  /** Larger objects are refused before they are read into memory. @default 256 MB */
  readonly largestBytes?: number;
  /** For broken transfers and conflicting writes. @default 4 attempts, from 50 ms to 1 s apart */
  readonly backOff?: BackOff;
}

/**
 * The bucket as an object store; a version is the object's ETag, and conditional writes make the compare-and-swap.
 * Needs `s3:ListBucket` for what is read, since S3 otherwise answers 403 for a key that does not exist, and
 * `s3:GetObject` wherever a write expects something.
 */
export class S3ObjectStore implements ObjectStore, WrittenTimes {
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #largestBytes: number;
  readonly #backOff: BackOff;

  constructor({ bucket, client, largestBytes = 256 * 2 ** 20, backOff }: S3ObjectStoreOptions) {
    this.#bucket = bucket;
    this.#client = client;
    this.#largestBytes = largestBytes;
    this.#backOff = backOff ?? { attempts: 4, baseMs: 50, longestMs: 1_000 };
  }

  /**
   * @throws RangeError on a bad key, or an object larger than allowed.
   * @throws Error where the transfer broke every time, or access was denied.
   */
  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#open(key);
      if (answer === undefined) return undefined;
      const { ETag, Body, ContentLength } = answer;
      if (ETag === undefined || Body === undefined)
        throw new Error(`${this.#at(key)}: the answer has no ETag or no body`);
      if (ContentLength !== undefined && ContentLength > this.#largestBytes) {
        // Unread, the body would keep its connection from being used again.
        (Body as { destroy?: () => void }).destroy?.();
        throw new RangeError(`${this.#at(key)} has ${ContentLength} bytes, at most ${this.#largestBytes} are read`);
      }
      try {
        const body = await Body.transformToByteArray();
        if (ContentLength === undefined || body.length === ContentLength) return { body, version: ETag as Version };
        throw new Error(`${body.length} of ${ContentLength} bytes arrived`);
      } catch (error) {
        // The SDK's own retries end where the body begins.
        if (attempt >= this.#backOff.attempts) {
          throw failure(`${this.#at(key)} did not arrive whole in ${attempt} attempts`, error);
        }
      }
      await pause(this.#backOff, attempt);
    }
  }

  /**
   * @throws RangeError on a bad key.
   * @throws Error where S3 did not take it for any other reason than the condition.
   */
  async put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'> {
    checkObjectKey(key);
    const writer = randomUUID();
    const condition =
      expected === undefined ? {} : expected === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: expected };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(
          new PutObjectCommand({
            Bucket: this.#bucket,
            Key: key,
            Body: body,
            ContentType: 'application/octet-stream',
            Metadata: { writer },
            ...condition,
          }),
        );
        return 'stored';
      } catch (error) {
        if (statusOf(error) === 412) {
          // A first attempt whose answer was lost may have stored it, and the retry then conflicts with ourselves.
          const retried = attempt > 1 || attemptsOf(error) > 1;
          return retried && (await this.#writerOf(key)) === writer ? 'stored' : 'conflict';
        }
        if (expected !== undefined && expected !== 'absent' && nameOf(error) === 'NoSuchKey') return 'conflict';
        if (statusOf(error) !== 409) throw this.#told(key, 'write', error);
        // 409: another write to the key was under way; it may or may not have come to something.
        if (attempt >= this.#backOff.attempts) return 'conflict';
      }
      await pause(this.#backOff, attempt);
    }
  }

  /** @throws Error where listing is denied, or S3 pages without end. */
  async *list(prefix: string, startAfter?: string): AsyncIterable<string> {
    for await (const { Key } of this.#listed(prefix, startAfter)) if (Key !== undefined) yield decodeKey(Key);
  }

  /** As {@link list}. An object without a time was never written, as far as anybody knows. */
  async *written(prefix: string): AsyncIterable<{ readonly key: string; readonly writtenAt: number }> {
    for await (const { Key, LastModified } of this.#listed(prefix))
      if (Key !== undefined && LastModified !== undefined)
        yield { key: decodeKey(Key), writtenAt: LastModified.getTime() / 1000 };
  }

  async *#listed(prefix: string, startAfter?: string): AsyncIterable<ListedObject> {
    let token: string | undefined;
    do {
      const page = await this.#client
        .send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: prefix,
            // XML cannot carry every character a key may have.
            EncodingType: 'url',
            ...(token === undefined ? {} : { ContinuationToken: token }),
            ...(token === undefined && startAfter !== undefined ? { StartAfter: startAfter } : {}),
          }),
        )
        .catch((error: unknown) => {
          throw this.#told(prefix, 'list', error);
        });
      yield* page.Contents ?? [];
      const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      if (next !== undefined && (next === token || (page.Contents ?? []).length === 0)) {
        throw new Error(`${this.#at(prefix)}: listing does not get on, the same page comes again`);
      }
      token = next;
    } while (token !== undefined);
  }

  /** @throws RangeError on a bad key. */
  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      throw this.#told(key, 'delete', error);
    }
  }

  async #open(key: string) {
    try {
      return await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw this.#told(key, 'read', error);
    }
  }

  async #writerOf(key: string): Promise<string | undefined> {
    try {
      const head = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return head.Metadata?.['writer'];
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw this.#told(key, 'look at', error);
    }
  }

  #told(key: string, verb: string, error: unknown): Error {
    const remedy = isDenied(error)
      ? `let the role ${verb} this folder of the bucket (a missing key needs s3:ListBucket to be told from a denied one)`
      : undefined;
    return failure(`could not ${verb} ${this.#at(key)}`, error, remedy);
  }

  #at(key: string): string {
    return `s3://${this.#bucket}/${key}`;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** S3's `encoding-type=url` is that of a form: a space is a plus. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));
