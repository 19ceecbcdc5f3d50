import { Refusal, refuseUnknown } from './wire.ts';

/** Secrets Manager in memory: the current value of each secret, and the one before it was rotated. */
export class FakeSecretsManager {
  private readonly secrets = new Map<string, string[]>();

  /** Stores a value; the second one is a rotation. */
  store(name: string, value: string): void {
    this.secrets.set(name, [value, ...(this.secrets.get(name) ?? [])]);
  }

  /** Name of the secret that a request means, by its name or its ARN. */
  static nameOf(input: object): string {
    const { SecretId = '' } = input as { readonly SecretId?: string };
    return /^arn:[^:]*:secretsmanager:[^:]*:\d*:secret:(.+)-\w{6}$/.exec(SecretId)?.[1] ?? SecretId;
  }

  answer(operation: string, input: object): object {
    if (operation !== 'GetSecretValue') {
      throw new Refusal(400, 'UnknownOperationException', `the fake Secrets Manager does not know ${operation}`);
    }
    refuseUnknown(input, ['SecretId', 'VersionStage', 'VersionId'], operation);
    const name = FakeSecretsManager.nameOf(input);
    const { VersionStage = 'AWSCURRENT' } = input as { readonly VersionStage?: string };
    const values: readonly (string | undefined)[] | undefined = this.secrets.get(name);
    if (values === undefined) {
      throw new Refusal(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    const SecretString = values[['AWSCURRENT', 'AWSPREVIOUS'].indexOf(VersionStage)];
    if (SecretString === undefined) {
      const message = `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`;
      throw new Refusal(400, 'ResourceNotFoundException', message);
    }
    return { Name: name, SecretString, VersionStages: [VersionStage] };
  }
}

/** SSM parameters of type SecureString in memory, with every version of them. */
export class FakeParameters {
  private readonly parameters = new Map<string, string[]>();

  /** Stores a value; the second one is version 2. */
  store(name: string, value: string): void {
    this.parameters.set(name, [...(this.parameters.get(name) ?? []), value]);
  }

  /** Name of the parameter that a request means, without its version. */
  static nameOf(input: object): string {
    return ((input as { readonly Name?: string }).Name ?? '').replace(/:\d+$/, '');
  }

  answer(operation: string, input: object): object {
    if (operation !== 'GetParameter') {
      throw new Refusal(400, 'UnknownOperationException', `the fake SSM does not know ${operation}`);
    }
    refuseUnknown(input, ['Name', 'WithDecryption'], operation);
    const name = FakeParameters.nameOf(input);
    const { Name, WithDecryption = false } = input as { readonly Name: string; readonly WithDecryption?: boolean };
    const versions = this.parameters.get(name);
    if (versions === undefined) throw new Refusal(400, 'ParameterNotFound', '');
    const Version = Number(/:(\d+)$/.exec(Name)?.[1] ?? versions.length);
    const value = (versions as readonly (string | undefined)[])[Version - 1];
    if (value === undefined) throw new Refusal(400, 'ParameterVersionNotFound', '');
    // Undecrypted, a reader gets what nobody can use.
    const Value = WithDecryption ? value : Buffer.from(`encrypted ${value}`).toString('base64');
    return { Parameter: { Name: name, Type: 'SecureString', Value, Version } };
  }
}
