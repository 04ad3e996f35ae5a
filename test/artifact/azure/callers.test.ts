import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../helpers/azurite.ts';
import { signedHeaders, webhookBody } from '../../helpers/signed-webhook.ts';
import {
  createKey,
  ISSUER_CA_PATH,
  makeToken,
  startTokenIssuer,
  type TokenIssuer,
} from '../../helpers/token-issuer.ts';
import { type FunctionApp, startFunctionApp, unzipFunctionApp } from './function-app.ts';
import { TIMER_IS_DUE } from './host-payloads.ts';
import { putWine } from './wine-container.ts';

const BODY = readFileSync(
  'examples/registry/models/wine/versions/2/model/serving_input_example.json',
  'utf8',
);
const SECRET = 'a secret of MLflow and this app';
const KEY = createKey('one');

let work: string;
let azurite: Azurite;
let issuer: TokenIssuer;
let wine: { uri: string; registryUri: string };
let app: FunctionApp | undefined;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'azure-'));
  unzipFunctionApp(join(work, 'app'));
  [azurite, issuer] = await Promise.all([startAzurite(), startTokenIssuer([KEY])]);
  wine = await putWine(azurite);
}, 60_000);
afterAll(async () => {
  await Promise.all([azurite?.close(), issuer?.close()]);
  rmSync(work, { recursive: true, force: true });
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

async function start(environment: Record<string, string>): Promise<FunctionApp> {
  app = await startFunctionApp(join(work, 'app'), {
    ...azurite.environment,
    NODE_EXTRA_CA_CERTS: ISSUER_CA_PATH,
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
    MLFLOW_REGISTRY_URI: wine.registryUri,
    MLFLOW_SERVERLESS_CACHE_DIR: join(work, 'cache'),
    MLFLOW_SERVERLESS_HTTP_STREAMS: 'true',
    ...environment,
  });
  return app;
}

const levelOf = ({ functions }: FunctionApp, name: string): unknown =>
  Object.values(functions.find((each) => each.name === name)?.bindings ?? {})[0]?.['authLevel'];

describe('callers with tokens', () => {
  const claims = (roles: readonly string[]) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    return { iss: issuer.issuer, aud: 'api://wine', sub: 'somebody', exp, roles };
  };
  const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    path === '/invocations'
      ? fetch(`${app?.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: BODY,
        })
      : fetch(`${app?.url}${path}`, { headers });

  it('are asked for a role of the app, whatever they ask for', async () => {
    const started = await start({
      MLFLOW_SERVERLESS_JWT_ISSUER: issuer.issuer,
      MLFLOW_SERVERLESS_JWT_AUDIENCE: 'api://wine',
      MLFLOW_SERVERLESS_JWT_ROLES: 'Wine.Score,Wine.Admin',
    });
    const bearer = (roles: readonly string[]) => ({
      authorization: `Bearer ${makeToken(KEY, claims(roles))}`,
    });

    expect(levelOf(started, 'invocations')).toBe('anonymous');
    for (const path of ['/invocations', '/ping', '/version']) {
      const nobody = await ask(path);
      expect([path, nobody.status]).toEqual([path, 401]);
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
      const other = await ask(path, bearer(['Beer.Score']));
      expect([path, other.status]).toEqual([path, 403]);
      expect([path, (await ask(path, bearer(['Wine.Admin']))).status]).toEqual([path, 200]);
    }
    const forged = makeToken(createKey('one'), claims(['Wine.Score']));
    expect((await ask('/ping', { authorization: `Bearer ${forged}` })).status).toBe(401);
  });

  it('are all refused when the issuer is forgotten', async () => {
    const started = await start({
      MLFLOW_SERVERLESS_AUTH_LEVEL: 'anonymous',
      MLFLOW_SERVERLESS_JWT_AUDIENCE: 'api://wine',
    });

    expect(levelOf(started, 'invocations')).toBe('function');
    expect((await ask('/ping')).status).toBe(500);
    expect(started.log()).toContain('MLFLOW_SERVERLESS_JWT_ISSUER is not set');
  });
});

describe('the webhooks of MLflow', () => {
  const events = (): Record<string, string> => ({
    MLFLOW_SERVERLESS_PUBLISH_TO: `${wine.uri}/followed`,
    MLFLOW_TRACKING_URI: 'http://127.0.0.1:9',
  });
  const send = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${app?.url}/registry-events`, { method: 'POST', headers, body });

  it('are taken by their signature, once', async () => {
    const started = await start({ ...events(), MLFLOW_SERVERLESS_WEBHOOK_SECRET: SECRET });
    const body = webhookBody('prompt', 'created', { name: 'greeting' });
    const headers = signedHeaders({ body, secret: SECRET, nowMs: Date.now() });

    expect(levelOf(started, 'registry-events')).toBe('anonymous');
    expect((await send(body, headers)).status).toBe(200);
    expect((await send(body, headers)).status).toBe(409);
    const forged = signedHeaders({ body, secret: 'another', nowMs: Date.now() });
    expect((await send(body, forged)).status).toBe(401);
  });

  it('are to be sent again while MLflow is away, and so is the timer', async () => {
    const started = await start({ ...events(), MLFLOW_SERVERLESS_WEBHOOK_SECRET: SECRET });
    const body = webhookBody('model_version_alias', 'created', {
      ...{ name: 'wine', alias: 'champion', version: '2' },
    });
    const headers = signedHeaders({ body, secret: SECRET, nowMs: Date.now() });

    expect((await send(body, headers)).status).toBe(503);
    await expect(started.invoke('registry-follow', TIMER_IS_DUE)).rejects.toThrow();
    expect(started.log()).toContain('the registry could not be followed');
  });

  it('are refused without a secret, and only the log says why', async () => {
    const started = await start(events());

    const response = await send('{}', {});

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('WEBHOOK_SECRET');
    expect(started.log()).toContain('MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET is not set');
  });

  it('are refused when Azure could not read the secret: the reference to it is none', async () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/webhook)';
    const started = await start({ ...events(), MLFLOW_SERVERLESS_WEBHOOK_SECRET: reference });
    const body = webhookBody('prompt', 'created', { name: 'greeting' });

    const answer = await send(body, signedHeaders({ body, secret: reference, nowMs: Date.now() }));

    expect(answer.status).toBe(500);
    expect(started.log()).toContain(
      'MLFLOW_SERVERLESS_WEBHOOK_SECRET is a reference to Key Vault that Azure could not follow',
    );
  });
});
