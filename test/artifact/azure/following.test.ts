import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseEndpointFile } from '../../../src/config/read-endpoint-file.ts';
import { azureParameters } from '../../../src/deploy/azure-parameters.ts';
import { type Azurite, startAzurite, TLS_CERTIFICATE } from '../../helpers/azurite.ts';
import { type KeyVault, startKeyVault } from '../../helpers/fake-key-vault.ts';
import { type FakeServer, startServer } from '../../helpers/fake-mlflow-server.ts';
import { signedHeaders, webhookBody } from '../../helpers/signed-webhook.ts';
import { type FunctionApp, startFunctionApp, unzipFunctionApp } from './function-app.ts';
import { TIMER_IS_DUE } from './host-payloads.ts';
import { putWine } from './wine-container.ts';

const BODY = readFileSync(
  'examples/registry/models/wine/versions/2/model/serving_input_example.json',
  'utf8',
);
const TOKEN = 'of-mlflow';

let work: string;
let azurite: Azurite;
let vault: KeyVault;
let mlflow: FakeServer;
let champion = '2';
let app: FunctionApp | undefined;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'azure-'));
  unzipFunctionApp(join(work, 'app'));
  mlflow = await startServer((request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const version = { name: 'wine', version: champion, source: 's', run_id: '' };
    const model = { name: 'wine', aliases: [{ alias: 'champion', version: champion }] };
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ model_version: version, registered_model: model }));
  });
  azurite = await startAzurite();
  vault = await startKeyVault();
  vault.put('token', TOKEN);
  vault.put('hook', 'of the webhook');
}, 60_000);
afterEach(() => app?.stop());
afterAll(async () => {
  await Promise.all([azurite?.close(), mlflow?.close(), vault?.close()]);
  rmSync(work, { recursive: true, force: true });
});

/** The settings that an endpoint file deploys, with the vault that stands for Azure's. */
function settingsOf(yaml: string): Record<string, string> {
  const { parameters } = azureParameters(parseEndpointFile(yaml, 'endpoint.yaml'));
  const settings = Object.entries(parameters['settings']?.value as Record<string, string>);
  return Object.fromEntries(
    settings.map(([name, value]) => [
      name,
      value.replace('https://team.vault.azure.net', vault.url),
    ]),
  );
}

it('moves the alias when MLflow’s does, and answers with the other version, by what endpoint.yaml deploys', async () => {
  const { registryUri } = await putWine(azurite);
  const started = await startFunctionApp(join(work, 'app'), {
    ...azurite.environment,
    ...vault.environment,
    NODE_EXTRA_CA_CERTS: TLS_CERTIFICATE,
    ...settingsOf(`
name: wine
model: models:/wine@champion
auth: none
refresh: { mode: push, floorSeconds: 0.01 }
registry:
  uri: ${mlflow.url}
  token: { keyVaultSecret: https://team.vault.azure.net/secrets/token }
events: { webhookSecret: { keyVaultSecret: https://team.vault.azure.net/secrets/hook } }
`),
    // What main.bicep adds.
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
    MLFLOW_REGISTRY_URI: registryUri,
    MLFLOW_SERVERLESS_PUBLISH_TO: registryUri,
    MLFLOW_SERVERLESS_AUTH_LEVEL: 'anonymous',
    MLFLOW_SERVERLESS_CACHE_DIR: join(work, 'cache'),
    MLFLOW_SERVERLESS_HTTP_STREAMS: 'true',
  });
  app = started;
  const versionNow = async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${started.url}/invocations`, {
      ...{ method: 'POST', headers, body: BODY },
    });
    return [response.status, response.headers.get('x-mlflow-model-version')];
  };
  const tell = async (body: string, secret = 'of the webhook') => {
    const headers = signedHeaders({ body, secret, nowMs: Date.now() });
    const { status } = await fetch(`${started.url}/registry-events`, {
      ...{ method: 'POST', headers, body },
    });
    return status;
  };
  expect(await versionNow()).toEqual([200, '2']);

  champion = '1';
  const data = { name: 'wine', alias: 'champion', version: '1' };
  expect(await tell(webhookBody('model_version_alias', 'created', data))).toBe(200);
  await expect.poll(versionNow, { timeout: 10_000 }).toEqual([200, '1']);

  champion = '2'; // and this webhook was lost
  await started.invoke('registry-follow', TIMER_IS_DUE);
  await expect.poll(versionNow, { timeout: 10_000 }).toEqual([200, '2']);

  // A rotation: MLflow is told of it later.
  vault.put('hook', 'the next one', { createdAtMs: Date.now() + 1000 });
  expect(await tell(webhookBody('model_version_alias', 'created', data), 'the next one')).toBe(200);
  expect(await tell(webhookBody('model_version_alias', 'created', data))).toBe(200);
  expect(await tell(webhookBody('model_version_alias', 'created', data), 'forged')).toBe(401);
});
