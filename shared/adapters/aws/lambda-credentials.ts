/** As the SDK takes credentials. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles: a function has its role's credentials in its
 * environment and nowhere else, while the SDK's own chain brings clients for single sign-on, profiles and instance
 * metadata, 90 KB that a function would load and never use.
 *
 * @throws Error, when first asked, where the environment has no credentials.
 */
export const defaultProvider = (): (() => Promise<Credentials>) => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error(
      'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing: these bundles run as Lambda functions only',
    );
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
};
