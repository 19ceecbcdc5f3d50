import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SecretReference, Secrets } from '../../ports/secrets.ts';
import { secretsManagerClient, ssmClient } from './clients.ts';

export interface AwsSecretsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** @default of this account and region; made only when a reference needs one */
  readonly secretsManager?: SecretsManagerClient;
  readonly ssm?: SSMClient;
}

/** A rotation is known after five minutes at most. */
const FRESH_SECONDS = 300;
/** What was known goes on while the store itself fails: a page must not wait for it, and refusals are seen anyhow. */
const STALE_SECONDS = 3600;

type Stage = 'current' | 'previous';

interface Cached {
  readonly value: string | undefined;
  readonly at: number;
}

/**
 * Secrets from Secrets Manager and SSM, by reference: the current value, and the one before the last rotation.
 * Concurrent reads of one secret are one call. https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_version
 */
export class AwsSecrets implements Secrets {
  readonly #clock: Clock;
  readonly #log: Log;
  #secretsManager: SecretsManagerClient | undefined;
  #ssm: SSMClient | undefined;
  readonly #known = new Map<string, Cached>();
  readonly #reading = new Map<string, Promise<string | undefined>>();

  constructor({ clock, log, secretsManager, ssm }: AwsSecretsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#secretsManager = secretsManager;
    this.#ssm = ssm;
  }

  async read(reference: SecretReference): Promise<string> {
    const value = await this.#cached(reference, 'current');
    if (value !== undefined && value !== '') return value;
    throw new Error(`${named(reference)} is empty → store a value in it`);
  }

  /** The value before the last rotation; undefined where there was none. */
  async previous(reference: SecretReference): Promise<string | undefined> {
    return this.#cached(reference, 'previous');
  }

  async #cached(reference: SecretReference, stage: Stage): Promise<string | undefined> {
    const name = JSON.stringify([stage, reference]);
    const known = this.#known.get(name);
    const now = this.#clock.now();
    if (known !== undefined && now - known.at < FRESH_SECONDS) return known.value;
    const running = this.#reading.get(name) ?? this.#ask(reference, stage).finally(() => this.#reading.delete(name));
    this.#reading.set(name, running);
    try {
      const value = await running;
      this.#known.set(name, { value, at: now });
      return value;
    } catch (error) {
      if (known === undefined || isRefusal(error) || now - known.at >= STALE_SECONDS)
        throw new Error(explain(reference, error));
      this.#log.warn('secret not refreshed: going on with the one that was known', {
        secret: named(reference),
        fault: faultOf(error),
      });
      return known.value;
    }
  }

  async #ask(reference: SecretReference, stage: Stage): Promise<string | undefined> {
    if ('variable' in reference)
      throw new Misplaced(
        `environment variable ${reference.variable} is for a laptop only → name a secret in Secrets Manager or SSM`,
      );
    return 'secret' in reference ? this.#secret(reference, stage) : this.#parameter(reference.parameter, stage);
  }

  async #secret(
    { secret, field }: Extract<SecretReference, { secret: string }>,
    stage: Stage,
  ): Promise<string | undefined> {
    const VersionStage = stage === 'current' ? 'AWSCURRENT' : 'AWSPREVIOUS';
    const command = new GetSecretValueCommand({ SecretId: secret, VersionStage });
    this.#secretsManager ??= secretsManagerClient();
    const asked = this.#secretsManager.send(command);
    const found = stage === 'current' ? await asked : await unlessAbsent(asked);
    const whole = found?.SecretString;
    if (whole === undefined || field === undefined) return whole;
    return fieldOf(whole, field, secret);
  }

  async #parameter(name: string, stage: Stage): Promise<string | undefined> {
    this.#ssm ??= ssmClient();
    const current = await this.#ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    if (stage === 'current') return current.Parameter?.Value;
    const version = (current.Parameter?.Version ?? 1) - 1;
    if (version < 1) return undefined;
    const before = this.#ssm.send(new GetParameterCommand({ Name: `${name}:${version}`, WithDecryption: true }));
    return (await unlessAbsent(before))?.Parameter?.Value;
  }
}

/** Says what to do by itself. */
class Misplaced extends Error {
  override readonly name = 'Misplaced';
}

const absent = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound']);
const refused = new Set([
  ...absent,
  'Misplaced',
  'AccessDeniedException',
  'AccessDenied',
  'DecryptionFailure',
  'InvalidKeyId',
  'InvalidRequestException',
  'InvalidParameterException',
  'ValidationException',
]);

const faultOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');
const isRefusal = (error: unknown): boolean => refused.has(faultOf(error));

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (absent.has(faultOf(error))) return undefined;
    throw error;
  }
}

function fieldOf(whole: string, field: string, secret: string): string {
  let given: unknown;
  try {
    given = JSON.parse(whole);
  } catch {
    // The parser's own message quotes the secret.
    throw new Misplaced(`secret '${secret}' is not JSON → leave 'field' out, or store it as JSON with '${field}'`);
  }
  const value = typeof given === 'object' && given !== null ? (given as Record<string, unknown>)[field] : undefined;
  if (typeof value === 'string') return value;
  throw new Misplaced(`secret '${secret}' has no text '${field}' → name a field that it has`);
}

const named = (reference: SecretReference): string =>
  'secret' in reference
    ? `secret '${reference.secret}'`
    : 'parameter' in reference
      ? `parameter '${reference.parameter}'`
      : `environment variable ${reference.variable}`;

/** Names where and what to do; never what the service said beyond the kind of fault, which might quote a value. */
function explain(reference: SecretReference, error: unknown): string {
  if (error instanceof Misplaced) return error.message;
  const kind = faultOf(error);
  if (absent.has(kind)) return `${named(reference)} does not exist (${kind}) → create it in this account and region`;
  const remedy = isRefusal(error)
    ? 'deploy the stack again, which grants the right to read it; where it has a key of its own, allow that too'
    : 'it is tried again by itself';
  return `${named(reference)} could not be read (${kind}) → ${remedy}`;
}
