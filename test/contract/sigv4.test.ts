import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import { behindApiGateway, GATEWAY_REGION, type Refusal } from '../helpers/fake-api-gateway.ts';
import { sendJson } from '../helpers/fake-artifact-proxy.ts';
import { type Answer, type FakeServer, startServer } from '../helpers/fake-mlflow-server.ts';
import { FAKE_KEYS } from '../helpers/fake-s3-answers.ts';

const KEYS = {
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
};
const NAME = "vin n° 3 (l'été) *~+&=%";

/** A tracking server with one model, whose files lie behind its artifact proxy. */
const mlflow: Answer = (request, response, body) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  const route = url.pathname.replace(/^\/prod\/api\/2\.0/, '');
  const { name, path } = Object.fromEntries(url.searchParams);
  if (route.startsWith('/mlflow/registered-models/alias') && name === NAME) {
    return sendJson(response, 200, { model_version: { version: '3' } });
  }
  if (route === '/mlflow/model-versions/get-download-uri') {
    return sendJson(response, 200, { artifact_uri: 'mlflow-artifacts:/m é' });
  }
  if (route === '/mlflow/runs/get') {
    const info = { experiment_id: '1', artifact_uri: 's3://b/run' };
    return sendJson(response, 200, { run: { info } });
  }
  if (route === '/mlflow/logged-models/search') {
    const { filter } = JSON.parse(body);
    const info = { model_id: 'm-1', name: filter, source_run_id: 'r', artifact_uri: 's3://b/m' };
    return sendJson(response, 200, { models: [{ info }] });
  }
  if (route === '/mlflow-artifacts/artifacts') {
    const file = { path: "MLmodel (1)'", is_dir: false, file_size: 4 };
    return sendJson(response, 200, path === 'm é' ? { files: [file] } : {});
  }
  if (decodeURIComponent(route).endsWith("/m é/MLmodel (1)'")) return void response.end('text');
  sendJson(response, 404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no' });
};

describe('MLFLOW_TRACKING_AWS_SIGV4', () => {
  let home: string;
  let server: FakeServer;
  let attempts: (Refusal | undefined)[];
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    attempts = [];
    server = await startServer(behindApiGateway(mlflow, (attempt) => attempts[attempt - 1]));
  });
  afterEach(async () => {
    await server.close();
    await rm(home, { recursive: true });
  });

  const environment = (extra: Record<string, string | undefined> = {}) => ({
    ...KEYS,
    HOME: home,
    AWS_REGION: GATEWAY_REGION,
    MLFLOW_TRACKING_AWS_SIGV4: 'true',
    MLFLOW_TRACKING_URI: `${server.url}/prod`,
    MLFLOW_HTTP_REQUEST_TIMEOUT: '5',
    ...extra,
  });
  const resolve = (extra: Record<string, string | undefined> = {}, uri = `models:/${NAME}@best`) =>
    openRegistry(environment(extra)).resolve(uri);

  it('signs calls to the registry and to its artifact proxy', async () => {
    const { source, version } = await resolve();
    const target = join(home, 'model');
    await openArtifactStore(environment()).download(source, target);

    expect(version).toBe('3');
    expect(await readFile(join(target, "MLmodel (1)'"), 'utf8')).toBe('text');
  });

  it('signs the bodies of POST requests', async () => {
    expect(await resolve({}, 'runs:/r/name')).toMatchObject({
      name: "name = 'name'",
      source: 's3://b/m',
    });
  });

  it('sends the session token, and no password or token beside the signature', async () => {
    await resolve({
      AWS_SESSION_TOKEN: 'session/token==',
      MLFLOW_TRACKING_TOKEN: 'secret',
      MLFLOW_TRACKING_AUTH: 'plugin',
      MLFLOW_WORKSPACE: 'team',
    });

    expect(server.headers[0]).toMatchObject({
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA/),
      'x-amz-security-token': 'session/token==',
      'x-mlflow-workspace': 'team',
    });
  });

  it('signs the URL that a redirect leads to', async () => {
    const { close } = server;
    server = await startServer(
      behindApiGateway((request, response, body) => {
        if (request.url?.startsWith('/prod')) return mlflow(request, response, body);
        response.writeHead(307, { location: `/prod${request.url}` }).end();
      }),
    );
    await close();

    expect(await resolve({ MLFLOW_TRACKING_URI: server.url })).toMatchObject({ version: '3' });
  });

  it.each([
    ['AWS_DEFAULT_REGION', { AWS_REGION: undefined, AWS_DEFAULT_REGION: GATEWAY_REGION }],
    ['the profile', { AWS_REGION: undefined, AWS_PROFILE: 'work' }],
  ])('takes the region from %s', async (_name, extra) => {
    await mkdir(join(home, '.aws'));
    const profiles = `[default]\nregion = us-east-1\n[profile work]\nregion = ${GATEWAY_REGION}\n`;
    await writeFile(join(home, '.aws', 'config'), profiles);

    expect(await resolve(extra)).toMatchObject({ version: '3' });
  });

  it('says that a region is needed', async () => {
    await expect(resolve({ AWS_REGION: undefined })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('set AWS_REGION'),
    });
    expect(server.asked).toEqual([]);
  });

  it.each([
    ['unsigned', { MLFLOW_TRACKING_AWS_SIGV4: 'false' }, 'set MLFLOW_TRACKING_AWS_SIGV4=true'],
    [
      'a password',
      { MLFLOW_TRACKING_AWS_SIGV4: undefined, MLFLOW_TRACKING_TOKEN: 't' },
      'set MLFLOW_TRACKING_AWS_SIGV4=true',
    ],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' }, 'access key or session token'],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'secret access key does not fit'],
    ['another region', { AWS_REGION: 'us-east-1' }, 'or AWS_REGION is not the region'],
  ])('says what to do about %s', async (_name, extra, message) => {
    await expect(resolve(extra)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining(message),
    });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['AccessDeniedException', 'PERMISSION_DENIED', 'they need execute-api:Invoke'],
    ['MissingAuthenticationTokenException', 'TEMPORARILY_UNAVAILABLE', 'the stage of the API'],
  ])('explains %s', async (type, code, message) => {
    attempts = [{ type }];

    await expect(resolve()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(`${message}.* \\(status 403, ${type}\\)`),
    });
  });

  it.each([
    ['that had expired', { type: 'ExpiredTokenException' }],
    [
      'that came late, from a process that was frozen',
      { type: 'InvalidSignatureException', message: 'Signature expired: 2026…' },
    ],
  ])('signs again after a signature %s', async (_name, refusal) => {
    attempts = [refusal];

    expect(await resolve()).toMatchObject({ version: '3' });
  });
});
