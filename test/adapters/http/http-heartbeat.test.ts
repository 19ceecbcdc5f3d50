import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpHeartbeat } from '../../../shared/adapters/http/http-heartbeat.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const one of servers.splice(0)) {
    one.closeAllConnections();
    one.close();
  }
});

/** A listener that answers so; undefined: not at all. */
async function listener(status: number | undefined): Promise<{ readonly url: string; readonly heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (status !== undefined) response.writeHead(status).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/s3cr3t`, heard };
}

async function beat(url: () => Promise<string>, watch = 'servers'): Promise<unknown[]> {
  const warned: unknown[] = [];
  const log = { info: () => undefined, warn: (...said: unknown[]) => void warned.push(said), error: () => undefined };
  await new HttpHeartbeat({ url, log, timeoutMs: 200 }).beat(watch);
  return warned;
}

describe('a heartbeat', () => {
  it('is one empty request to the address that is stored, whatever stands after it', async () => {
    const { url, heard } = await listener(200);
    expect(await beat(async () => `${url}\n`)).toEqual([]);
    expect(heard).toEqual(['POST /ping/s3cr3t']);
  });

  it('names its watch where the address asks for it', async () => {
    const { url, heard } = await listener(200);
    await beat(async () => `${url}/{watch}`, 'my web/é');
    expect(heard).toEqual(['POST /ping/s3cr3t/my%20web%2F%C3%A9']);
  });

  it.each<[string, () => Promise<() => Promise<string>>, RegExp]>([
    ['that is refused', async () => async () => (await listener(404)).url, /it answered 404/],
    ['that nobody answers', async () => async () => (await listener(undefined)).url, /did not answer within 0.2 s/],
    ['to a port that is closed', async () => async () => 'http://127.0.0.1:1/s3cr3t', /refuses connections/],
    ['to an address that is none', async () => async () => 's3cr3t', /no https:\/\/ address/],
    ['to an address without TLS', async () => async () => 'http://example.com/s3cr3t', /no https:\/\/ address/],
    [
      'whose address cannot be read',
      async () => async () => Promise.reject(new Error('no such secret')),
      /no such secret/,
    ],
  ])('%s is a warning that does not tell the address, and nothing else', async (_, make, words) => {
    const said = JSON.stringify(await beat(await make()));
    expect(said).toMatch(words);
    expect(said).not.toContain('s3cr3t');
  });
});
