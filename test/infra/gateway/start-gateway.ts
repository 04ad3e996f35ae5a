import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Deployment } from '../deployment.ts';
import { ACCOUNT, REGION } from '../resolve-intrinsics.ts';
import { type AuthorizeOptions, createAuthorize, type InvokeFunction } from './authorize.ts';
import { compressed, decompressed } from './compression.ts';
import { createGatewayResponses, type GatewayAnswer, Refusal } from './gateway-response.ts';
import { callIntegration } from './integration.ts';
import { createRouter } from './match-route.ts';
import { type ClientRequest, proxyEvent } from './proxy-event.ts';
import { createTokenBucket, createUsagePlans } from './usage-plans.ts';

export interface GatewayOptions {
  readonly deployment: Deployment;
  readonly invoke: InvokeFunction;
  /** Whose signatures are known. */
  readonly principals?: AuthorizeOptions['principals'];
  readonly userPoolKey?: AuthorizeOptions['userPoolKey'];
  /** For rates, quotas and what authorizers answered; ms. */
  readonly now?: () => number;
}

export interface Gateway {
  /** With the stage, without a slash at its end. */
  readonly url: string;
  /** The value of an API key, by its id. */
  keyValue(keyId: string): string;
  close(): Promise<void>;
}

interface Stage {
  readonly StageName: string;
  readonly MethodSettings?: readonly {
    readonly ThrottlingRateLimit?: number;
    readonly ThrottlingBurstLimit?: number;
  }[];
}

interface RestApi {
  readonly BinaryMediaTypes?: readonly string[];
  readonly MinimumCompressionSize?: number;
}

/** API Gateway's limit of a request body. */
const MAX_BODY_BYTES = 10 * 2 ** 20;

const TLS = 'test/contract/fixtures/tls/server.pem';

/**
 * The REST API of a template on 127.0.0.1, over HTTPS: routes, keys and usage plans, authorizers, gateway
 * responses, compression and Lambda proxy events, all as the template has them.
 *
 * Not here: WAF, custom domains, caching, request validators, VPC links.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { deployment, invoke, principals = [], userPoolKey, now = Date.now } = options;
  const [[apiId, api]] = [...deployment.all<RestApi>('AWS::ApiGateway::RestApi')] as [
    [string, RestApi],
  ];
  const [stage] = [...deployment.all<Stage>('AWS::ApiGateway::Stage').values()] as [Stage];
  const settings = {
    apiId: apiId.toLowerCase().slice(0, 10),
    stage: stage.StageName,
    binaryMediaTypes: api.BinaryMediaTypes ?? [],
  };
  const findRoute = createRouter(deployment);
  const authorize = createAuthorize({ deployment, invoke, principals, userPoolKey, now });
  const usagePlans = createUsagePlans(deployment, now);
  const refuse = createGatewayResponses(deployment);
  const stageBucket = createStageBucket(stage, now);

  async function answer(request: ClientRequest, url: string): Promise<GatewayAnswer> {
    const route = findRoute(request.method, request.path);
    if (route === undefined) throw new Refusal('MISSING_AUTHENTICATION_TOKEN');
    const { apiId: id, stage: name } = settings;
    const methodArn = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${id}/${name}/${request.method}${request.path}`;
    const caller = await authorize(request, route, methodArn, url);
    const key = route.method.ApiKeyRequired
      ? usagePlans.admit(request.headers['x-api-key'])
      : undefined;
    if (!stageBucket.take()) throw new Refusal('THROTTLED');
    const event = proxyEvent(request, route, settings, {
      ...caller,
      identity: { ...caller.identity, ...key },
    });
    return callIntegration(route.method.Integration, event, invoke);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const headers = headersOf(request);
    let result: GatewayAnswer;
    try {
      const url = new URL(request.url ?? '/', `https://${headers['host']}`);
      const path = withoutStage(url.pathname, settings.stage);
      const body = await readBody(request);
      const unpacked = decompressed({ headers, body }, api);
      result = await answer(
        {
          method: request.method ?? 'GET',
          path,
          query: url.searchParams,
          rawHeaders: request.rawHeaders,
          ...unpacked,
        },
        url.href,
      );
    } catch (error) {
      const type = error instanceof Refusal ? error.type : 'DEFAULT_5XX';
      result = refuse(type, requestId);
    }
    send(response, compressed(result, headers['accept-encoding'], api));
  }

  const pem = readFileSync(TLS);
  const server = createServer({ key: pem, cert: pem }, (request, response) => {
    void serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/${settings.stage}`,
    keyValue: usagePlans.keyValue,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The stage's own limit, for all callers together. */
function createStageBucket({ MethodSettings: settings = [] }: Stage, now: () => number) {
  const { ThrottlingRateLimit: RateLimit, ThrottlingBurstLimit: BurstLimit } =
    settings.find(({ ThrottlingRateLimit: rate }) => rate !== undefined) ?? {};
  return createTokenBucket(
    { ...(RateLimit && { RateLimit }), ...(BurstLimit && { BurstLimit }) },
    now,
  );
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function withoutStage(path: string, stage: string): string {
  if (path !== `/${stage}` && !path.startsWith(`/${stage}/`)) {
    throw new Refusal('MISSING_AUTHENTICATION_TOKEN');
  }
  return path.slice(stage.length + 1) || '/';
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes <= MAX_BODY_BYTES) parts.push(part);
  }
  if (sizeBytes > MAX_BODY_BYTES) throw new Refusal('REQUEST_TOO_LARGE');
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  response.writeHead(status, { ...headers } as Record<string, string | string[]>);
  response.end(body);
}
