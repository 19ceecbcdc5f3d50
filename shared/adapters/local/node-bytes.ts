import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { StoredObjectError } from '../../models/stored-object-error.ts';
import type { Bytes } from '../../ports/bytes.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Gzip and SHA-256 from Node itself. */
export const nodeBytes: Bytes = {
  async gzip(body) {
    // Level 1: measured numbers hardly compress better at 6, and that takes several times as long.
    return plain(await compress(body, { level: constants.Z_BEST_SPEED }));
  },

  async gunzip(body, maxBytes) {
    try {
      return plain(await expand(body, { maxOutputLength: Math.max(1, maxBytes) }));
    } catch (error) {
      throw unreadable(error, body.length, maxBytes);
    }
  },

  digest(body) {
    return createHash('sha256').update(body).digest('hex');
  },
};

/** Callers get a plain Uint8Array: a Buffer has other `slice` semantics and is a trap behind the same type. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

function unreadable(error: unknown, bytes: number, maxBytes: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'Z_BUF_ERROR':
      return new StoredObjectError('truncated', `gzip ends too early, after ${bytes} bytes`, undefined, {
        cause: error,
      });
    case 'Z_DATA_ERROR':
      return new StoredObjectError('damaged', `${bytes} bytes that are no intact gzip`, undefined, { cause: error });
    case 'ERR_BUFFER_TOO_LARGE':
      return new StoredObjectError('too-large', `unpacks to more than ${maxBytes} bytes`, undefined, { cause: error });
    default:
      return error;
  }
}
