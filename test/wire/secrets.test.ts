import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerClient, ssmClient } from '../../shared/adapters/aws/clients.ts';
import { AwsSecrets } from '../../shared/adapters/aws/secrets.ts';
import { storedSecret } from '../../shared/adapters/aws/stored-secret.ts';
import type { SecretReference } from '../../shared/ports/secrets.ts';
import { MemoryLog } from './aws-under-test.ts';

/** What the two services hold: by name, the values of all versions, the oldest first. */
interface Vault {
  readonly secrets: Map<string, string[]>;
  readonly parameters: Map<string, string[]>;
  /** Answers every call with this fault instead. */
  fault: { readonly status: number; readonly type: string } | undefined;
  calls: number;
}

const credentials = async () => ({ accessKeyId: 'AKIATEST', secretAccessKey: 'secret' });
let vault: Vault;
let server: Server;
let secrets: AwsSecrets;
let oneSecret: (reference: { readonly secret: string; readonly field?: string }) => () => Promise<string>;
let log: MemoryLog;
const clock = { time: 1_795_251_600, now: () => clock.time };

const refuse = (status: number, type: string) => ({
  status,
  body: { __type: type, message: `${type} with top-secret` },
});
type Answer = { readonly status: number; readonly body: object };

function answer(target: string, input: Record<string, unknown>): Answer {
  vault.calls++;
  if (vault.fault !== undefined) return refuse(vault.fault.status, vault.fault.type);
  if (target === 'secretsmanager.GetSecretValue') {
    const versions = vault.secrets.get(String(input['SecretId'])) ?? [];
    const found = input['VersionStage'] === 'AWSPREVIOUS' ? versions.at(-2) : versions.at(-1);
    return found === undefined
      ? refuse(400, 'ResourceNotFoundException')
      : { status: 200, body: { SecretString: found } };
  }
  if (target === 'AmazonSSM.GetParameter' && input['WithDecryption'] === true) {
    const [name, version] = String(input['Name']).split(':') as [string, string | undefined];
    const versions = vault.parameters.get(name);
    if (versions === undefined) return refuse(400, 'ParameterNotFound');
    const number = version === undefined ? versions.length : Number(version);
    const value: string | undefined = number < 1 ? undefined : versions.at(number - 1);
    if (value === undefined) return refuse(400, 'ParameterVersionNotFound');
    return { status: 200, body: { Parameter: { Name: name, Type: 'SecureString', Value: value, Version: number } } };
  }
  return refuse(400, 'UnknownOperationException');
}

beforeEach(async () => {
  vault = { secrets: new Map(), parameters: new Map(), fault: undefined, calls: 0 };
  log = new MemoryLog();
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const input = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
      const { status, body } = answer(String(request.headers['x-amz-target']), input);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const options = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    requestTimeoutMs: 1_000,
    maxAttempts: 1,
  };
  const clients = { secretsManager: secretsManagerClient(options), ssm: ssmClient(options) };
  for (const client of Object.values(clients)) client.config.credentials = credentials;
  secrets = new AwsSecrets({ clock, log, ...clients });
  oneSecret = (reference) => storedSecret(reference, clients.secretsManager, clock);
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const rotate = (of: Map<string, string[]>, name: string, value: string) =>
  of.set(name, [...(of.get(name) ?? []), value]);

describe.each<[string, SecretReference, (value: string) => void]>([
  ['a secret', { secret: 'prod/slack' }, (value) => void rotate(vault.secrets, 'prod/slack', value)],
  ['a parameter', { parameter: '/prod/slack' }, (value) => void rotate(vault.parameters, '/prod/slack', value)],
])('%s', (_, reference, store) => {
  it('is read once in five minutes, and after a rotation within five', async () => {
    store('first');
    expect(await Promise.all([secrets.read(reference), secrets.read(reference)])).toEqual(['first', 'first']);
    store('second');
    clock.time += 299;
    expect(await secrets.read(reference)).toBe('first');
    expect(vault.calls).toBe(1);
    clock.time += 2;
    expect(await secrets.read(reference)).toBe('second');
    expect(await secrets.previous(reference)).toBe('first');
  });

  it('has nothing before it until it is rotated', async () => {
    store('first');
    expect(await secrets.previous(reference)).toBeUndefined();
  });

  it.each([
    [400, 'AccessDeniedException', /could not be read \(AccessDeniedException\) → deploy the stack again/],
    [400, 'InternalServiceError', /could not be read \(InternalServiceError\) → it is tried again/],
  ])('says by %s %s what to do, and never what it holds', async (status, type, message) => {
    store('top-secret');
    vault.fault = { status, type };
    const failure = await secrets.read(reference).catch((error: unknown) => error as Error);
    expect(String(failure)).toMatch(message);
    expect(inspect([failure, log.lines], { depth: 9, showHidden: true })).not.toContain('top-secret');
  });

  it('goes on for an hour with what was known while the service fails, and says so', async () => {
    store('first');
    await secrets.read(reference);
    vault.fault = { status: 500, type: 'InternalServiceError' };
    clock.time += 3599;
    expect(await secrets.read(reference)).toBe('first');
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        fields: { secret: expect.stringContaining('prod/slack') as string, fault: 'InternalServiceError' },
      }),
    ]);
    clock.time += 2;
    await expect(secrets.read(reference)).rejects.toThrow(/could not be read/);
  });

  it('is known no more once it is refused', async () => {
    store('first');
    await secrets.read(reference);
    vault.fault = { status: 400, type: 'AccessDeniedException' };
    clock.time += 301;
    await expect(secrets.read(reference)).rejects.toThrow(/AccessDeniedException/);
  });

  it('is named where it does not exist, and where it is empty', async () => {
    await expect(secrets.read(reference)).rejects.toThrow(/prod\/slack' does not exist \(\w+\) → create it/);
    store('');
    await expect(secrets.read(reference)).rejects.toThrow(/prod\/slack' is empty → store a value/);
  });
});

describe('a field of a secret', () => {
  it('is read out of JSON', async () => {
    rotate(vault.secrets, 's', '{"url":"https://hooks","n":1}');
    expect(await secrets.read({ secret: 's', field: 'url' })).toBe('https://hooks');
    await expect(secrets.read({ secret: 's', field: 'n' })).rejects.toThrow(/'s' has no text 'n' → name a field/);
    await expect(secrets.read({ secret: 's', field: 'none' })).rejects.toThrow(/'s' has no text 'none'/);
  });

  it('says what is wrong where it is no JSON, and does not quote it', async () => {
    rotate(vault.secrets, 's', 'top-secret');
    await expect(secrets.read({ secret: 's', field: 'url' })).rejects.toThrow(/'s' is not JSON → leave 'field' out/);
    await expect(secrets.read({ secret: 's', field: 'url' })).rejects.not.toThrow(/top-secret/);
  });
});

it('refuses a variable: a function has none of its own secrets in its environment', async () => {
  await expect(secrets.read({ variable: 'SLACK' })).rejects.toThrow(/SLACK is for a laptop only → name a secret/);
});

describe('one secret, for a function that reads no other', () => {
  it('is read once in five minutes, and after a rotation within five', async () => {
    rotate(vault.secrets, 'beat', 'first');
    const read = oneSecret({ secret: 'beat' });
    expect([await read(), await read()]).toEqual(['first', 'first']);
    rotate(vault.secrets, 'beat', 'second');
    clock.time += 301;
    expect(await read()).toBe('second');
    expect(vault.calls).toBe(2);
  });

  it('may be a field', async () => {
    rotate(vault.secrets, 'beat', '{"url":"https://x"}');
    expect(await oneSecret({ secret: 'beat', field: 'url' })()).toBe('https://x');
  });

  it.each([
    ['is not there', undefined, {}, /'beat' could not be read \(ResourceNotFoundException\) → create it/],
    ['is empty', '', {}, /'beat' is empty → store/],
    ['is no JSON and has no field', 'top-secret', { field: 'url' }, /'beat', field url, is empty → store/],
  ])('that %s says so, and what to do, and never what it holds', async (_, value, more, words) => {
    if (value !== undefined) rotate(vault.secrets, 'beat', value);
    const read = oneSecret({ secret: 'beat', ...more });
    await expect(read()).rejects.toThrow(words);
    await expect(read()).rejects.not.toThrow(/top-secret/);
  });
});
