import type { SecretReference, Secrets } from '../../ports/secrets.ts';

/** Secrets of this machine: environment variables. `NAME_PREVIOUS` holds the one before a rotation, where there is one. */
export class EnvironmentSecrets implements Secrets {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  async read(reference: SecretReference): Promise<string> {
    const name = variableOf(reference);
    const value = this.#env[name];
    if (value !== undefined && value !== '') return value;
    throw new Error(`environment variable ${name} is not set → set it, or name another one in the settings`);
  }

  async previous(reference: SecretReference): Promise<string | undefined> {
    const value = this.#env[`${variableOf(reference)}_PREVIOUS`];
    return value === '' ? undefined : value;
  }
}

function variableOf(reference: SecretReference): string {
  if ('variable' in reference) return reference.variable;
  const place = 'secret' in reference ? `secret '${reference.secret}'` : `parameter '${reference.parameter}'`;
  throw new Error(`${place} lies in an AWS account → on this machine write { variable: NAME }`);
}
