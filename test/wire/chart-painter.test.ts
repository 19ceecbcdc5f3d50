import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/chart/handler.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { LambdaChartPainter } from '../../shared/adapters/aws/chart-painter.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { installedRasteriser } from '../../shared/adapters/local/installed-rasteriser.ts';
import { encodePng } from '../../shared/adapters/local/png.ts';
import type { NoticeChart } from '../../shared/alerting/notice.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { spike } from '../presentation/chart-specs.ts';
import { clientsOf, MemoryLog, quick } from './aws-under-test.ts';

const chart = spike as NoticeChart;
const rasterise = installedRasteriser();
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Width and height that a PNG says it has: https://www.w3.org/TR/png/#11IHDR */
function sizeOf(png: Uint8Array): readonly [number, number] {
  expect([...png.subarray(0, 8)]).toEqual(signature);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

const run = { clock: systemClock, log: { info: () => undefined, warn: () => undefined, error: () => undefined } };

describe('pictures by the chart function', () => {
  let aws: FakeAws;
  let log: MemoryLog;
  let painter: LambdaChartPainter;
  const stored = (): Uint8Array => aws.s3.object('bucket', 'charts/k3-1795252200.png')!.body;

  beforeEach(async () => {
    aws = await startFakeAws();
    aws.s3.createBucket('bucket');
    log = new MemoryLog();
    const { s3, lambda } = clientsOf(aws);
    const handler = createHandler({
      ...run,
      store: new S3ObjectStore({ bucket: 'bucket', client: s3, backOff: quick }),
      rasterise,
    });
    aws.functions.register('painter', async (event) => {
      try {
        return { payload: await handler(event) };
      } catch (error) {
        return { payload: { errorMessage: String(error) }, functionError: 'Unhandled' };
      }
    });
    painter = new LambdaChartPainter({ functionName: 'painter', bucket: 'bucket', lambda, s3, log, longestMs: 30_000 });
  });
  afterEach(() => aws.stop());

  it('lie in the bucket, and whoever has the address sees them as pictures', async () => {
    const url = new URL((await painter.paint('k3-1795252200', chart, 'UTC'))!);
    expect(Number(url.searchParams.get('X-Amz-Expires'))).toBe(86_400);
    expect(url.searchParams.get('response-content-type')).toBe('image/png');
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const png = new Uint8Array(await answer.arrayBuffer());
    expect(sizeOf(png)).toEqual([1200, 600]);
    expect(png.length).toBeLessThan(200_000);
    expect(log.lines).toEqual([]);
  });

  it('are the same bytes when the same is painted twice', async () => {
    const first = await painter.paint('k3-1795252200', chart, 'UTC');
    const bytes = Buffer.from(stored());
    await painter.paint('k3-1795252200', chart, 'UTC');
    expect(first).toBeDefined();
    expect(bytes.equals(stored())).toBe(true);
  });

  it('have the time axis of the zone that is asked for', async () => {
    await painter.paint('k3-1795252200', chart, 'UTC');
    const here = Buffer.from(stored());
    await painter.paint('k3-1795252200', chart, 'Asia/Tokyo');
    expect(here.equals(stored())).toBe(false);
    expect(log.lines).toEqual([]);
  });

  it('are gone without where the function does not answer in time', async () => {
    aws.functions.register('painter', () => new Promise(() => undefined));
    const { s3, lambda } = clientsOf(aws);
    const impatient = new LambdaChartPainter({
      functionName: 'painter',
      bucket: 'bucket',
      lambda,
      s3,
      log,
      longestMs: 150,
    });
    const began = performance.now();
    expect(await impatient.paint('k3-1', chart, 'UTC')).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(
      JSON.stringify(log.lines[0].fields, (_, value: unknown) => (value instanceof Error ? value.message : value)),
    ).toContain('no picture within 150 ms');
  });

  it.each([
    ['throws', { payload: { errorMessage: 'no font' }, functionError: 'Unhandled' }, 'no font'],
    ['answers with nothing', { payload: null }, 'deploy it again'],
    ['answers with a key that is no picture', { payload: { key: 'state/secret' } }, 'state/secret'],
  ] as const)('are gone without where the function %s, and the log says so', async (_, answer, words) => {
    aws.functions.register('painter', async () => answer);
    expect(await painter.paint('k3-1', chart, 'UTC')).toBeUndefined();
    expect(String(log.lines[0].fields['error'])).toContain(words);
  });

  it('are gone without where there is no such function', async () => {
    const { s3, lambda } = clientsOf(aws);
    const lost = new LambdaChartPainter({ functionName: 'gone', bucket: 'bucket', lambda, s3, log });
    expect(await lost.paint('k3-1', chart, 'UTC')).toBeUndefined();
    expect(log.lines.map(({ message }) => message)).toEqual(['a notice goes without its picture']);
  });
});

describe('the chart function', () => {
  const keep = (): { store: { put: () => Promise<'stored'> } } => ({ store: { put: async () => 'stored' } });
  it.each([
    ['a name that leaves its folder', { name: '../x', chart }, 'name: 1 to 80'],
    [
      'a chart of too many points',
      { name: 'x', chart: { ...chart, points: Array(201).fill(chart.points[0]) } },
      'points',
    ],
    ['a value that is text', { name: 'x', chart: { ...chart, points: [[1, 'high', null, null]] } }, 'chart.points.0.1'],
    ['a time zone that is none', { name: 'x', chart, timezone: 'Mars' }, 'timezone: an IANA name'],
    ['a misspelt key', { name: 'x', chart, theem: 'dark' }, 'theem'],
    ['nothing', undefined, 'as a whole'],
  ])('refuses %s, and says where and what to send', async (_, event, words) => {
    await expect(createHandler({ ...keep(), rasterise, ...run })(event)).rejects.toThrow(words);
    await expect(createHandler({ ...keep(), rasterise, ...run })(event)).rejects.toThrow('"chart"');
  });
});

describe('pictures', () => {
  it('show a sign for each character that the font does not have, rather than nothing', async () => {
    const named = (title: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text y="15">${title}</text></svg>`;
    const [nothing, chinese, box] = await Promise.all(['', '温', '□'].map((text) => rasterise(named(text), 60)));
    expect(Buffer.from(chinese).equals(box)).toBe(true);
    expect(Buffer.from(chinese).equals(nothing)).toBe(false);
  });

  it('hold the pixels that were drawn', () => {
    const [width, height] = [3, 2];
    const pixels = Uint8Array.from({ length: width * height * 4 }, (_, index) => (index % 4 === 3 ? 255 : index * 37));
    const png = Buffer.from(encodePng(pixels, width, height));
    const at = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    const seen: number[] = [];
    for (let row = 0; row < height; row++) {
      expect(rows[row * 10]).toBe(2);
      for (let byte = 0; byte < 9; byte++) {
        seen.push((rows[row * 10 + 1 + byte] + (row === 0 ? 0 : seen[byte])) & 255);
      }
    }
    expect(seen).toEqual([...pixels].filter((_, index) => index % 4 !== 3));
    expect(() => encodePng(pixels, 4, 2)).toThrow('24 bytes are no 4 × 2 pixels');
  });

  it('refuse what is no SVG', async () => {
    await expect(rasterise('<svg', 60)).rejects.toThrow();
  });
});
