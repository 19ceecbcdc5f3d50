import { crc32, deflateSync } from 'node:zlib';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Eight bits a channel, red green blue, nothing interlaced: https://www.w3.org/TR/png/#11IHDR */
const format = [8, 2, 0, 0, 0] as const;
/** Each row as its difference to the one above, which is nothing almost everywhere in a chart. */
const up = 2;

function chunk(name: string, body: Uint8Array): Buffer {
  const whole = Buffer.alloc(body.length + 12);
  whole.writeUInt32BE(body.length, 0);
  whole.write(name, 4, 'latin1');
  whole.set(body, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

/**
 * Opaque pixels as a PNG, the same bytes each time on one version of Node. With the platform's own deflate: that of the
 * drawing module takes a third of a second more where it runs for the first time.
 *
 * @param pixels four bytes each, red green blue alpha, row by row; alpha is not looked at.
 * @throws RangeError where the pixels are not width × height.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  if (pixels.length !== width * height * 4 || pixels.length === 0)
    throw new RangeError(`png: ${pixels.length} bytes are no ${width} × ${height} pixels of four`);
  const rows = new Uint8Array(height * (width * 3 + 1));
  let to = 0;
  for (let row = 0; row < height; row++) {
    rows[to++] = up;
    const first = row * width * 4;
    for (let from = first; from < first + width * 4; from += 4) {
      for (let channel = from; channel < from + 3; channel++) {
        rows[to++] = pixels[channel] - (row === 0 ? 0 : pixels[channel - width * 4]);
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(format, 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 7 })),
    chunk('IEND', new Uint8Array()),
  ]);
}
