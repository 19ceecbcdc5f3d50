import type { IncomingMessage } from 'node:http';

/** Lower-case names. */
export type Headers = Readonly<Partial<Record<string, string>>>;

/** One request as it came over the wire, its transfer framing not yet undone. */
export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Buffer;
  /** From the scope of the signature; the signature itself is not recomputed. */
  readonly accessKeyId: string;
  readonly region: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Buffer;
}

/** A refusal as AWS words it: becomes an XML error for S3, a JSON error for the others. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Refuses members that the fake does not know, so that a mistyped or forgotten one is noticed. */
export function refuseUnknown(given: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Refusal(400, 'ValidationError', `${where}: unknown parameter ${unknown.join(', ')}`);
  }
}

export async function receive(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://fake');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  // A presigned URL carries its credential in the query.
  const signed = headers['authorization'] ?? `Credential=${url.searchParams.get('X-Amz-Credential') ?? ''}`;
  const scope = /Credential=([^/,]+)\/\d{8}\/([^/]+)\//.exec(signed);
  return {
    method: request.method ?? '',
    // The raw path: URL would normalise `..` and hide what a client really asked for.
    path: (request.url ?? '/').split('?')[0] ?? '/',
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
    accessKeyId: scope?.[1] ?? '',
    region: scope?.[2] ?? '',
  };
}

export const escapeXml = (text: string): string =>
  text.replace(/[<>&'"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
