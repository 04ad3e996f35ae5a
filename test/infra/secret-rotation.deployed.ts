import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { openSources } from '../../src/endpoint/open-sources.ts';
import { createCredentialSource } from '../../src/http-client/aws-credentials.ts';
import { createAwsJsonClient } from '../../src/secrets/aws-json-client.ts';
import { type ServerProcess, startServer } from '../interop/processes.ts';

/** A real MLflow server with basic authentication, its password in (moto's) Secrets Manager. */
let mlflow: ServerProcess;
let moto: ServerProcess;
let work: string;
let aws: Record<string, string>;

beforeAll(async () => {
  const bin = ensurePythonEnvironment('interop');
  work = mkdtempSync(join(tmpdir(), 'rotation-'));
  const server = ['server', '--app-name', 'basic-auth', '--workers', '1', '--host', '127.0.0.1'];
  [moto, mlflow] = await Promise.all([
    startServer({
      command: [join(bin, 'moto_server'), '-p', '{port}'],
      healthPath: '/moto-api/',
    }),
    startServer({
      command: [join(bin, 'mlflow'), ...server, '--port', '{port}'],
      cwd: work,
      environment: {
        MLFLOW_BACKEND_STORE_URI: `sqlite:///${join(work, 'mlflow.db')}`,
        MLFLOW_FLASK_SERVER_SECRET_KEY: 'rotation',
        MLFLOW_AUTH_ADMIN_USERNAME: 'ann',
        MLFLOW_AUTH_ADMIN_PASSWORD: 'the-first-password',
      },
      healthPath: '/health',
    }),
  ]);
  aws = {
    HOME: work,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: moto.url,
  };
}, 300_000);
afterAll(async () => {
  await Promise.all([mlflow?.stop(), moto?.stop()]);
  rmSync(work, { recursive: true, force: true });
});

/** What an administrator of the MLflow server does. */
async function administer(method: string, route: string, password: string, body: object) {
  const answer = await fetch(`${mlflow.url}/api/2.0/mlflow/${route}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

const putSecret = (action: string, password: string) =>
  createAwsJsonClient(aws, createCredentialSource(aws)).call({
    service: 'secretsmanager',
    target: `secretsmanager.${action}`,
    region: 'eu-central-1',
    json: {
      [action === 'CreateSecret' ? 'Name' : 'SecretId']: 'mlflow',
      SecretString: JSON.stringify({ username: 'ann', password }),
    },
  });

it('goes on over a rotation of the password, without a restart', async () => {
  const source = 's3://bucket/wine';
  await putSecret('CreateSecret', 'the-first-password');
  const create = (route: string, body: object) =>
    administer('POST', route, 'the-first-password', body);
  await create('registered-models/create', { name: 'wine' });
  await create('model-versions/create', { name: 'wine', source });
  const { registry } = await openSources({
    ...aws,
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_TRACKING_USERNAME_SECRET: 'secretsmanager:mlflow#username',
    MLFLOW_TRACKING_PASSWORD_SECRET: 'secretsmanager:mlflow#password',
  });
  expect(await registry.resolve('models:/wine/1')).toMatchObject({ version: '1', source });

  await administer('PATCH', 'users/update-password', 'the-first-password', {
    username: 'ann',
    password: 'the-second-password',
    current_password: 'the-first-password',
  });
  await putSecret('PutSecretValue', 'the-second-password');

  expect(await registry.resolve('models:/wine/1')).toMatchObject({ version: '1', source });
});
