import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { type RecordedCall, startMlflowReplay } from '../../helpers/fake-mlflow-server.ts';
import { makeDatabase, makeFolder, openWriter, type TemporaryFolder } from './world.ts';

/** Prompts as MLflow 3.17 writes them: `greet` has version 1 and alias `prod`, `bare` has no version. */
const TAG = 'mlflow.prompt.is_prompt';
const SOURCE = 'dummy-source';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

async function folder(): Promise<TemporaryFolder> {
  const made = await makeFolder();
  closers.push(made.close);
  return made;
}

async function openDatabase(): Promise<ModelRegistry> {
  const path = join((await folder()).path, 'mlflow.db');
  await makeDatabase('mlflow.sql', path);
  const writer = openWriter(path);
  for (const name of ['greet', 'bare']) {
    writer.exec(`INSERT INTO registered_models (workspace, name) VALUES ('default', '${name}')`);
    writer.exec(
      `INSERT INTO registered_model_tags (workspace, name, key, value) VALUES ('default', '${name}', '${TAG}', 'true')`,
    );
  }
  writer.exec(
    `INSERT INTO model_versions (workspace, name, version, current_stage, source, storage_location) VALUES ('default', 'greet', 1, 'None', '${SOURCE}', '${SOURCE}')`,
  );
  writer.exec(
    `INSERT INTO model_version_tags (workspace, name, version, key, value) VALUES ('default', 'greet', 1, '${TAG}', 'true')`,
  );
  writer.exec(
    "INSERT INTO registered_model_aliases (workspace, name, alias, version) VALUES ('default', 'greet', 'prod', 1)",
  );
  writer.close();
  return openRegistry({ MLFLOW_TRACKING_URI: `sqlite:///${path}` });
}

async function openFileStore(): Promise<ModelRegistry> {
  const { path } = await folder();
  const files = {
    'greet/meta.yaml': 'name: greet\n',
    [`greet/tags/${TAG}`]: 'true',
    'greet/aliases/prod': '1',
    'greet/version-1/meta.yaml': `name: greet\nversion: '1'\ncurrent_stage: None\nsource: ${SOURCE}\n`,
    [`greet/version-1/tags/${TAG}`]: 'true',
    'bare/meta.yaml': 'name: bare\n',
    [`bare/tags/${TAG}`]: 'true',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, 'models', name)), { recursive: true });
    await writeFile(join(path, 'models', name), text);
  }
  return openRegistry({ MLFLOW_TRACKING_URI: path });
}

async function openServer(): Promise<ModelRegistry> {
  const tags = [{ key: TAG, value: 'true' }];
  const version = { name: 'greet', version: '1', current_stage: 'None', source: SOURCE, tags };
  const get = (path: string, responseJson: unknown): RecordedCall => ({
    method: 'GET',
    path: `/api/2.0/mlflow/${path}`,
    status: 200,
    responseJson,
  });
  const missing = (path: string, status: number, code: string): RecordedCall => ({
    ...get(path, undefined),
    status,
    error: { error_code: code },
  });
  const server = await startMlflowReplay([
    get('registered-models/get?name=greet', {
      registered_model: { name: 'greet', tags, aliases: [{ alias: 'prod', version: '1' }] },
    }),
    get('registered-models/get?name=bare', { registered_model: { name: 'bare', tags } }),
    get('registered-models/alias?name=greet&alias=prod', { model_version: version }),
    missing('registered-models/alias?name=greet&alias=nope', 400, 'INVALID_PARAMETER_VALUE'),
    get('registered-models/get-latest-versions?name=greet', { model_versions: [version] }),
    get('registered-models/get-latest-versions?name=greet&stages=Production', {}),
    get('registered-models/get-latest-versions?name=bare', {}),
    get('model-versions/get?name=greet&version=1', { model_version: version }),
    get('model-versions/get-download-uri?name=greet&version=1', { artifact_uri: SOURCE }),
    ...['greet&version=7', 'bare&version=1'].flatMap((query) => [
      missing(`model-versions/get?name=${query}`, 404, 'RESOURCE_DOES_NOT_EXIST'),
      missing(`model-versions/get-download-uri?name=${query}`, 404, 'RESOURCE_DOES_NOT_EXIST'),
    ]),
  ]);
  closers.push(server.close);
  return openRegistry({ MLFLOW_TRACKING_URI: server.url, HOME: '/nowhere' });
}

describe.each([
  { name: 'SQLite', open: openDatabase },
  { name: 'file store', open: openFileStore },
  { name: 'REST', open: openServer },
])('prompts in a registry: $name', ({ open }) => {
  let registry: ModelRegistry;
  beforeAll(async () => {
    registry = await open();
  });

  it.each([
    'models:/greet/1',
    'models:/greet@prod',
    'models:/greet/latest',
    'models:/greet@latest',
    'models:/greet/Production',
    'models:/greet/7',
    'models:/greet@nope',
    'models:/bare/1',
    'models:/bare/latest',
  ])('are not found as models: %s', async (uri) => {
    const name = uri.includes('greet') ? 'greet' : 'bare';

    await expect(registry.resolve(uri)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `there is no registered model "${name}": the name is that of a prompt, which cannot be served`,
    });
  });
});
