import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError } from '../../metrics/csv-error.ts';

const chunkBytes = 1 << 18;

/**
 * The text of a file in pieces, unpacked where its first bytes say that it is gzip, whatever its name.
 *
 * @throws CsvError where the packed file is damaged or ends too early.
 */
export async function* csvText(path: string, name: string): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const text = (await isGzip(path)) ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => undefined) : file;
  text.setEncoding('utf8');
  try {
    for await (const chunk of text) yield chunk as string;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR')
      throw new CsvError(name, undefined, 'the gzip ends too early', 'copy the whole file again');
    if (code === 'Z_DATA_ERROR') {
      throw new CsvError(name, undefined, 'is damaged: no intact gzip', 'copy the file again, or unpack it to see');
    }
    throw error;
  } finally {
    file.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
