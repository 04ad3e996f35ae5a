import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';

/**
 * `throttle` answers 503 SlowDown without asking; `cut` sends half of the answer's body; `lose` lets the server do what
 * was asked and drops the answer; `pass` changes nothing.
 */
export type Mishap = 'pass' | 'throttle' | 'cut' | 'lose';

export interface ChaosProxy {
  readonly url: string;
  /** Decides what happens to each request. */
  choose: (request: IncomingMessage) => Mishap;
  /** How often each has happened. */
  readonly counts: Record<Mishap, number>;
  close(): Promise<void>;
}

const SLOW_DOWN =
  '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>';

/** An HTTP proxy before a real S3 server, for what nothing real will produce on demand. Signatures stay valid. */
export async function startChaosProxy(target: string): Promise<ChaosProxy> {
  const { hostname, port } = new URL(target);
  const counts = { pass: 0, throttle: 0, cut: 0, lose: 0 };
  const server = createServer(async (request, response) => {
    const mishap = proxy.choose(request);
    counts[mishap] += 1;
    const body = Buffer.concat(await request.toArray());
    if (mishap === 'throttle') {
      response.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN);
      return;
    }
    const { method, url: path, headers } = request;
    const upstream = sendRequest({ hostname, port, method, path, headers, agent: false });
    upstream.on('response', (answer) => void pass(answer, response, mishap));
    upstream.on('error', () => response.destroy());
    upstream.end(body);
  });
  const proxy: ChaosProxy = {
    url: '',
    choose: () => 'pass',
    counts,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as { port: number };
  return Object.assign(proxy, { url: `http://127.0.0.1:${own}` });
}

async function pass(answer: IncomingMessage, response: ServerResponse, mishap: Mishap) {
  const body = Buffer.concat(await answer.toArray());
  if (mishap === 'lose') {
    response.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (mishap !== 'cut' || body.length < 2) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
