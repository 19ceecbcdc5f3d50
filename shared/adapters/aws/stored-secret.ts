import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../ports/clock.ts';
import { isDenied } from './aws-failure.ts';

/** A rotation is known after five minutes at most. */
const FRESH_SECONDS = 300;

/**
 * One secret of Secrets Manager, or a field of it, fresh within five minutes. For a function that needs no more than
 * this: `AwsSecrets` brings the client of SSM along, a tenth of a bundle.
 *
 * @returns what reads it; it throws an Error that names the secret and the remedy, never the value.
 */
export function storedSecret(
  { secret, field }: { readonly secret: string; readonly field?: string | undefined },
  client: SecretsManagerClient,
  clock: Clock,
): () => Promise<string> {
  let known: { readonly value: string; readonly at: number } | undefined;
  return async () => {
    if (known !== undefined && clock.now() - known.at < FRESH_SECONDS) return known.value;
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secret })).catch((error: unknown) => {
      const remedy = isDenied(error)
        ? 'deploy the stack again, so that the role may read it'
        : 'create it in this region';
      // Its name and no more: what a service says of a secret might quote it.
      const name = error instanceof Error ? error.name : 'no answer';
      throw new Error(`secret '${secret}' could not be read (${name}) → ${remedy}`);
    });
    const value = field === undefined ? answer.SecretString : fieldOf(answer.SecretString, field);
    if (value === undefined || value === '') {
      const where = field === undefined ? '' : `, field ${field},`;
      throw new Error(`secret '${secret}'${where} is empty → store the address in it`);
    }
    known = { value, at: clock.now() };
    return value;
  };
}

function fieldOf(text: string | undefined, field: string): string | undefined {
  try {
    const given: unknown = JSON.parse(text ?? '');
    const value: unknown =
      typeof given === 'object' && given !== null ? (given as Record<string, unknown>)[field] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    // What is no JSON has no fields: the caller says that the field is empty.
    return undefined;
  }
}
