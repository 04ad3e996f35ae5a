import type { InvokeFunction } from './authorize.ts';
import { type GatewayAnswer, Refusal, staticHeaders } from './gateway-response.ts';
import type { Integration } from './match-route.ts';

/** API Gateway's own limit; ms. */
const MAX_TIMEOUT_MS = 29_000;

/** Lambda's limit of an event; API Gateway answers 413 when it says so. */
const MAX_EVENT_BYTES = 6 * 2 ** 20;

interface ProxyResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * Let the function answer, or the mock that the template describes.
 *
 * @throws {Refusal} REQUEST_TOO_LARGE, INTEGRATION_TIMEOUT, DEFAULT_5XX when the function fails or answers in no known form
 */
export async function callIntegration(
  integration: Integration,
  event: unknown,
  invoke: InvokeFunction,
): Promise<GatewayAnswer> {
  if (integration.Type === 'MOCK') return mockAnswer(integration);
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) {
    throw new Refusal('REQUEST_TOO_LARGE');
  }
  const [, functionArn = ''] = /functions\/(.+)\/invocations$/.exec(integration.Uri ?? '') ?? [];
  const result = await within(
    integration.TimeoutInMillis ?? MAX_TIMEOUT_MS,
    invoke(functionArn, event),
  );
  if (!isProxyResult(result)) throw new Refusal('DEFAULT_5XX');
  const { statusCode, headers = {}, multiValueHeaders = {}, body = '' } = result;
  return {
    status: statusCode,
    headers: { ...headers, ...multiValueHeaders },
    body: result.isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}

const isProxyResult = (result: unknown): result is ProxyResult =>
  typeof result === 'object' &&
  result !== null &&
  Number.isInteger((result as ProxyResult).statusCode) &&
  ['string', 'undefined'].includes(typeof (result as ProxyResult).body);

function mockAnswer({ IntegrationResponses: responses = [] }: Integration): GatewayAnswer {
  const [response] = responses;
  if (response === undefined) throw new Refusal('API_CONFIGURATION_ERROR');
  return {
    status: Number(response.StatusCode),
    headers: staticHeaders(response.ResponseParameters ?? {}, 'method.response.header.'),
    body: response.ResponseTemplates?.['application/json'] ?? '',
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Refusal('INTEGRATION_TIMEOUT')), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
