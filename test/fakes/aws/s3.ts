import { createHash } from 'node:crypto';
import { crc32Of, uploadedBytes } from './aws-chunked.ts';
import type { AccessRequest } from './iam.ts';
import { listObjects } from './s3-listing.ts';
import { Refusal, type WireAnswer, type WireRequest } from './wire.ts';

export interface FakeObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** Epoch seconds. */
  readonly storedAt: number;
}

export interface S3Call {
  readonly operation: 'GetObject' | 'HeadObject' | 'PutObject' | 'DeleteObject' | 'ListObjectsV2';
  readonly bucket: string;
  readonly key: string;
}

/** What a presigned URL says of itself; the signature is not recomputed. */
const signing = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'response-cache-control',
  'response-content-type',
  'x-amz-checksum-mode',
]);
/** Headers that the reader of an object asks for in place of those it was stored with. */
const overrides = { 'response-content-type': 'content-type', 'response-cache-control': 'cache-control' } as const;

/** S3's own order of keys: by their UTF-8 bytes. */
export const byUtf8 = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Buckets in memory. What a test reads or plants directly goes past permissions, as the console would. */
export class FakeS3 {
  private readonly buckets = new Map<string, Map<string, FakeObject>>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  createBucket(name: string): void {
    this.buckets.set(name, new Map());
  }

  /** Keys in S3's order. */
  keys(bucket: string, prefix = ''): string[] {
    return [...this.bucket(bucket).keys()].filter((key) => key.startsWith(prefix)).sort(byUtf8);
  }

  object(bucket: string, key: string): FakeObject | undefined {
    return this.bucket(bucket).get(key);
  }

  /** Stores past every permission and condition; returns the ETag. */
  plant(bucket: string, key: string, body: Uint8Array, metadata: Readonly<Record<string, string>> = {}): string {
    return this.store(bucket, key, Buffer.from(body), metadata, 'binary/octet-stream');
  }

  delete(bucket: string, key: string): void {
    this.bucket(bucket).delete(key);
  }

  callOf(request: WireRequest): S3Call {
    const [, bucket = '', ...rest] = request.path.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const operations = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' } as const;
    const operation = operations[request.method as keyof typeof operations] as S3Call['operation'] | undefined;
    if (operation === undefined || (key === '' && request.method !== 'GET')) {
      throw new Refusal(501, 'NotImplemented', `the fake S3 does not know ${request.method} ${request.path}`);
    }
    return { operation: key === '' ? 'ListObjectsV2' : operation, bucket, key };
  }

  /** @param may whether IAM lets the caller do something. */
  answer(call: S3Call, request: WireRequest, may: (access: AccessRequest) => boolean): WireAnswer {
    const bucketArn = `arn:aws:s3:::${call.bucket}`;
    const demand = (action: string, resource: string, context?: Readonly<Record<string, string>>): void => {
      if (!may({ action, resource, ...(context === undefined ? {} : { context }) })) {
        throw new Refusal(
          403,
          'AccessDenied',
          `Access Denied: ${action} on ${resource} ${JSON.stringify(context ?? {})}`,
        );
      }
    };
    if (Buffer.byteLength(call.key) > 1024) throw new Refusal(400, 'KeyTooLongError', 'Your key is too long');
    if (call.operation === 'ListObjectsV2') {
      return listObjects(request.query, call.bucket, (prefix, context) => {
        demand('s3:ListBucket', bucketArn, context);
        return this.keys(call.bucket, prefix).map((key) => ({ key, object: this.bucket(call.bucket).get(key)! }));
      });
    }
    const unknown = [...request.query.keys()].filter(
      (name) => name !== 'x-id' && !signing.has(name) && !(name in overrides),
    );
    if (unknown.length > 0) throw new Refusal(501, 'NotImplemented', `the fake S3 does not know ?${unknown.join('&')}`);
    this.refuseExpired(request.query);
    const objectArn = `${bucketArn}/${call.key}`;
    if (call.operation === 'PutObject') {
      demand('s3:PutObject', objectArn);
      if (request.headers['if-match'] !== undefined) demand('s3:GetObject', objectArn);
      return this.put(call, request);
    }
    if (call.operation === 'DeleteObject') {
      demand('s3:DeleteObject', objectArn);
      this.bucket(call.bucket).delete(call.key);
      return { status: 204, headers: {}, body: '' };
    }
    demand('s3:GetObject', objectArn);
    const found = this.bucket(call.bucket).get(call.key);
    if (found === undefined) {
      // S3 hides whether a key exists from callers that may not list it, and counts the key as the prefix asked for.
      demand('s3:ListBucket', bucketArn, { 's3:prefix': call.key });
      throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    }
    return {
      status: 200,
      headers: {
        etag: found.etag,
        // Whoever signed the address says what it is shown as.
        'content-type': request.query.get('response-content-type') ?? found.contentType,
        'content-length': found.body.length,
        'last-modified': new Date(found.storedAt * 1000).toUTCString(),
        ...Object.fromEntries(
          Object.entries(overrides).flatMap(([asked, header]) => {
            const value = request.query.get(asked);
            return value === null ? [] : [[header, value]];
          }),
        ),
        ...Object.fromEntries(Object.entries(found.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
        ...(request.headers['x-amz-checksum-mode'] === 'ENABLED'
          ? { 'x-amz-checksum-crc32': crc32Of(found.body), 'x-amz-checksum-type': 'FULL_OBJECT' }
          : {}),
      },
      body: call.operation === 'HeadObject' ? '' : found.body,
    };
  }

  private refuseExpired(query: URLSearchParams): void {
    const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
    if (stamp === null) return;
    const [year, month, day, hour, minute, second] = stamp.slice(1).map(Number);
    const signedAt = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    if (this.now() > signedAt + Number(query.get('X-Amz-Expires'))) {
      throw new Refusal(403, 'AccessDenied', 'Request has expired');
    }
  }

  private put(call: S3Call, request: WireRequest): WireAnswer {
    const ifNoneMatch = request.headers['if-none-match'];
    const ifMatch = request.headers['if-match'];
    if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
      throw new Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented');
    }
    const body = uploadedBytes(request.headers, request.body);
    const current = this.bucket(call.bucket).get(call.key);
    if (ifMatch !== undefined && current === undefined) {
      throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    }
    const mismatch = ifMatch !== undefined && unquoted(ifMatch) !== unquoted(current?.etag ?? '');
    if (mismatch || (ifNoneMatch === '*' && current !== undefined)) {
      const message = 'At least one of the pre-conditions you specified did not hold';
      throw new Refusal(412, 'PreconditionFailed', message);
    }
    const metadata = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => name.startsWith('x-amz-meta-'))
        .map(([name, value]) => [name.slice('x-amz-meta-'.length), value ?? '']),
    );
    const type = request.headers['content-type'] ?? 'binary/octet-stream';
    const etag = this.store(call.bucket, call.key, body, metadata, type);
    return { status: 200, headers: { etag }, body: '' };
  }

  private store(
    bucket: string,
    key: string,
    body: Buffer,
    metadata: FakeObject['metadata'],
    contentType: string,
  ): string {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.bucket(bucket).set(key, { body, etag, metadata, contentType, storedAt: this.now() });
    return etag;
  }

  private bucket(name: string): Map<string, FakeObject> {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new Refusal(404, 'NoSuchBucket', `The specified bucket does not exist: ${name}`);
    return bucket;
  }
}

const unquoted = (etag: string): string => etag.replace(/^"|"$/g, '');
