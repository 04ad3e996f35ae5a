import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../resolve-intrinsics.ts';
import type { Route } from './match-route.ts';

/** One request as it came in, its body read. */
export interface ClientRequest {
  readonly method: string;
  /** Without the stage. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Caller {
  readonly identity: Readonly<Record<string, string>>;
  /** `context` of a Lambda authorizer with its principal, or the claims of a token. */
  readonly authorizer?: Readonly<Record<string, unknown>>;
}

export interface ApiSettings {
  readonly apiId: string;
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
}

const NOBODY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
  vpcId: null,
  vpceId: null,
};

/**
 * The event of a REST API's Lambda proxy integration, key by key as in a recorded one.
 *
 * @see test/contract/fixtures/events/rest-api.json
 */
export function proxyEvent(
  request: ClientRequest,
  { resourceId, resourcePath, pathParameters }: Route,
  { apiId, stage, binaryMediaTypes }: ApiSettings,
  { identity, authorizer }: Caller,
): Record<string, unknown> {
  const { method, path, query, body } = request;
  const domainName = `${apiId}.execute-api.${REGION}.amazonaws.com`;
  const multiValueHeaders = headerLists(request, domainName);
  const isBase64Encoded = body.length > 0 && isBinary(request.headers, binaryMediaTypes);
  const now = new Date();
  return {
    resource: resourcePath,
    path,
    httpMethod: method,
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: query.size > 0 ? Object.fromEntries(query) : null,
    multiValueQueryStringParameters:
      query.size > 0
        ? Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]))
        : null,
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId,
      ...(authorizer === undefined ? {} : { authorizer }),
      domainName,
      domainPrefix: apiId,
      extendedRequestId: randomUUID().slice(0, 12),
      httpMethod: method,
      identity: {
        ...NOBODY,
        sourceIp: '192.0.2.10',
        userAgent: request.headers['user-agent'] ?? null,
        ...identity,
      },
      path: `/${stage}${path}`,
      protocol: 'HTTP/1.1',
      requestId: randomUUID(),
      requestTime: logTime(now),
      requestTimeEpoch: now.getTime(),
      resourceId,
      resourcePath,
      stage,
    },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

/** As in access logs: 16/Oct/2025:09:15:46 +0000. */
const logTime = (time: Date): string =>
  time.toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/, '$1/$2/$3:$4 +0000');

/** In the client's spelling, with what the gateway and CloudFront put before it. */
function headerLists(
  { rawHeaders, headers }: ClientRequest,
  domainName: string,
): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = rawHeaders.slice(i, i + 2) as [string, string];
    if (headers[name.toLowerCase()] === undefined) continue; // the gateway took it out
    lists[name] = [...(lists[name] ?? []), value];
  }
  for (const name of Object.keys(lists)) {
    if (/^(?:host|connection|content-length|transfer-encoding)$/i.test(name)) delete lists[name];
  }
  return {
    ...lists,
    Host: [domainName],
    'CloudFront-Forwarded-Proto': ['https'],
    'X-Amzn-Trace-Id': ['Root=1-68f0c1d2-1a2b3c4d5e6f708192a3b4c5'],
    'X-Forwarded-For': ['192.0.2.10, 198.51.100.20'],
    'X-Forwarded-Port': ['443'],
    'X-Forwarded-Proto': ['https'],
  };
}

const lastOfEach = (lists: Readonly<Record<string, string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));

/** Bodies of these types reach the function in base64. `*` stands for every type, also for none. */
function isBinary(
  { 'content-type': contentType = '', 'content-encoding': encoding }: ClientRequest['headers'],
  binaryMediaTypes: readonly string[],
): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some(
    (binary) =>
      binary === '*/*' ||
      binary.toLowerCase() === type ||
      (binary.endsWith('/*') && type.startsWith(binary.slice(0, -1))) ||
      (encoding !== undefined && binary === encoding),
  );
}
