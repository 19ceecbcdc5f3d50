import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Refusal, type Headers } from './wire.ts';

interface Decoded {
  readonly body: Buffer;
  readonly trailers: Headers;
}

/**
 * Undoes `aws-chunked` framing and reads its trailers. Refuses framing that is cut off or wrong.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
function undoChunks(framed: Buffer): Decoded {
  const parts: Buffer[] = [];
  const line = (from: number): { text: string; next: number } => {
    const end = framed.indexOf('\r\n', from);
    if (end < 0) throw new Refusal(400, 'IncompleteBody', 'aws-chunked framing ends inside a line');
    return { text: framed.toString('latin1', from, end), next: end + 2 };
  };
  let position = 0;
  for (;;) {
    const header = line(position);
    const match = /^([0-9a-fA-F]+)(;chunk-signature=[0-9a-f]+)?$/.exec(header.text);
    if (match === null) throw new Refusal(400, 'InvalidRequest', `not a chunk header: ${header.text.slice(0, 40)}`);
    const length = Number.parseInt(match[1], 16);
    position = header.next;
    if (length === 0) break;
    if (framed.toString('latin1', position + length, position + length + 2) !== '\r\n') {
      throw new Refusal(400, 'IncompleteBody', `a chunk of ${length} bytes is not followed by a line break`);
    }
    parts.push(framed.subarray(position, position + length));
    position += length + 2;
  }
  const trailers: Record<string, string> = {};
  while (position < framed.length) {
    const { text, next } = line(position);
    position = next;
    const colon = text.indexOf(':');
    if (colon > 0) trailers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim();
  }
  return { body: Buffer.concat(parts), trailers };
}

const sums: Readonly<Partial<Record<string, (body: Buffer) => string>>> = {
  'x-amz-checksum-crc32': (body) => crc32Of(body),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
};

export function crc32Of(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** The object's own bytes out of a PUT, with every length and checksum that came along verified. */
export function uploadedBytes(headers: Headers, raw: Buffer): Buffer {
  const framed = (headers['content-encoding'] ?? '').split(',').includes('aws-chunked');
  const { body, trailers } = framed ? undoChunks(raw) : { body: raw, trailers: {} };
  const promised = headers['x-amz-trailer'];
  if (promised !== undefined && !(promised in trailers)) {
    throw new Refusal(400, 'MalformedTrailerError', `the trailer ${promised} was promised and did not come`);
  }
  const decodedLength = headers['x-amz-decoded-content-length'];
  if (framed && Number(decodedLength) !== body.length) {
    throw new Refusal(400, 'IncompleteBody', `announced ${decodedLength ?? 'no length'}, got ${body.length} bytes`);
  }
  const digest = headers['x-amz-content-sha256'] ?? '';
  if (/^[0-9a-f]{64}$/.test(digest) && createHash('sha256').update(raw).digest('hex') !== digest) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch', 'the body is not the one that was signed');
  }
  for (const [name, value] of Object.entries({ ...headers, ...trailers })) {
    if (name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-type' && !(name in sums)) {
      throw new Refusal(400, 'InvalidRequest', `the fake cannot verify ${name}`);
    }
    if (sums[name] !== undefined && sums[name](body) !== value) {
      throw new Refusal(400, 'BadDigest', `the ${name} you specified did not match what we received`);
    }
  }
  return body;
}
