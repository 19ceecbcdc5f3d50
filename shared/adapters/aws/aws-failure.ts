const throttlingNames = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'SlowDown',
]);
const deniedNames = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden', '403']);

/** What an SDK error tells besides its message. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

export const isThrottling = (error: unknown): boolean => error instanceof Error && throttlingNames.has(error.name);

export const isDenied = (error: unknown): boolean =>
  error instanceof Error && (deniedNames.has(error.name) || statusOf(error) === 403);

export const statusOf = (error: unknown): number | undefined =>
  (error as SdkError | undefined)?.$metadata?.httpStatusCode;

/** How often the SDK tried the call that failed with this. */
export const attemptsOf = (error: unknown): number => (error as SdkError | undefined)?.$metadata?.attempts ?? 1;

/** A failed call, told with what was asked and what to do; the SDK's own error is the cause. */
export function failure(what: string, error: unknown, remedy?: string): Error {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Error(`${what}: ${reason}${remedy === undefined ? '' : ` → ${remedy}`}`, { cause: error });
}
