import type { Deployment } from '../deployment.ts';

/**
 * What API Gateway answers by itself, and its words for it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const BUILT_IN = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, null],
  AUTHORIZER_FAILURE: [500, null],
  DEFAULT_5XX: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  INVALID_API_KEY: [403, 'Forbidden'],
  INVALID_SIGNATURE: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  QUOTA_EXCEEDED: [429, 'Limit Exceeded'],
  REQUEST_TOO_LARGE: [413, 'HTTP content length exceeded 10485760 bytes.'],
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
} as const satisfies Record<string, readonly [number, string | null]>;

export type RefusalType = keyof typeof BUILT_IN;

/** Thrown inside the gateway; the type says which of the API's gateway responses is sent. */
export class Refusal extends Error {
  readonly type: RefusalType;

  constructor(type: RefusalType) {
    super(type);
    this.type = type;
  }
}

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
}

interface Customised {
  readonly ResponseType: string;
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/** The template's gateway responses: one for the type, else for its class, else AWS's own. */
export function createGatewayResponses(
  deployment: Deployment,
): (type: RefusalType, requestId: string) => GatewayAnswer {
  const customised = new Map(
    [...deployment.all<Customised>('AWS::ApiGateway::GatewayResponse').values()].map((response) => [
      response.ResponseType,
      response,
    ]),
  );
  return (type, requestId) => {
    const [builtInStatus, message] = BUILT_IN[type];
    const family = builtInStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
    const response = customised.get(type) ?? customised.get(family);
    const body =
      response?.ResponseTemplates?.['application/json'] ??
      '{"message":$context.error.messageString}';
    return {
      status: Number(response?.StatusCode ?? builtInStatus),
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': type,
        ...staticHeaders(response?.ResponseParameters ?? {}, 'gatewayresponse.header.'),
      },
      body: body
        .replaceAll('$context.error.messageString', JSON.stringify(message))
        .replaceAll('$context.error.message', message ?? 'null')
        .replaceAll('$context.error.responseType', type)
        .replaceAll('$context.requestId', requestId),
    };
  };
}

/** Headers given as `'text'`; mappings from the request are not ours. */
export function staticHeaders(
  parameters: Readonly<Record<string, string>>,
  prefix: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [
        name.slice(prefix.length).toLowerCase(),
        value.replace(/^'|'$/g, ''),
      ]),
  );
}
