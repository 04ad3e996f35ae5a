import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type AzureHost, startAzureHost, type TypedData } from '../../helpers/azure-host.ts';
import { driveOrchestration } from '../../helpers/durable-driver.ts';

/**
 * A process that hosts one function app: `node host-process.ts <folder of the app>`.
 *
 * It prints `{"url", "functions"}` when the app has started. `POST /__invoke/<function>` with `{data, triggerMetadata}` calls one that a
 * queue or a timer starts, `POST /__orchestrate/<orchestration>` with `{input, instanceId}` runs one; every other request goes by its route.
 * `TEST_DURABLE_CLIENT` is what Durable Functions gives to functions that start orchestrations.
 */
async function run(directory: string): Promise<void> {
  const host = await startAzureHost(directory);
  const server = createServer(async (request, response) => {
    const { url: target = '/', method = 'GET' } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    try {
      const invoked = /^\/__invoke\/([^/?]+)$/.exec(target)?.[1];
      if (invoked !== undefined) {
        response.end(JSON.stringify(await call(host, invoked, await json(request))));
        return;
      }
      const orchestration = /^\/__orchestrate\/([^/?]+)$/.exec(target)?.[1];
      if (orchestration !== undefined) {
        const { input, instanceId } = (await json(request)) as DrivenInput;
        response.end(
          JSON.stringify(await driveOrchestration(host, orchestration, input, instanceId)),
        );
        return;
      }
      const durableClient = process.env['TEST_DURABLE_CLIENT'];
      const answer = await host.request(
        { method, target, headers, body: request },
        durableClient ? { durableClient: { json: durableClient } } : {},
      );
      response.writeHead(Number(answer.statusCode ?? 200), answer.headers);
      response.end(answer.body?.bytes ?? answer.body?.string ?? '');
    } catch (error) {
      // As the host answers when a function throws.
      response.writeHead(500, { 'x-function-error': '1' }).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const functions = [...host.functions.values()].map(({ metadata }) => metadata);
    process.stdout.write(`${JSON.stringify({ url, functions })}\n`);
  });
}

interface DrivenInput {
  readonly input: unknown;
  readonly instanceId: string;
}

function call(host: AzureHost, name: string, body: unknown) {
  const { data, triggerMetadata, extraInputs } = body as {
    data: TypedData;
    triggerMetadata?: Record<string, TypedData>;
    extraInputs?: Record<string, TypedData>;
  };
  return host.invoke(name, data, triggerMetadata, extraInputs);
}

run(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
