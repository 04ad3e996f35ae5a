import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAzureHandler } from '../../../src/adapters/azure/http-handler.ts';
import { registerEndpoint } from '../../../src/adapters/azure/register-endpoint.ts';
import type { HttpHandler } from '../../../src/http/http-message.ts';
import { type AzureHost, startAzureHost } from '../../helpers/azure-host.ts';
import { DEVIATIONS } from '../../parity/deviations.ts';
import { readRecordings } from '../../parity/recordings.ts';
import { type Door, replay } from '../../parity/replay.ts';

const require = createRequire(import.meta.url);
const LIMITS = { maxBodyBytes: 100 * 2 ** 20 };

let host: AzureHost;
/** A host takes functions only at its start: who answers changes behind them. */
let core: HttpHandler;

beforeAll(async () => {
  const handler = createAzureHandler((...call) => core(...call), { ...LIMITS, routePrefix: 'api' });
  host = await startAzureHost(import.meta.dirname, () => {
    const { app } = require('@azure/functions') as typeof import('@azure/functions');
    registerEndpoint(app, handler, 'function');
  });
});

const throughHost: Door = (handler) => async (request) => {
  core = handler;
  const { path, headers, body, method } = request;
  const { statusCode, ...answer } = await host.request({
    ...{ method, target: `/api${path}` },
    headers: headers as Record<string, string>,
    body: Buffer.from(body as Uint8Array),
  });
  return {
    status: Number(statusCode),
    headers: { ...answer.headers },
    body: Buffer.from(answer.body?.bytes ?? answer.body?.string ?? '').toString('utf8'),
  };
};

describe.each(readRecordings('test/parity/golden'))('$name through Azure Functions', (file) => {
  it('is answered as MLflow answered it, but for the listed deviations', async () => {
    const outcomes = await replay(file, throughHost);

    const different = outcomes.filter(({ failure }) => failure !== undefined);
    const keys = different.map(({ file, group, name }) => `${file} | ${group} | ${name}`);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !(key in DEVIATIONS))).toEqual([]);
  });
});
