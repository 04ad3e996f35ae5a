import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type Server } from 'node:http';
import Module, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A function as the app registers it; see `FunctionMetadata` of @azure/functions-core. */
export interface RegisteredFunction {
  readonly metadata: {
    readonly name: string;
    readonly bindings: Readonly<Record<string, Binding>>;
    readonly retryOptions?: unknown;
  };
  readonly callback: (...args: unknown[]) => unknown;
}

interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
  readonly [name: string]: unknown;
}

/** What one call of a function came to; see `RpcInvocationResponse`. */
export interface Invoked {
  readonly returnValue?: TypedData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
}

/** See `RpcTypedData`. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly http?: HttpData;
}

export interface HttpData {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: TypedData | null;
}

export interface HttpCall {
  readonly method: string;
  /** With prefix and query, as it goes over the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream has no length, unless the headers say it: it goes over the wire in chunks. */
  readonly body?: Uint8Array | Readable | undefined;
}

export interface AzureHost {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** What functions and the library said. */
  readonly logs: readonly { readonly level: string; readonly message: string }[];
  /** A request by its route: the most literal of those that fit. */
  request(call: HttpCall, extraInputs?: Readonly<Record<string, TypedData>>): Promise<HttpData>;
  /** Call a function that a queue, a timer or Durable Functions starts. @param extraInputs by the type of their binding */
  invoke(
    name: string,
    data: TypedData,
    triggerMetadata?: Readonly<Record<string, TypedData>>,
    extraInputs?: Readonly<Record<string, TypedData>>,
  ): Promise<Invoked>;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(
    context: unknown,
    inputs: unknown[],
    callback: RegisteredFunction['callback'],
  ): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<Invoked>;
}

interface ProgrammingModel {
  getInvocationModel(context: unknown): InvocationModel;
  getCapabilities(known: Record<string, string>): Promise<Record<string, string>>;
}

type Load = (request: string, ...rest: unknown[]) => unknown;
const NodeModule = Module as unknown as { _load: Load };

/**
 * Load a function app as the worker of Azure Functions does, and call its functions through the invocation model of
 * @azure/functions itself: only what the worker supplies, `@azure/functions-core`, is ours.
 *
 * As there, a function can be registered only while the entry file loads, an entry that throws is an error of the whole app, and hooks of
 * the start are waited for.
 *
 * @param directory of the app: `package.json` names the entry, `host.json` the prefix of routes
 * @param load how the entry is loaded. @default `require`
 * @see https://github.com/Azure/azure-functions-nodejs-worker, startApp.ts, registerFunction.ts, InvocationHandler.ts
 */
export async function startAzureHost(
  directory: string,
  load?: () => void | Promise<void>,
): Promise<AzureHost> {
  const functions = new Map<string, RegisteredFunction>();
  const logs: { level: string; message: string }[] = [];
  const hooks: ((context: unknown) => unknown)[] = [];
  let isLocked = false;
  let model: ProgrammingModel | undefined;

  const core = {
    version: '3.10.1',
    hostVersion: '4.1036.0',
    Disposable: class {},
    setProgrammingModel(given: typeof model) {
      model = given;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata: RegisteredFunction['metadata'], callback: () => unknown) {
      if (isLocked) throw new Error('A function can only be registered during app startup.');
      if (functions.has(metadata.name)) {
        throw new Error(`A function with id "${metadata.name}" has already been registered.`);
      }
      functions.set(metadata.name, { metadata, callback });
      return new core.Disposable();
    },
    registerHook(name: string, hook: (context: unknown) => unknown) {
      if (name === 'appStart') hooks.push(hook);
      return new core.Disposable();
    },
    log: (level: string, _category: string, message: string) => void logs.push({ level, message }),
  };
  const original = NodeModule._load;
  NodeModule._load = function (this: unknown, request, ...rest) {
    return request === '@azure/functions-core' ? core : original.call(this, request, ...rest);
  };
  try {
    await (load ?? (() => requireEntry(directory)))();
  } finally {
    NodeModule._load = original;
  }
  for (const hook of hooks)
    await hook({ hookData: {}, appHookData: {}, functionAppDirectory: directory });
  isLocked = true;
  if (functions.size === 0) throw new Error('No job functions found.');
  const routes = routesOf(functions, routePrefixOf(directory));
  const { HttpUri: httpUri } = (await withoutHolding(() => model?.getCapabilities({}))) ?? {};

  async function call(
    name: string,
    inputs: Readonly<Record<string, TypedData>>,
    triggerMetadata = {},
    invocationId: string = randomUUID(),
  ) {
    const registered = functions.get(name);
    if (registered === undefined) throw new Error(`there is no function ${name}`);
    if (model === undefined) throw new Error('the app has set no programming model');
    const { metadata, callback } = registered;
    const invocation = model.getInvocationModel({
      invocationId,
      metadata: { name, bindings: metadata.bindings, properties: {} },
      request: {
        invocationId,
        functionId: name,
        inputData: Object.entries(inputs).map(([each, data]) => ({ name: each, data })),
        triggerMetadata,
        traceContext: { traceParent: '', traceState: '', attributes: {} },
      },
      state: undefined,
      log: (level: string, _category: string, message: string) => logs.push({ level, message }),
    });
    const { context, inputs: given } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, given, callback);
    return invocation.getResponse(context, result);
  }

  return {
    functions,
    logs,
    invoke(name, data, triggerMetadata, extraInputs = {}) {
      const extras = extrasOf(functions, name, extraInputs);
      return call(name, { [triggerOf(functions, name)]: data, ...extras }, triggerMetadata);
    },
    async request({ method, target, headers = {}, body }, extraInputs = {}) {
      const url = `http://127.0.0.1${target}`;
      const { pathname, searchParams } = new URL(url);
      const found = routes.find(({ pattern, methods }) => {
        return pattern.test(decodeURI(pathname)) && methods.includes(method.toUpperCase());
      });
      if (found === undefined) return { statusCode: '404', body: { string: '' } };
      const params = found.pattern.exec(decodeURI(pathname))?.groups ?? {};
      const extras = extrasOf(functions, found.name, extraInputs);
      const trigger = triggerOf(functions, found.name);
      if (httpUri !== undefined) {
        const invocationId = randomUUID();
        // Keys of the dictionary are as the client wrote them.
        const metadata = { ...texts(params), Headers: { json: JSON.stringify(headers) } };
        const sent = { ...headers, [CORRELATION_HEADER]: invocationId };
        const [answer] = await Promise.all([
          forward(httpUri, { method, target, headers: sent, body }),
          call(found.name, { [trigger]: { http: {} }, ...extras }, metadata, invocationId),
        ]);
        return answer;
      }
      // What has no length is not handed over (GrpcMessageConversionExtensions.cs, `ToRpcHttp`).
      const given = body instanceof Readable ? await lengthKnown(headers, body) : body;
      const bytes = given ? { bytes: given } : null;
      const http = {
        ...{ method, url, body: bytes, rawBody: bytes, identities: [] },
        nullableHeaders: nullable(toLowerCase(headers)),
        nullableQuery: nullable(Object.fromEntries(searchParams)),
        nullableParams: nullable(params),
        ...{ headers: {}, query: {}, params: {} },
      };
      const { returnValue } = await call(found.name, { [trigger]: { http }, ...extras });
      return returnValue?.http ?? {};
    },
  };
}

const CORRELATION_HEADER = 'x-ms-invocation-id';

/**
 * The request itself, to the server that the worker has for it, as the host's proxy sends it.
 *
 * @see https://github.com/Azure/azure-functions-host, DefaultHttpProxyService.cs
 */
async function forward(httpUri: string, call: HttpCall): Promise<HttpData> {
  const { method, target, headers = {}, body } = call;
  const { hostname, port } = new URL(httpUri);
  const request = http.request({
    ...{ hostname, port, method, path: target },
    headers: {
      ...headers,
      ...(body instanceof Uint8Array && { 'content-length': body.length }),
      'x-forwarded-host': '127.0.0.1',
      'x-forwarded-proto': 'http',
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  const sending = pipeline(body instanceof Readable ? body : Readable.from(body ?? []), request);
  sending.catch(() => {}); // an answer may come before the end of the body, and ends it
  const response = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { [CORRELATION_HEADER]: _, ...found } = response.headers;
  return {
    statusCode: String(response.statusCode),
    headers: Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, String(value)]),
    ),
    body: { bytes: Buffer.concat(chunks) },
  };
}

async function lengthKnown(
  headers: Readonly<Record<string, string>>,
  body: Readable,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Number(toLowerCase(headers)['content-length']) > 0 ? Buffer.concat(chunks) : undefined;
}

/** Servers that are made meanwhile hold no process back: the worker never closes the one of its proxy. */
async function withoutHolding<T>(work: () => T): Promise<Awaited<T>> {
  const original = http.createServer;
  http.createServer = ((...options: Parameters<typeof original>): Server =>
    original(...options).unref()) as typeof original;
  try {
    return await work();
  } finally {
    http.createServer = original;
  }
}

const texts = (values: Readonly<Record<string, string>>): Record<string, TypedData> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { string: value }]));

function requireEntry(directory: string): void {
  const require = createRequire(join(resolve(directory), 'package.json'));
  const { main } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    main: string;
  };
  require(join(resolve(directory), main));
}

/** The host's own variable goes over the file; without both it is `api`. */
function routePrefixOf(directory: string): string {
  const variable = process.env['AzureFunctionsJobHost__extensions__http__routePrefix'];
  if (variable !== undefined) return variable;
  try {
    const host = JSON.parse(readFileSync(join(directory, 'host.json'), 'utf8')) as {
      extensions?: { http?: { routePrefix?: string } };
    };
    return host.extensions?.http?.routePrefix ?? 'api';
  } catch {
    return 'api';
  }
}

interface Route {
  readonly name: string;
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Literal parts go before variables, and these before the rest of a path, as in ASP.NET; letters count alike in both cases. */
function routesOf(functions: ReadonlyMap<string, RegisteredFunction>, prefix: string): Route[] {
  const weight = (route: string): number =>
    route
      .split('/')
      .reduce(
        (sum, part) => sum + (part.startsWith('{*') ? 100 : part.startsWith('{') ? 10 : 0),
        0,
      );
  return [...functions.values()]
    .flatMap(({ metadata }) => {
      const trigger = Object.values(metadata.bindings).find(({ type }) => type === 'httpTrigger');
      if (trigger === undefined) return [];
      const route = trigger.route ?? metadata.name;
      const path = [prefix, route]
        .filter((part) => part !== '')
        .join('/')
        .replace(/\{\*(\w+)\}/g, '(?<$1>.*)')
        .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      const methods = (trigger.methods ?? ['GET', 'POST']).map((method) => method.toUpperCase());
      return [{ name: metadata.name, route, pattern: new RegExp(`^/${path}/?$`, 'i'), methods }];
    })
    .toSorted((one, other) => weight(one.route) - weight(other.route));
}

function triggerOf(functions: ReadonlyMap<string, RegisteredFunction>, name: string): string {
  const bindings = functions.get(name)?.metadata.bindings ?? {};
  const found = Object.entries(bindings).find(([, { type }]) => /trigger$/i.test(type));
  if (found === undefined) throw new Error(`function ${name} has no trigger`);
  return found[0];
}

/** Inputs beside the trigger, by the type of their binding. */
function extrasOf(
  functions: ReadonlyMap<string, RegisteredFunction>,
  name: string,
  byType: Readonly<Record<string, TypedData>>,
): Record<string, TypedData> {
  const bindings = Object.entries(functions.get(name)?.metadata.bindings ?? {});
  return Object.fromEntries(
    bindings.flatMap(([each, { type, direction }]) => {
      const given = direction === 'in' ? byType[type] : undefined;
      return given ? [[each, given] as const] : [];
    }),
  );
}

const toLowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** How values come to a worker that says `UseNullableValueDictionaryForHttp`; an empty one is left out of its box. */
const nullable = (values: Readonly<Record<string, string>>): Record<string, { value?: string }> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === '' ? {} : { value }]),
  );
