/** Where a secret lies; never the secret itself. */
export type SecretReference =
  /** Secrets Manager: name or ARN, and the field where the secret is JSON. */
  | { readonly secret: string; readonly field?: string | undefined }
  /** SSM parameter, of type SecureString. */
  | { readonly parameter: string }
  /** Environment variable; on this machine only. */
  | { readonly variable: string };

/**
 * Secrets by reference, fresh within five minutes of a rotation. Values never reach logs, errors, state or settings.
 */
export interface Secrets {
  /** @throws Error that names the reference and the remedy, never the value. */
  read(reference: SecretReference): Promise<string>;
}
