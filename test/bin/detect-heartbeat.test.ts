import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { followWatch } from '../../bin/detect-ticks.ts';
import { openHeartbeat } from '../../bin/local-heartbeat.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import { series, usual, world } from '../scenarios/world.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const one of servers.splice(0)) one.close();
});
async function listener(): Promise<{ readonly url: string; readonly heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(200).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/{watch}`, heard };
}

function logging() {
  const warned: unknown[] = [];
  const log = { info: () => undefined, warn: (...said: unknown[]) => void warned.push(said), error: () => undefined };
  return { log, warned };
}

/** Ends with the first tick. */
async function followed(isBroken: boolean, env: Readonly<Record<string, string>>) {
  const w = world([series('a', 'cpu')], usual, { forecast: 'off' });
  if (isBroken) w.source.discover = async () => Promise.reject(new Error('the source does not answer'));
  const { log, warned } = logging();
  const heartbeat = await openHeartbeat({ variable: 'HEARTBEAT_URL' }, { env }, log);
  const ended = new AbortController();
  const outcomes: string[] = [];
  const ears = {
    tick: (outcome: unknown) => {
      outcomes.push(outcome instanceof Error ? 'failed' : 'done');
      ended.abort();
    },
    forecast: () => undefined,
  };
  const [watch] = watchesOf(w.ports.settings);
  const ports = { ...w.ports, queue: w.queue, ...(heartbeat === undefined ? {} : { heartbeat }) };
  await followWatch({ ...watch, every: 1 }, ports, ended.signal, ears);
  return { outcomes, warned };
}

describe.concurrent('the heartbeat of this machine', () => {
  it('is heard after a tick that is complete', async () => {
    const { url, heard } = await listener();
    expect(await followed(false, { HEARTBEAT_URL: url })).toEqual({ outcomes: ['done'], warned: [] });
    expect(heard).toEqual(['POST /ping/w']);
  });

  it('is not heard after a tick that failed', async () => {
    const { url, heard } = await listener();
    expect((await followed(true, { HEARTBEAT_URL: url })).outcomes).toEqual(['failed']);
    expect(heard).toEqual([]);
  });

  it('ends no tick where its variable is not set, and says which one', async () => {
    const { outcomes, warned } = await followed(false, {});
    expect(outcomes).toEqual(['done']);
    expect(JSON.stringify(warned)).toContain('environment variable HEARTBEAT_URL is not set');
  });

  it('is left to the deployment where its address lies in an account', async () => {
    expect(await openHeartbeat({ secret: 'aiops/heartbeat' }, { env: {} }, logging().log)).toBeUndefined();
    expect(await openHeartbeat(undefined, { env: {} }, logging().log)).toBeUndefined();
  });
});
