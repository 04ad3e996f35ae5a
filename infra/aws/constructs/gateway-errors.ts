import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ErrorCode, ServingError } from '../../../src/errors.ts';
import { errorBody } from '../../../src/http/error-response.ts';

export interface GatewayErrorOptions {
  /** Whether callers sign their requests: what it means that a token is missing. */
  readonly isSigned: boolean;

  /** Value of `Access-Control-Allow-Origin`; the bodies hold nothing of anybody. */
  readonly allowedOrigin?: string;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const UNSIGNED: Refusal = {
  code: 'UNAUTHENTICATED',
  message: 'the request is not signed; sign it with AWS credentials (SigV4, service execute-api)',
};

/** Methods are there for every path, so nothing but the stage's name can be wrong. */
const NO_SUCH_PATH: Refusal = {
  code: 'ENDPOINT_NOT_FOUND',
  message: 'there is nothing at this path; POST to /invocations below the stage',
};

const DENIED = 'this caller may not call the endpoint';
const BAD_TOKEN = 'the credentials are wrong or expired; get new ones and send the request again';
const UNCHECKED: Refusal = {
  code: 'TEMPORARILY_UNAVAILABLE',
  message:
    'the credentials could not be checked; try again in a moment (if it stays so, the operator finds the cause in the API logs)',
};
const UNAVAILABLE = 'the endpoint could not be reached; try again in a moment';
const MISCONFIGURED =
  'the endpoint is set up wrongly; its operator finds the cause in the API logs';

/** What API Gateway answers by itself, each in the shape of our own errors. */
const REFUSALS: readonly (readonly [ResponseType, Refusal])[] = [
  [ResponseType.ACCESS_DENIED, { code: 'PERMISSION_DENIED', message: DENIED }],
  [ResponseType.API_CONFIGURATION_ERROR, { code: 'INTERNAL_ERROR', message: MISCONFIGURED }],
  // An authorizer that throws is answered with the first as well, not only one that is set up wrongly.
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, UNCHECKED],
  [ResponseType.AUTHORIZER_FAILURE, UNCHECKED],
  [
    ResponseType.BAD_REQUEST_PARAMETERS,
    { code: 'BAD_REQUEST', message: 'a parameter or header of the request is not valid' },
  ],
  [
    ResponseType.BAD_REQUEST_BODY,
    { code: 'BAD_REQUEST', message: 'the body of the request cannot be read' },
  ],
  [ResponseType.EXPIRED_TOKEN, { code: 'PERMISSION_DENIED', message: BAD_TOKEN }],
  [ResponseType.INTEGRATION_FAILURE, { code: 'TEMPORARILY_UNAVAILABLE', message: UNAVAILABLE }],
  [
    ResponseType.INTEGRATION_TIMEOUT,
    {
      code: 'DEADLINE_EXCEEDED',
      message: 'the model did not answer within 29 seconds; send fewer rows at once',
    },
  ],
  [
    ResponseType.INVALID_API_KEY,
    {
      code: 'PERMISSION_DENIED',
      message: 'the API key is missing or wrong; send it in the header x-api-key',
    },
  ],
  [ResponseType.INVALID_SIGNATURE, { code: 'PERMISSION_DENIED', message: BAD_TOKEN }],
  [
    ResponseType.QUOTA_EXCEEDED,
    { code: 'REQUEST_LIMIT_EXCEEDED', message: 'the quota of this API key is used up' },
  ],
  [
    ResponseType.REQUEST_TOO_LARGE,
    {
      code: 'REQUEST_TOO_LARGE',
      message: 'the request is larger than the 6 MiB that can be passed; send fewer rows at once',
    },
  ],
  [ResponseType.RESOURCE_NOT_FOUND, NO_SUCH_PATH],
  [
    ResponseType.THROTTLED,
    { code: 'REQUEST_LIMIT_EXCEEDED', message: 'too many requests; send them more slowly' },
  ],
  [
    ResponseType.UNAUTHORIZED,
    {
      code: 'UNAUTHENTICATED',
      message: 'the token is missing or not valid; send a valid one in the header for it',
    },
  ],
  [
    ResponseType.UNSUPPORTED_MEDIA_TYPE,
    {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'the body cannot be read; send JSON, CSV or Parquet, as it is or packed with gzip',
    },
  ],
  [
    ResponseType.WAF_FILTERED,
    { code: 'PERMISSION_DENIED', message: 'the firewall refused the request' },
  ],
];

/** Statuses of the rest stay as they are. */
const CLASSES: readonly (readonly [ResponseType, Refusal])[] = [
  [ResponseType.DEFAULT_4XX, { code: 'BAD_REQUEST', message: 'the request was refused' }],
  [
    ResponseType.DEFAULT_5XX,
    { code: 'TEMPORARILY_UNAVAILABLE', message: 'the endpoint failed to answer; try again' },
  ],
];

/** Make API Gateway's own answers look like ours, and readable for pages of other origins. */
export function addGatewayErrors(api: RestApi, options: GatewayErrorOptions): void {
  const missingToken = options.isSigned ? UNSIGNED : NO_SUCH_PATH;
  for (const [type, { code, message }] of [
    ...REFUSALS,
    [ResponseType.MISSING_AUTHENTICATION_TOKEN, missingToken] as const,
  ]) {
    const error = new ServingError(code, message);
    addResponse(api, type, errorBody(error), error.status, options);
  }
  for (const [type, { code, message }] of CLASSES) {
    addResponse(api, type, errorBody(new ServingError(code, message)), undefined, options);
  }
}

function addResponse(
  api: RestApi,
  type: ResponseType,
  body: string,
  status: number | undefined,
  { allowedOrigin }: GatewayErrorOptions,
): void {
  const headers = {
    // A quota is used up for days; only a rate is free again in a moment.
    ...(type === ResponseType.THROTTLED && { 'Retry-After': "'1'" }),
    ...(allowedOrigin !== undefined && { 'Access-Control-Allow-Origin': `'${allowedOrigin}'` }),
  };
  api.addGatewayResponse(`Answer${type.responseType}`, {
    type,
    statusCode: status === undefined ? undefined : String(status),
    responseHeaders: headers,
    templates: { 'application/json': body },
  });
}
