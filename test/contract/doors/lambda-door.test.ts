import type { ALBResult, APIGatewayProxyResult } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createLambdaHandler } from '../../../src/adapters/aws/lambda-handler.ts';
import type { HttpHandler, HttpResponse } from '../../../src/http/http-message.ts';
import { type Door, describeHttpDoor } from './http-door.suite.ts';
import { FIXTURES, type Fixture, lambdaEventOf, readFixture } from './lambda-event-of.ts';

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 3_000 };

for (const fixture of FIXTURES) {
  describeHttpDoor(`Lambda, ${fixture}`, async (answer) => lambdaDoor(fixture, answer, false));
  describeHttpDoor(`Lambda, ${fixture}, base64`, async (answer) =>
    lambdaDoor(fixture, answer, true),
  );
}

function lambdaDoor(fixture: Fixture, answer: HttpHandler, isBase64: boolean): Door {
  const handler = createLambdaHandler(answer);
  return {
    send: async (request) =>
      responseOf(await handler(lambdaEventOf(fixture, request, isBase64), CONTEXT)),
    close: async () => {},
  };
}

/** What the platform makes of a result. */
function responseOf(result: APIGatewayProxyResult | ALBResult): HttpResponse {
  const single = result.headers ?? {};
  const many = result.multiValueHeaders ?? {};
  const headers = Object.fromEntries(
    Object.entries({ ...many, ...single }).map(([name, value]) => [name, String(value)]),
  );
  return { status: result.statusCode, headers, body: result.body ?? '' };
}

describe('createLambdaHandler', () => {
  const echoDeadline: HttpHandler = async (_, { deadlineMs, requestId }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inMs: Math.round((deadlineMs ?? 0) - Date.now()), requestId }),
  });
  const deadlineFor = async (fixture: Fixture, remainingMs: number) => {
    const result = await createLambdaHandler(echoDeadline)(readFixture(fixture), {
      awsRequestId: 'request-1',
      getRemainingTimeInMillis: () => remainingMs,
    });
    return JSON.parse(result.body ?? '') as { inMs: number; requestId: string };
  };

  it('passes the request id and the end of the function on', async () => {
    const { inMs, requestId } = await deadlineFor('rest-api', 3_000);

    expect(requestId).toBe('request-1');
    expect(inMs).toBeGreaterThan(2_900);
    expect(inMs).toBeLessThanOrEqual(3_000);
  });

  it.each([
    { fixture: 'rest-api', seconds: 29 },
    { fixture: 'http-api', seconds: 29 },
    { fixture: 'load-balancer', seconds: 29 },
    { fixture: 'function-url', seconds: 900 },
  ] as const)('gives a request from $fixture at most $seconds s', async ({ fixture, seconds }) => {
    const { inMs } = await deadlineFor(fixture, 900_000);

    expect(Math.round(inMs / 1000)).toBe(seconds);
  });

  it('says why to a load balancer, with lists of headers where it sends such', async () => {
    const handler = createLambdaHandler(async () => ({
      status: 404,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }));

    expect(await handler(readFixture('load-balancer'), CONTEXT)).toEqual({
      statusCode: 404,
      statusDescription: '404 Not Found',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      isBase64Encoded: false,
    });
    expect(await handler(readFixture('load-balancer-multi-value'), CONTEXT)).toEqual({
      statusCode: 404,
      statusDescription: '404 Not Found',
      multiValueHeaders: { 'content-type': ['application/json'] },
      body: '{}',
      isBase64Encoded: false,
    });
  });

  it.each([
    { fixture: 'rest-api', sizeBytes: 6_200_000, status: 200 },
    { fixture: 'rest-api', sizeBytes: 6_300_000, status: 413 },
    { fixture: 'load-balancer', sizeBytes: 1_000_000, status: 200 },
    { fixture: 'load-balancer', sizeBytes: 1_100_000, status: 413 },
  ] as const)('answers $status from $fixture when the answer has $sizeBytes bytes', async ({
    fixture,
    sizeBytes,
    status,
  }) => {
    const handler = createLambdaHandler(async () => ({
      status: 200,
      headers: {},
      body: '1'.repeat(sizeBytes),
    }));

    expect((await handler(readFixture(fixture), CONTEXT)).statusCode).toBe(status);
  });

  it('counts the characters that take more room in the result', async () => {
    const handler = createLambdaHandler(async () => ({
      status: 200,
      headers: {},
      body: '"'.repeat(3_500_000),
    }));

    const result = await handler(readFixture('rest-api'), CONTEXT);

    expect(result.statusCode).toBe(413);
    expect(JSON.parse(result.body ?? '')).toMatchObject({
      error_code: 'REQUEST_TOO_LARGE',
      message: expect.stringContaining('7000002 bytes'),
    });
  });

  it('takes an event that somebody wrote by hand', async () => {
    const handler = createLambdaHandler(async ({ path, query }) => ({
      status: 200,
      headers: {},
      body: `${path}?${query}`,
    }));
    const event = { rawPath: '/ping', requestContext: { http: { method: 'GET', path: '/ping' } } };

    expect((await handler(event as never, CONTEXT)).body).toBe('/ping?');
  });

  it('refuses an event that is no HTTP request', async () => {
    const handler = createLambdaHandler(echoDeadline);

    await expect(handler({ source: 'aws.events' } as never, CONTEXT)).rejects.toThrow(
      'the event is not an HTTP request from API Gateway, a function URL or a load balancer',
    );
  });
});
