import type { IncomingMessage } from 'node:http';
import { HttpProblem, type HttpProblemKind } from '../http-client/http-problem.ts';

interface Meaning {
  readonly kind: HttpProblemKind;
  readonly text: string;
  readonly retry?: 'later';
}

const THROTTLED: Meaning = { kind: 'failing', text: 'is throttled', retry: 'later' };
const refuses = (why: string): Meaning => ({
  kind: 'unauthenticated',
  text: `refuses the AWS credentials: ${why}`,
});
const ABSENT: Meaning = { kind: 'not-found', text: 'knows no such thing' };
const DENIED: Meaning = { kind: 'denied', text: 'denies access to the AWS credentials' };

/** Faults that every service of this protocol knows, and the "not found" of ours. */
const MEANING_BY_TYPE: Readonly<Record<string, Meaning>> = {
  ResourceNotFoundException: ABSENT,
  ParameterNotFound: ABSENT,
  ParameterVersionNotFound: ABSENT,
  AccessDeniedException: DENIED,
  AccessDenied: DENIED,
  KMSAccessDeniedException: DENIED,
  UnrecognizedClientException: refuses('access key or session token are not known'),
  InvalidClientTokenId: refuses('access key or session token are not known'),
  InvalidSignatureException: refuses('the secret access key does not fit, or the clock is wrong'),
  SignatureDoesNotMatch: refuses('the secret access key does not fit, or the clock is wrong'),
  IncompleteSignatureException: refuses('the signature is not complete'),
  MissingAuthenticationTokenException: refuses('there are none'),
  // What comes from a provider chain may be had anew.
  ExpiredTokenException: { ...refuses('they have expired'), retry: 'later' },
  ExpiredToken: { ...refuses('they have expired'), retry: 'later' },
  ThrottlingException: THROTTLED,
  Throttling: THROTTLED,
  TooManyRequestsException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
};

const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * What an answer that is no success means.
 *
 * @param body the answer's JSON, which names the fault as `__type` in every service, in a header in some
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 */
export function awsProblem(
  host: string,
  { statusCode: status = 0, headers }: IncomingMessage,
  body: Readonly<Record<string, unknown>> | undefined,
): HttpProblem {
  const errorCode = faultName(headers['x-amzn-errortype'] ?? body?.['__type'] ?? body?.['code']);
  const message = body?.['message'] ?? body?.['Message'];
  const { kind, text, retry = 'never' } = MEANING_BY_TYPE[errorCode] ?? meaningOf(status, body);
  const seconds = Number(headers['retry-after']);
  return new HttpProblem(kind, `${host} ${text} (${errorCode || `status ${status}`})`, {
    status,
    retry,
    ...(errorCode && { errorCode }),
    ...(typeof message === 'string' && { serverMessage: message.slice(0, 200) }),
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
}

function meaningOf(status: number, body: object | undefined): Meaning {
  if (PASSING_STATUSES.has(status)) return { kind: 'failing', text: 'is failing', retry: 'later' };
  if (body === undefined) {
    return { kind: 'bad-page', text: 'answered no JSON; does something stand in front of it?' };
  }
  return status === 403 ? DENIED : { kind: 'rejected', text: 'rejects the request' };
}

/** `com.amazonaws.x#Name:http://…` → `Name` */
const faultName = (type: unknown): string =>
  typeof type === 'string' ? (/(?:^|#)(\w{1,64})(?::|$)/.exec(type)?.[1] ?? '') : '';
