import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** Asynchronous invocations as Lambda's own API takes them: answered at once, and tried up to three times. */
export async function startLambdaApi(
  invoke: (functionName: string, event: unknown) => Promise<unknown>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const event = await json(request);
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? [];
    const isAsynchronous = request.headers['x-amz-invocation-type'] === 'Event';
    const isAccepted = name !== undefined && isAsynchronous;
    response.writeHead(isAccepted ? 202 : 400).end();
    if (isAccepted) void repeat(() => invoke(decodeURIComponent(name), event));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function repeat(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 3) console.error('an asynchronous invocation failed', error);
    }
  }
}
