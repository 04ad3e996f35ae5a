import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { startServer, stopServers } from '../interop/processes.ts';
import {
  createMlflowRegistry,
  logVersions,
  type MlflowRegistry,
  startMlflow,
} from '../interop/webhooks/mlflow-server.ts';
import { type DeployedEndpoint, type LocalCloud, startLocalCloud } from './deployed-endpoint.ts';
import { call } from './https-call.ts';

/**
 * A real MLflow server → HTTPS → API Gateway → the follower → S3 → the endpoint: functions, variables, secret and
 * addresses as the template has them.
 */
const SECRET = 'a secret that MLflow signs with';
const PARAMETER = '/mlflow/webhook-secret';

let work: string;
let cloud: LocalCloud;
let mlflow: MlflowRegistry;
let endpoint: DeployedEndpoint;
let relay: Relay;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'webhooks-'));
  const python = ensurePythonEnvironment('interop');
  const [server, parameters] = await Promise.all([
    startMlflow(python, join(work, 'mlflow')),
    startParameterStore(python),
  ]);
  logVersions(python, server.url, [{ name: 'wine', versions: 2 }]);
  cloud = await startLocalCloud();
  endpoint = await cloud.deploy(
    {
      auth: 'none',
      refresh: { mode: 'push' },
      registry: { uri: server.url },
      events: { webhookSecret: { ssmParameter: PARAMETER } },
    },
    { environment: { AWS_ENDPOINT_URL_SSM: parameters } },
  );
  mlflow = createMlflowRegistry(server.url);
  relay = await startRelay(`${endpoint.webhooks?.url}/registry-events`);
  await mlflow.createWebhook(relay.url, SECRET, [
    'model_version_alias.created',
    'model_version_alias.deleted',
  ]);
}, 600_000);

afterAll(async () => {
  relay?.close();
  await cloud?.stop();
  await stopServers();
  rmSync(work, { recursive: true, force: true });
});

const ask = () =>
  call(`${endpoint.url}/invocations`, {
    headers: { 'content-type': 'application/json' },
    body: '{"inputs": [[1.0]]}',
  });

async function answerOf(version: number): Promise<unknown> {
  let answer: unknown;
  for (let tries = 0; tries < 200; tries++) {
    const reply = await ask();
    answer = reply.json();
    if (reply.headers['x-mlflow-model-version'] === String(version)) return answer;
    await sleep(200);
  }
  return answer;
}

describe('an endpoint that follows an MLflow server', () => {
  it('publishes and serves the version that an alias is set to', async () => {
    await mlflow.setAlias('wine', 'champion', '1');

    expect(await answerOf(1)).toEqual({ predictions: { Y: [[1]] } });
  });

  it('follows the alias to another one', async () => {
    await mlflow.setAlias('wine', 'champion', '2');

    expect(await answerOf(2)).toEqual({ predictions: { Y: [[2]] } });
  });

  it('refuses a webhook that MLflow did not sign, and stays where it is', async () => {
    const forged = await call(`${endpoint.webhooks?.url}/registry-events`, {
      headers: { 'content-type': 'application/json', 'x-mlflow-signature': 'v1,Zm9yZ2Vk' },
      body: '{"entity": "model_version_alias", "action": "created", "data": {}}',
    });

    expect(forged.status).toBe(401);
    expect((await ask()).headers['x-mlflow-model-version']).toBe('2');
  });
});

interface Relay {
  readonly url: string;
  close(): void;
}

/** MLflow trusts the world's certificates alone, so that its last step to the gateway's is made here. */
async function startRelay(target: string): Promise<Relay> {
  const server = createServer(async (request, response) => {
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const reply = await call(target, { headers, body: await buffer(request) });
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** SSM as moto has it, with one parameter. @returns its address */
async function startParameterStore(python: string): Promise<string> {
  const { url } = await startServer({
    command: [join(python, 'moto_server'), '-p', '{port}'],
    healthPath: '/moto-api/',
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.PutParameter',
      authorization:
        'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ Name: PARAMETER, Value: SECRET, Type: 'SecureString' }),
  });
  if (!response.ok) throw new Error(`PutParameter: ${await response.text()}`);
  return url;
}
