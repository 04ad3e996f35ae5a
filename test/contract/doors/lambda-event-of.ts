import { readFileSync } from 'node:fs';
import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { LambdaHttpEvent } from '../../../src/adapters/aws/lambda-events.ts';
import type { ClientRequest } from './http-door.suite.ts';

export const FIXTURES = [
  'rest-api',
  'rest-api-base-path',
  'http-api',
  'http-api-v1',
  'function-url',
  'load-balancer',
  'load-balancer-multi-value',
] as const;
export type Fixture = (typeof FIXTURES)[number];

export function readFixture(fixture: Fixture): LambdaHttpEvent {
  const url = new URL(`../fixtures/events/${fixture}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

/** What the platform puts before the client's path. */
const PREFIX: Partial<Record<Fixture, string>> = {
  'rest-api-base-path': '/wine',
  'http-api': '/prod',
  'http-api-v1': '/prod',
};

/**
 * The fixture with another request in it, as its platform would write it.
 *
 * @param isBase64 write text in base64 too, as platforms do for types they take for binary
 */
export function lambdaEventOf(
  fixture: Fixture,
  request: ClientRequest,
  isBase64: boolean,
): LambdaHttpEvent {
  const event = readFixture(fixture);
  const path = `${PREFIX[fixture] ?? ''}${request.path}`;
  if ('rawPath' in event) return version2(event, request, path, bodyFields(request, isBase64));
  const fields = { ...bodyFields(request, isBase64), httpMethod: request.method, path };
  if ('elb' in event.requestContext) {
    return loadBalancer(event as ALBEvent, request, fields);
  }
  return version1(event as APIGatewayProxyEvent, request, fields);
}

function bodyFields({ body }: ClientRequest, isBase64: boolean) {
  if (body === undefined) return { body: undefined, isBase64Encoded: false };
  if (typeof body === 'string' && !isBase64) return { body, isBase64Encoded: false };
  return { body: Buffer.from(body as string).toString('base64'), isBase64Encoded: true };
}

type Body = ReturnType<typeof bodyFields>;

function version2(
  event: APIGatewayProxyEventV2,
  request: ClientRequest,
  rawPath: string,
  { body, isBase64Encoded }: Body,
): LambdaHttpEvent {
  const { 'content-type': _, ...own } = event.headers;
  const http = { ...event.requestContext.http, method: request.method, path: rawPath };
  const { body: __, ...rest } = event;
  return {
    ...rest,
    rawPath,
    rawQueryString: request.query ?? '',
    headers: { ...own, ...lowerCased(request.headers) },
    requestContext: { ...event.requestContext, http },
    isBase64Encoded,
    ...(body !== undefined && { body }),
  };
}

function version1(
  event: APIGatewayProxyEvent,
  request: ClientRequest,
  fields: Body & { httpMethod: string; path: string },
): LambdaHttpEvent {
  const { 'Content-Type': _, ...own } = event.headers;
  const headers = { ...own, ...request.headers };
  const query = new URLSearchParams(request.query ?? '');
  const hasQuery = query.size > 0;
  return {
    ...event,
    ...fields,
    body: fields.body ?? null,
    headers,
    multiValueHeaders: listed(headers),
    pathParameters: { proxy: request.path.replace(/^\/|\/$/g, '') },
    queryStringParameters: hasQuery ? Object.fromEntries(query) : null,
    multiValueQueryStringParameters: hasQuery ? listed(Object.fromEntries(query)) : null,
  };
}

function loadBalancer(
  event: ALBEvent,
  request: ClientRequest,
  fields: Body & { httpMethod: string; path: string },
): LambdaHttpEvent {
  const rawQuery = Object.fromEntries(
    (request.query ?? '')
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]),
  );
  const base = { ...event, ...fields, body: fields.body ?? '' };
  if (event.multiValueHeaders === undefined) {
    const { 'content-type': _, ...own } = event.headers ?? {};
    const headers = { ...own, ...lowerCased(request.headers) };
    return { ...base, headers, queryStringParameters: rawQuery };
  }
  const { 'content-type': _, ...own } = event.multiValueHeaders;
  return {
    ...base,
    multiValueHeaders: { ...own, ...listed(lowerCased(request.headers)) },
    multiValueQueryStringParameters: listed(rawQuery),
  };
}

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const listed = (values: Record<string, string | undefined>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value ?? '']]));
