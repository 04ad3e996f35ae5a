import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Route } from './match-route.ts';
import { type ClientRequest, proxyEvent } from './proxy-event.ts';

const RECORDED = JSON.parse(
  readFileSync('test/contract/fixtures/events/rest-api.json', 'utf8'),
) as Record<string, unknown>;

const ROUTE: Route = {
  method: { HttpMethod: 'ANY', ResourceId: 'x1y2z3', Integration: { Type: 'AWS_PROXY' } },
  resourceId: 'x1y2z3',
  resourcePath: '/{proxy+}',
  pathParameters: { proxy: 'invocations' },
};
const SETTINGS = {
  apiId: 'a1b2c3d4e5',
  stage: 'prod',
  binaryMediaTypes: ['application/vnd.apache.parquet'],
};

const request = (more: Partial<ClientRequest> = {}): ClientRequest => ({
  method: 'POST',
  path: '/invocations',
  query: new URLSearchParams(),
  rawHeaders: ['Content-Type', 'application/json', 'X-Twice', 'a', 'X-Twice', 'b'],
  headers: { 'content-type': 'application/json', 'x-twice': 'a, b' },
  body: Buffer.from('{"inputs": [1]}'),
  ...more,
});

/** What an object has, without what depends on the client. */
const keysOf = (value: unknown): string[] => Object.keys(value as object).sort();

describe('the event of the local gateway', () => {
  const event = proxyEvent(request(), ROUTE, SETTINGS, { identity: {} });

  it('has the keys of a recorded one', () => {
    const context = event['requestContext'] as Record<string, unknown>;
    const recorded = RECORDED['requestContext'] as Record<string, unknown>;

    expect(keysOf(event)).toEqual(keysOf(RECORDED));
    expect(keysOf(context)).toEqual(keysOf(recorded));
    expect(keysOf(context['identity'])).toEqual(keysOf(recorded['identity']));
  });

  it('has the values of a recorded one, where the request is the same', () => {
    const { path, httpMethod, resource, pathParameters, body, isBase64Encoded } = RECORDED;

    expect(event).toMatchObject({
      path,
      httpMethod,
      resource,
      pathParameters,
      body,
      isBase64Encoded,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: {
        path: '/prod/invocations',
        stage: 'prod',
        resourcePath: '/{proxy+}',
        requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    });
  });

  it('lists what is sent twice, and has the last of it by itself', () => {
    expect(event['multiValueHeaders']).toMatchObject({ 'X-Twice': ['a', 'b'] });
    expect(event['headers']).toMatchObject({ 'X-Twice': 'b' });
  });

  it('has binary types in base64, and no others', () => {
    const type = 'application/vnd.apache.parquet';
    const parquet = request({
      headers: { 'content-type': type },
      rawHeaders: ['Content-Type', type],
      body: Buffer.from([0x50, 0x41, 0x52, 0x31, 0xff]),
    });

    expect(proxyEvent(parquet, ROUTE, SETTINGS, { identity: {} })).toMatchObject({
      body: 'UEFSMf8=',
      isBase64Encoded: true,
    });
  });
});
