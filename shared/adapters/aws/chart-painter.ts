import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { NoticeChart } from '../../alerting/notice.ts';
import type { ChartPainter } from '../../ports/chart-painter.ts';
import type { Log } from '../../ports/log.ts';
import type { ChartRequest } from '../../presentation/chart-request.ts';

export interface LambdaChartPainterOptions {
  /** Of the function that paints. */
  readonly functionName: string;
  readonly bucket: string;
  readonly lambda: LambdaClient;
  /** Who fetches the picture does so in the name of this client's credentials. */
  readonly s3: S3Client;
  readonly log: Log;
  /** @default light */
  readonly theme?: ChartRequest['theme'];
  /** After so long a notice goes without its picture. @default 2,000 */
  readonly longestMs?: number;
}

/** A day, as far as the platform lets it: the address ends with the credentials that signed it, where those end first. */
const readableSeconds = 86_400;

/** Pictures by the chart function, kept in the bucket, under addresses that need no credentials. */
export class LambdaChartPainter implements ChartPainter {
  readonly #options: LambdaChartPainterOptions;

  constructor(options: LambdaChartPainterOptions) {
    this.#options = options;
  }

  /** @returns an https address for a day; undefined where no picture came about in time, and the log says why. */
  async paint(name: string, chart: NoticeChart, timezone: string): Promise<string | undefined> {
    const { log, longestMs = 2_000 } = this.#options;
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // A race beside the signal: not every phase of a call ends when it is told to.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no picture within ${longestMs} ms`));
        ended.abort();
      }, longestMs);
    });
    try {
      return await Promise.race([this.#painted({ name, chart, timezone }, ended.signal), late]);
    } catch (error) {
      log.warn('a notice goes without its picture', { chart: name, error });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  async #painted(
    asked: { readonly name: string; readonly chart: NoticeChart; readonly timezone: string },
    abortSignal: AbortSignal,
  ): Promise<string> {
    const { functionName, bucket, lambda, s3, theme = 'light' } = this.#options;
    const Payload = JSON.stringify({ ...asked, theme });
    const { FunctionError, Payload: answer } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: new TextEncoder().encode(Payload) }),
      { abortSignal },
    );
    const text = answer === undefined ? '' : answer.transformToString();
    if (FunctionError !== undefined) throw new Error(`the chart function failed: ${text.slice(0, 500)}`);
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: keyOf(text),
      // The store keeps bytes without a type; what shows pictures wants to be told that it is one.
      ResponseContentType: 'image/png',
      ResponseCacheControl: `private, max-age=${readableSeconds}, immutable`,
    });
    return getSignedUrl(s3, command, { expiresIn: readableSeconds });
  }
}

/** Only a picture's key is signed, whatever the function answers. */
function keyOf(text: string): string {
  const { key } = (JSON.parse(text) ?? {}) as { readonly key?: unknown };
  if (typeof key === 'string' && /^charts\/[^/]+\.png$/.test(key)) return key;
  throw new Error(`the chart function answered ${text.slice(0, 200)}, not the key of a picture → deploy it again`);
}
