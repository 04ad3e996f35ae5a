import { createRequire } from 'node:module';
import { createAzureHandler } from '../../src/adapters/azure/http-handler.ts';
import { registerEndpoint } from '../../src/adapters/azure/register-endpoint.ts';
import type { HttpHandler } from '../../src/http/http-message.ts';
import { startAzureHost } from '../helpers/azure-host.ts';
import type { Door } from './replay.ts';

const require = createRequire(import.meta.url);
const OPTIONS = { maxBodyBytes: 100 * 2 ** 20, routePrefix: 'api' };

/**
 * Requests through the functions as they are registered on Azure, behind a prefix of routes. For one request at a time: a host takes functions
 * only at its start, so who answers changes behind them.
 *
 * @param isStreamed whether bodies come from the host as a stream, or within its messages
 */
export async function openAzureDoor({ isStreamed = false } = {}): Promise<Door> {
  let core: HttpHandler;
  const handler = createAzureHandler((...call) => core(...call), { ...OPTIONS, isStreamed });
  const host = await startAzureHost(import.meta.dirname, () => {
    // A copy of its own: what it registers goes to one host.
    delete require.cache[require.resolve('@azure/functions')];
    const { app } = require('@azure/functions') as typeof import('@azure/functions');
    app.setup({ enableHttpStream: isStreamed });
    registerEndpoint(app, handler, 'function');
  });
  return (answer) => async (request) => {
    core = answer;
    const { path, headers, body, method } = request;
    const { statusCode, ...found } = await host.request({
      ...{ method, target: `/api${path}` },
      headers: headers as Record<string, string>,
      body: Buffer.from(body as Uint8Array),
    });
    return {
      status: Number(statusCode),
      headers: { ...found.headers },
      body: Buffer.from(found.body?.bytes ?? found.body?.string ?? '').toString('utf8'),
    };
  };
}
