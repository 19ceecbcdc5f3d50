import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import { StoredObjectError } from '../../models/stored-object-error.ts';
import type { Bytes } from '../../ports/bytes.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Up to so many bytes are done at once: handing less to another thread takes longer than doing it. */
const SMALL_BYTES = 64 * 1024;

/** Gzip and SHA-256 from Node itself. */
export const nodeBytes: Bytes = {
  async gzip(body) {
    // Level 1: measured numbers hardly compress better at 6, and that takes several times as long.
    const options = { level: constants.Z_BEST_SPEED };
    return plain(body.length <= SMALL_BYTES ? gzipSync(body, options) : await compress(body, options));
  },

  async gunzip(body, maxBytes) {
    try {
      const options = { maxOutputLength: Math.max(1, maxBytes) };
      return plain(body.length <= SMALL_BYTES ? gunzipSync(body, options) : await expand(body, options));
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
