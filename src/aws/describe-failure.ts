import { type ErrorCode, ServingError } from '../errors.ts';

export interface AwsCall {
  /** What was called about, for the message: `state machine arn:…`. */
  readonly place: string;
  /** What the role needs for it: `states:StartExecution`. */
  readonly permission: string;
}

/**
 * Why a call of AWS's SDK failed for good, after its own retries, and what to do. What is no failure of the service's or the
 * network's comes back as it is.
 */
export function describeFailure(error: unknown, { place, permission }: AwsCall): unknown {
  if (!(error instanceof Error) || error instanceof ServingError) return error;
  if (error.name === 'AbortError') return error;
  const [code, text] = meaningOf(error, permission);
  return new ServingError(code, `${place} ${text} (${error.name})`, { cause: error });
}

function meaningOf(error: Error, permission: string): [ErrorCode, string] {
  const { name } = error;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (name === 'CredentialsProviderError') {
    return ['UNAUTHENTICATED', 'cannot be called: no AWS credentials found'];
  }
  if (/ExpiredToken|UnrecognizedClient|InvalidClientToken|InvalidAccessKey|Signature/.test(name)) {
    return ['UNAUTHENTICATED', 'does not know the AWS credentials, or they have expired'];
  }
  if (/AccessDenied/i.test(name) || status === 403) {
    return ['PERMISSION_DENIED', `may not be used; the role needs ${permission} on it`];
  }
  if (/DoesNotExist|NonExistent|NotFound/i.test(name)) {
    return ['RESOURCE_DOES_NOT_EXIST', 'does not exist; are name, account and region right?'];
  }
  const isRejected = status !== undefined && status >= 400 && status < 500 && status !== 429;
  if (isRejected && !/Throttl|TooMany|LimitExceeded/i.test(name)) {
    return [
      'INVALID_PARAMETER_VALUE',
      `was called in a way that it does not take: ${error.message}`,
    ];
  }
  return ['TEMPORARILY_UNAVAILABLE', 'does not answer; try again'];
}
