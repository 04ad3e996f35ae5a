import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createS3Upload } from '../helpers/s3-upload.ts';
import type { LoggedModel } from './logged-models.ts';
import { startServer } from './processes.ts';
import { REGISTRY_MODEL, type RegistriesOptions, startGuardedServer } from './registries.ts';
import { S3_KEYS, startS3Server } from './s3-server.ts';

const NAME = REGISTRY_MODEL;

interface Place {
  readonly label: string;
  readonly to: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Publish what real MLflow registered to a folder and to a real S3 server and answer from there; move
 * aliases and stages on the real server. What failed.
 */
export async function checkPublishing(options: RegistriesOptions): Promise<string[]> {
  const checks = createChecks(options.cli);
  const s3 = await startS3(options.work);
  const places: Place[] = [
    { label: 'folder', to: join(options.work, 'published'), environment: {} },
    { label: 'S3', to: 's3://published/registry', environment: s3.environment },
  ];
  for (const place of places) {
    for (const model of options.models) checkModel(checks, options, place, model);
    await checkServing(checks, options, place);
  }
  await s3.server.stop();
  await checkPromotion(checks, options);
  await checkPermissions(checks, options);
  return checks.failures;
}

type Checks = ReturnType<typeof createChecks>;

function createChecks(cli: string) {
  const failures: string[] = [];
  const expect = (label: string, actual: unknown, expected: unknown): void => {
    const isSame =
      expected instanceof RegExp
        ? expected.test(String(actual))
        : isDeepStrictEqual(actual, expected);
    const what = isSame
      ? ''
      : `\n     ${JSON.stringify(actual)}\n     expected ${expected instanceof RegExp ? expected : JSON.stringify(expected)}`;
    if (!isSame) failures.push(`${label}${what}`);
    console.log(`${isSame ? 'ok  ' : 'FAIL'} ${label}${what}`);
  };
  /** Our command line in an environment without any MLflow variable but the given ones. */
  const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const clean = Object.entries(process.env).filter(([name]) => !/^(MLFLOW|AWS)_/.test(name));
    return spawnSync(process.execPath, [cli, ...args], {
      encoding: 'utf8',
      env: { ...Object.fromEntries(clean), ...environment },
    });
  };
  return { expect, run, failures };
}

/**
 * From the tracking server, twice; then the same answer from there as from the folder that MLflow saved. A model that
 * cannot answer its own example in MLflow either is refused first.
 */
function checkModel(
  { expect, run }: Checks,
  { tracking }: RegistriesOptions,
  { label, to, environment }: Place,
  model: LoggedModel,
): void {
  const title = `publish to ${label}: ${model.name}`;
  const example = join(model.folder, 'serving_input_example.json');
  const predict = (uri: string, more: Readonly<Record<string, string>> = {}) =>
    run(['predict', '-m', uri, '-i', example], { ...environment, ...more });
  const local = predict(model.folder);
  const isAnswering = local.status === 0;
  const publish = (...more: string[]) => {
    const args = ['publish', '-m', `models:/${model.name}@champion`, '--to', to, '--json', ...more];
    const from = { ...environment, MLFLOW_TRACKING_URI: tracking.url };
    const { stdout, stderr } = run(args, from);
    return stdout === '' ? stderr : JSON.parse(stdout).outcome;
  };
  if (!isAnswering) expect(`${title}, refused`, publish(), /cannot answer its own input example/);
  const allowed = isAnswering ? [] : ['--allow-failing-example'];
  expect(title, [publish(...allowed), publish()], ['published', 'unchanged']);
  const promote = ['promote', `models:/${model.name}/1`, '--alias', 'champion', '--to', to];
  expect(`${title}, promoted`, run(promote, environment).stderr, '');
  const published = predict(`models:/${model.name}@champion`, { MLFLOW_REGISTRY_URI: to });
  expect(`${title}, answers`, [published.status, published.stdout], [local.status, local.stdout]);
  if (label !== 'folder') return;
  const asked = ['resolve', '-m', `models:/${model.name}@champion`, '--json'];
  const facts = JSON.parse(run(asked, { MLFLOW_TRACKING_URI: tracking.url }).stdout);
  expect(`${title}, resolved with its flavors`, facts.flavors.includes('onnx'), true);
  const uri = `models:/${model.name}/1`;
  const resolved = run(['resolve', '-m', uri, '--json'], { MLFLOW_REGISTRY_URI: to });
  const { source } = JSON.parse(resolved.stdout);
  const manifest = JSON.parse(readFileSync(join(source, '..', 'manifest.json'), 'utf8'));
  const { run_id, source_registry, verified, opset, flavors } = manifest;
  expect(
    `${title}, manifest`,
    [run_id, source_registry, verified.example, 'onnx' in flavors, Object.keys(opset).length > 0],
    [model.run_id, tracking.url, isAnswering ? 'passed' : 'failed', true, true],
  );
}

/** The server answers its published model as `mlflow models predict` prints it. */
async function checkServing({ expect, run }: Checks, options: RegistriesOptions, place: Place) {
  const model = options.models.find(({ name }) => name === NAME) as LoggedModel;
  const body = readFileSync(join(model.folder, 'serving_input_example.json'), 'utf8');
  const server = await startServer({
    command: [
      process.execPath,
      options.cli,
      'serve',
      '-m',
      `models:/${NAME}@champion`,
      '-p',
      '{port}',
    ],
    environment: { ...place.environment, MLFLOW_REGISTRY_URI: place.to },
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/invocations`, { method: 'POST', headers, body });
  const example = join(model.folder, 'serving_input_example.json');
  const predicted = run(['predict', '-m', model.folder, '-i', example]).stdout;
  expect(`served from ${place.label}`, JSON.parse(await answer.text()), JSON.parse(predicted));
  await server.stop();
}

async function startS3(work: string) {
  const directory = join(work, 's3');
  const server = await startS3Server(directory);
  await createS3Upload(server.url, S3_KEYS).createBucket('published');
  return { server, environment: { ...S3_KEYS, MLFLOW_S3_ENDPOINT_URL: server.url } };
}

/** Aliases and stages of a second version, on the real server. */
async function checkPromotion(
  { expect, run }: Checks,
  { tracking, models }: RegistriesOptions,
): Promise<void> {
  const serverUrl = tracking.url;
  const model = models.find(({ name }) => name === NAME) as LoggedModel;
  const second = await registerAgain(serverUrl, model);
  const promote = (version: string, ...args: string[]) =>
    run(['promote', `models:/${NAME}${version}`, '--to', serverUrl, ...args]);
  const uri = `models:/${NAME}@champion`;
  const meant = async () => [await aliasOf(serverUrl, 'champion'), await stagesOf(serverUrl)];

  expect(
    'alias moved',
    promote(`/${second}`, '--alias', 'champion').stdout,
    `${uri} means version ${second} now; it meant version 1 before\n`,
  );
  expect(
    'alias there already',
    promote(`/${second}`, '--alias', 'champion').stdout,
    `${uri} means version ${second} already\n`,
  );
  const { outcome, stage, from, to } = JSON.parse(
    promote('/2', '--stage', 'production', '--json').stdout,
  );
  expect('stage moved', [outcome, stage, from, to], ['moved', 'Production', '1', '2']);
  expect('the others of the stage are archived', await meant(), ['2', ['Archived', 'Production']]);
  expect('back to the older', promote('/1', '--stage', 'Production').status, 0);
  expect('the older is alone in the stage', await meant(), ['2', ['Production', 'Archived']]);
  expect(
    'demoted only from the version that is named',
    promote('/1', '--alias', 'champion', '--demote').stderr,
    /means version 2, not 1; nothing was changed/,
  );
  expect(
    'alias removed',
    promote('/2', '--alias', 'champion', '--demote').stdout,
    `${uri} means nothing now; it meant version 2 before\n`,
  );
  expect(
    'version taken out of its stage',
    promote('/1', '--stage', 'Production', '--demote').status,
    0,
  );
  expect('nothing is left', await meant(), [undefined, ['None', 'Archived']]);
  expect(
    'removed already',
    promote('', '--alias', 'champion', '--demote').stdout,
    `${uri} means nothing already\n`,
  );
  expect(
    'missing version',
    promote('/9', '--alias', 'champion').stderr,
    /^mlflow-serverless: model "\w+" has no version 9; its latest is 2\n$/,
  );
  const missing = run(['promote', 'models:/nothing/1', '--to', serverUrl, '--alias', 'a']);
  expect(
    'missing model',
    missing.stderr,
    'mlflow-serverless: there is no registered model "nothing"\n',
  );
  for (const alias of ['latest', 'v1']) {
    expect(
      `reserved alias ${alias}`,
      promote('/1', '--alias', alias).stderr,
      /the alias "\w+" is reserved/,
    );
  }
  expect('alias as it was', promote('/1', '--alias', 'champion').status, 0);
  expect('stage as it was', promote('/1', '--stage', 'Production').status, 0);
}

/** A user who may only read is told so. */
async function checkPermissions(
  { expect, run }: Checks,
  options: RegistriesOptions,
): Promise<void> {
  const guarded = await startGuardedServer(options.python, options.work, 'guarded-publish');
  const admin = Buffer.from('admin:interop-password').toString('base64');
  const created = await post(
    `${guarded.url}/api/2.0/mlflow/users/create`,
    { username: 'reader', password: 'reader-password' },
    { authorization: `Basic ${admin}` },
  );
  expect('a reader is made', created.ok, true);
  const promote = (username: string, password: string) =>
    run(['promote', `models:/${NAME}/1`, '--alias', 'guarded', '--to', guarded.url], {
      MLFLOW_TRACKING_USERNAME: username,
      MLFLOW_TRACKING_PASSWORD: password,
    }).stderr;
  expect(
    'a reader may not promote',
    promote('reader', 'reader-password'),
    /^mlflow-serverless: http:\S+ denies access to these credentials \(status 403\)\n$/,
  );
  expect(
    'a wrong password',
    promote('admin', 'wrong'),
    /^mlflow-serverless: http:\S+ refuses these credentials \(status 401\)\n$/,
  );
  expect('an administrator may', promote('admin', 'interop-password'), '');
  await guarded.stop();
}

const api = (serverUrl: string) => `${serverUrl}/api/2.0/mlflow`;

const post = (url: string, json: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  });

async function versionsOf(serverUrl: string) {
  const query = new URLSearchParams({ filter: `name='${NAME}'` });
  const answer = await fetch(`${api(serverUrl)}/model-versions/search?${query}`);
  const { model_versions: versions } = (await answer.json()) as {
    model_versions: { version: string; current_stage: string; source: string; run_id: string }[];
  };
  return versions.toSorted((a, b) => Number(a.version) - Number(b.version));
}

/** The files of version 1 once more. */
async function registerAgain(serverUrl: string, model: LoggedModel): Promise<string> {
  const { model_id, run_id } = model;
  const version = { name: NAME, source: `models:/${model_id}`, model_id, run_id };
  const answer = await post(`${api(serverUrl)}/model-versions/create`, version);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text).model_version.version;
}

const stagesOf = async (serverUrl: string): Promise<string[]> =>
  (await versionsOf(serverUrl)).map(({ current_stage: stage }) => stage);

async function aliasOf(serverUrl: string, alias: string): Promise<string | undefined> {
  const query = new URLSearchParams({ name: NAME, alias });
  const answer = await fetch(`${api(serverUrl)}/registered-models/alias?${query}`);
  const found = (await answer.json()) as { model_version?: { version: string } };
  return found.model_version?.version;
}
