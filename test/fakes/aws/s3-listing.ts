import type { FakeObject } from './s3.ts';
import { escapeXml, Refusal, type WireAnswer } from './wire.ts';

const known = [
  'list-type',
  'prefix',
  'start-after',
  'continuation-token',
  'max-keys',
  'encoding-type',
  'fetch-owner',
  'x-id',
];

/** S3's `encoding-type=url`: like a form field, but slashes stay. */
const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
    .replace(/%2F/g, '/');

/** ListObjectsV2, at most 1,000 keys a page. `find` answers the keys of a prefix in S3's order, or refuses. */
export function listObjects(
  query: URLSearchParams,
  bucket: string,
  find: (
    prefix: string,
    context: Readonly<Record<string, string>>,
  ) => readonly { readonly key: string; readonly object: FakeObject }[],
): WireAnswer {
  const unknown = [...query.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Refusal(501, 'NotImplemented', `the fake S3 lists without ${unknown.join(', ')}`);
  if (query.get('list-type') !== '2')
    throw new Refusal(501, 'NotImplemented', 'the fake S3 lists with list-type=2 only');
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') {
    throw new Refusal(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  const maxKeys = query.get('max-keys') ?? '1000';
  if (!/^\d+$/.test(maxKeys)) throw new Refusal(400, 'InvalidArgument', `Provided max-keys not an integer: ${maxKeys}`);
  const prefix = query.get('prefix');
  const context = { ...(prefix === null ? {} : { 's3:prefix': prefix }), 's3:max-keys': maxKeys };
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : fromToken(token);
  const matching = find(prefix ?? '', context).filter(
    ({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
  );
  const page = matching.slice(0, Math.min(1000, Number(maxKeys)));
  const truncated = page.length < matching.length && page.length > 0;
  const shown = (text: string): string => escapeXml(encoding === 'url' ? encodeKey(text) : text);
  const contents = page.map(
    ({ key, object }) =>
      `<Contents><Key>${shown(key)}</Key><LastModified>${new Date(object.storedAt * 1000).toISOString()}</LastModified>` +
      `<ETag>${escapeXml(object.etag)}</ETag><Size>${object.body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const body = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${bucket}</Name><Prefix>${shown(prefix ?? '')}</Prefix><KeyCount>${page.length}</KeyCount>`,
    `<MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${truncated}</IsTruncated>`,
    encoding === null ? '' : '<EncodingType>url</EncodingType>',
    truncated ? `<NextContinuationToken>${toToken(page.at(-1)?.key ?? '')}</NextContinuationToken>` : '',
    ...contents,
    '</ListBucketResult>',
  ].join('');
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

const toToken = (key: string): string => Buffer.from(`after:${key}`).toString('base64');

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:')) {
    throw new Refusal(400, 'InvalidArgument', 'The continuation token provided is incorrect');
  }
  return text.slice('after:'.length);
}
