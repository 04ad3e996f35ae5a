import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LambdaProcess, startLambda } from '../../artifact/lambda-process.ts';
import { lambdaEventOf } from '../../contract/doors/lambda-event-of.ts';

/** One webhook as it came in, and what became of it. */
export interface Arrival {
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  status: number;
  answer: string;
}

/** The function `registry-events`, behind what stands for API Gateway and for Lambda's own API. */
export interface Follower {
  /** Where MLflow's webhooks go. */
  readonly url: string;
  readonly arrivals: Arrival[];
  /** Send one again, as it was or changed. */
  send(headers: Readonly<Record<string, string>>, body: string): Promise<Arrival>;
  /** As EventBridge invokes it. */
  reconcile(): Promise<void>;
  /** Asynchronous invocations that have ended, in how many tries each. */
  readonly tries: number[];
  log(): string;
  stop(): Promise<void>;
}

export interface FollowerOptions {
  /** The unpacked zip. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly instances: number;
}

/** Lambda invokes a function that failed twice more. */
const MAX_TRIES = 3;

export async function startFollower(options: FollowerOptions): Promise<Follower> {
  const arrivals: Arrival[] = [];
  const tries: number[] = [];
  const lambdaApi = createServer((request, response) => void acceptInvocation(request, response));
  const lambdaUrl = await listen(lambdaApi);
  const instances = await Promise.all(
    Array.from({ length: options.instances }, () =>
      startLambda({
        directory: options.directory,
        handler: 'registry-events.handler',
        environment: { ...options.environment, AWS_ENDPOINT_URL_LAMBDA: lambdaUrl },
      }),
    ),
  );
  await Promise.all(instances.map(({ ready }) => ready));
  const idle = [...instances];
  const waiting: ((instance: LambdaProcess) => void)[] = [];

  /** One invocation at a time for each instance, as in Lambda. */
  async function invoke(event: unknown, timeoutMs: number) {
    const instance = idle.pop() ?? (await new Promise<LambdaProcess>((take) => waiting.push(take)));
    try {
      return await instance.invoke(event, { timeoutMs });
    } finally {
      const next = waiting.shift();
      if (next) next(instance);
      else idle.push(instance);
    }
  }

  async function send(headers: Readonly<Record<string, string>>, body: string): Promise<Arrival> {
    const arrival: Arrival = { atMs: Date.now(), headers, body, status: 0, answer: '' };
    arrivals.push(arrival);
    const request = { method: 'POST', path: '/registry-events', headers, body };
    const { kind, body: result } = await invoke(lambdaEventOf('rest-api', request, false), 29_000);
    if (kind === 'error') throw new Error(`registry-events failed: ${JSON.stringify(result)}`);
    const { statusCode, body: answer } = result as { statusCode: number; body: string };
    return Object.assign(arrival, { status: statusCode, answer });
  }

  async function acceptInvocation(request: IncomingMessage, response: ServerResponse) {
    const payload: unknown = JSON.parse(await readText(request));
    const isRight =
      request.url === '/2015-03-31/functions/local/invocations' &&
      request.headers['x-amz-invocation-type'] === 'Event' &&
      /\/lambda\/aws4_request/.test(request.headers.authorization ?? '');
    response.writeHead(isRight ? 202 : 400).end();
    if (isRight) void repeat(payload);
  }

  async function repeat(payload: unknown): Promise<void> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      if ((await invoke(payload, 900_000)).kind === 'error') continue;
      tries.push(attempt);
      return;
    }
  }

  const gateway = createServer(async (request, response) => {
    const names = Object.entries(request.headers);
    const headers = Object.fromEntries(names.map(([name, value]) => [name, String(value)]));
    const { status, answer } = await send(headers, await readText(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  const url = await listen(gateway);

  return {
    url: `${url}/registry-events`,
    arrivals,
    send,
    tries,
    reconcile: async () => {
      const { kind, body } = await invoke({ 'detail-type': 'Scheduled Event' }, 900_000);
      if (kind === 'error') throw new Error(`the reconciliation failed: ${JSON.stringify(body)}`);
    },
    log: () => instances.map((instance) => instance.log()).join('\n'),
    stop: async () => {
      for (const server of [gateway, lambdaApi]) {
        server.closeAllConnections();
        server.close();
      }
      await Promise.all(instances.map((instance) => instance.stop()));
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
