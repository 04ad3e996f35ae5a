import { type S3Request, toServingError } from '../artifacts/s3-error.ts';
import { ServingError } from '../errors.ts';
import { describeFailure, isFinal } from '../http-client/attempt.ts';
import { HttpProblem } from '../http-client/http-problem.ts';

/** What S3 answered, as the SDK tells it: its own code, such as `NoSuchKey`, and the status. */
export interface SdkFailure {
  readonly code: string;
  readonly status: number;
}

/** The answer behind an error of the SDK; `undefined` when no answer came, or it was a success. */
export function findSdkFailure(error: unknown): SdkFailure | undefined {
  const status = statusOf(error);
  if (status === undefined || status < 300) return undefined;
  const name = error instanceof Error ? error.name : '';
  const isOwnCode =
    /^[A-Z][A-Za-z0-9.]{2,63}$/.test(name) && !/^(Unknown|Syntax)?Error$/.test(name);
  return { status, code: isOwnCode ? name : String(status) };
}

/**
 * The error to throw for a call of the SDK that failed, after its own retries; the same messages
 * as the reader's. What is none of S3's or the network's failures comes back as it is.
 */
export function translateSdkError(error: unknown, request: S3Request): unknown {
  if (!(error instanceof Error) || error instanceof ServingError) return error;
  if (error.name === 'CredentialsProviderError') return noCredentials(error);
  const failure = findSdkFailure(error);
  if (failure !== undefined) {
    const headers = responseOf(error)?.headers ?? {};
    const seconds = Number(headers['retry-after']);
    const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
    const region = headers['x-amz-bucket-region'];
    return toServingError({ ...failure, region, retryAfterMs }, request);
  }
  if (statusOf(error) !== undefined) return brokeOff(request.place, error);
  if (error.name !== 'TimeoutError' && !('code' in error)) return error;
  const reason = error.name === 'TimeoutError' ? 'no answer in time' : describeFailure(error, HINT);
  const retry = isFinal(error) ? 'never' : 'later';
  const message = `cannot reach ${request.place}: ${reason}`;
  return new HttpProblem('unreachable', message, { cause: error, retry }).toServingError();
}

/** The head of an answer came, and then not what belongs to it. */
export const brokeOff = (place: string, cause: unknown): ServingError =>
  new HttpProblem('failing', `${place} broke off in the middle of its answer`, {
    cause,
    retry: 'later',
  }).toServingError();

const HINT =
  ' (AWS_CA_BUNDLE names a PEM file of authorities to trust; MLFLOW_S3_IGNORE_TLS=true trusts any)';

const noCredentials = (cause: unknown): ServingError =>
  new ServingError(
    'UNAUTHENTICATED',
    'no AWS credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or give the machine a role',
    { cause },
  );

interface SdkError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

const statusOf = (error: unknown): number | undefined =>
  (error as SdkError | undefined)?.$metadata?.httpStatusCode ?? responseOf(error)?.statusCode;

const responseOf = (error: unknown): SdkError['$response'] =>
  (error as SdkError | undefined)?.$response;
