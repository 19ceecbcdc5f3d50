const names = (error: Error): readonly string[] => {
  const causes = [error, error.cause, error.cause instanceof Error ? error.cause.cause : undefined];
  return causes.map((one) => (one instanceof Error ? one.name : ''));
};

/** What to set where AWS cannot be asked at all; undefined for every other error. Trying again does not help. */
export function missingSetup(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (
    names(error).some((name) => name.includes('CredentialsProvider')) ||
    /could not load credentials/i.test(error.message)
  ) {
    return `no AWS credentials: set AWS_PROFILE, or sign in with aws sso login (${error.message})`;
  }
  if (/region/i.test(error.message) && /missing|not set|undefined/i.test(error.message)) {
    return 'no AWS region: set AWS_REGION';
  }
  return undefined;
}

/** An error in one line: what to set where that is known, else its message and the cause it does not tell itself. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const setup = missingSetup(error);
  if (setup !== undefined) return setup;
  const message = error.message === '' ? error.name : error.message;
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' || message.includes(cause) ? message : `${message}: ${cause}`;
}
