import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the function answered to one invocation. */
export interface Answer {
  kind: 'response' | 'error';
  /** Parsed JSON: the handler's result, or Lambda's error object. */
  body: unknown;
  /** From handing the event over to having the answer; ms. */
  durationMs: number;
}

export interface RuntimeApi {
  /** host:port, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** What the runtime reported when the function could not start. */
  readonly initErrors: string[];
  /** Resolves when the runtime first asks for work: the init phase is over. */
  readonly ready: Promise<void>;
  invoke(event: unknown, options?: { timeoutMs?: number }): Promise<Answer>;
  close(): Promise<void>;
}

interface Job {
  id: string;
  body: string;
  timeoutMs: number;
  sentAt: number;
  resolve: (answer: Answer) => void;
}

/**
 * Lambda's Runtime API (2018-06-01) on a free local port: hands out one invocation at a time.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const queue: Job[] = [];
  const waiting: ServerResponse[] = [];
  const running = new Map<string, Job>();
  const initErrors: string[] = [];
  let markReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  function handOut(): void {
    while (queue.length > 0 && waiting.length > 0) {
      const job = queue.shift() as Job;
      running.set(job.id, job);
      job.sentAt = performance.now();
      (waiting.shift() as ServerResponse)
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': job.id,
          'lambda-runtime-deadline-ms': String(Date.now() + job.timeoutMs),
          'lambda-runtime-invoked-function-arn':
            'arn:aws:lambda:us-east-1:000000000000:function:local',
          'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
        })
        .end(job.body);
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (url.endsWith('/invocation/next')) {
      markReady();
      response.on('close', () => {
        const index = waiting.indexOf(response);
        if (index >= 0) waiting.splice(index, 1);
      });
      waiting.push(response);
      return handOut();
    }
    const text = await readText(request);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    const [, id, kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
    if (id === undefined) {
      initErrors.push(text);
      return;
    }
    const job = running.get(id);
    running.delete(id);
    job?.resolve({
      kind: kind as Answer['kind'],
      body: JSON.parse(text),
      durationMs: performance.now() - job.sentAt,
    });
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initErrors,
    ready,
    invoke: (event, { timeoutMs = 30_000 } = {}) =>
      new Promise((resolve) => {
        queue.push({
          id: randomUUID(),
          body: JSON.stringify(event),
          timeoutMs,
          sentAt: 0,
          resolve,
        });
        handOut();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
