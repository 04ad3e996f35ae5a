import type { IncomingHttpHeaders } from 'node:http';
import type { HttpProblemDetails, HttpProblemKind } from './http-problem.ts';

/** What an API Gateway says when it does not let a request through to the server. */
export interface AwsRefusal {
  readonly kind: HttpProblemKind;
  /** The gateway's own name for it, such as `AccessDeniedException`. */
  readonly errorType: string;
  /** Reads after the place that was asked. */
  readonly text: string;
  readonly retry: NonNullable<HttpProblemDetails['retry']>;
}

const UNSIGNED = 'wants requests signed with AWS credentials; set MLFLOW_TRACKING_AWS_SIGV4=true';

/**
 * Read the refusal of an API Gateway that authorizes by IAM; `undefined` for any other answer.
 *
 * @param isSigned whether the request was
 * @param message the gateway's, which tells two cases apart that share a name
 */
export function findAwsRefusal(
  headers: IncomingHttpHeaders,
  isSigned: boolean,
  message = '',
): AwsRefusal | undefined {
  const header = headers['x-amzn-errortype'];
  const errorType = typeof header === 'string' ? (/^\w{1,64}/.exec(header)?.[0] ?? '') : '';
  const refuse = (
    kind: HttpProblemKind,
    text: string,
    retry: AwsRefusal['retry'] = 'never',
  ): AwsRefusal => ({ kind, errorType, text, retry });
  switch (errorType) {
    case 'MissingAuthenticationTokenException':
      return isSigned
        ? refuse('bad-page', 'knows no such route; does the URI lack the stage of the API?')
        : refuse('unauthenticated', `${UNSIGNED}; or the URI lacks the stage of the API`);
    case 'IncompleteSignatureException':
      return refuse('unauthenticated', UNSIGNED);
    case 'ExpiredTokenException':
      return refuse('unauthenticated', 'refuses the AWS credentials: they have expired', 'later');
    case 'UnrecognizedClientException':
      return refuse(
        'unauthenticated',
        'refuses the AWS credentials: access key or session token are not known',
      );
    case 'InvalidSignatureException':
      // A function that was frozen between signing and sending; another attempt signs anew.
      return /^Signature (expired|not yet current)/i.test(message)
        ? refuse('failing', 'refuses the time of the request; is the clock right?', 'later')
        : refuse(
            'unauthenticated',
            'refuses the AWS credentials: the secret access key does not fit, or AWS_REGION is not the region of the API',
          );
    case 'AccessDeniedException':
      return refuse('denied', 'denies access to the AWS credentials; they need execute-api:Invoke');
    default:
      return undefined;
  }
}
