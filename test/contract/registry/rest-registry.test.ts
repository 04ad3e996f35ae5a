import type { ServerResponse } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import {
  type Answer,
  type FakeServer,
  type RecordedCall,
  startMlflowReplay,
  startServer,
} from '../../helpers/fake-mlflow-server.ts';
import { describeModelRegistry } from '../model-registry.suite.ts';
import { mlflowSourceOf, readFixture, readIds } from './world.ts';

const QUICK = {
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
  MLFLOW_HTTP_REQUEST_TIMEOUT: '5',
  HOME: '/nowhere',
};

describeModelRegistry('REST', async () => {
  const { server: ids } = await readIds();
  const server = await startMlflowReplay(JSON.parse(await readFixture('server.json')));
  const root = `${server.url}/api/2.0/mlflow-artifacts/artifacts`;
  return {
    registry: openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: server.url }),
    sourceOf: mlflowSourceOf(ids),
    tracked: { ...ids, proxiedSource: `${root}/7/models/${ids.proxied}/artifacts` },
    close: server.close,
  };
});

let running: FakeServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe('REST registry: the transcript of MLflow 3.11', () => {
  let calls: RecordedCall[];
  beforeAll(async () => {
    const text = await readFixture('rest-transcript.json');
    calls = JSON.parse(text.replaceAll('{MODEL_ID_1}', 'm-1').replaceAll('{RUN_ID_1}', 'run1'));
  });

  /** The server as it was before call `count` of the transcript. */
  async function openAt(count: number, path = '') {
    running = await startMlflowReplay(calls.slice(0, count));
    return openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: `${running.url}${path}` });
  }
  const files = () => `${running?.url}/api/2.0/mlflow-artifacts/artifacts/1/models/m-1/artifacts`;

  it('takes the download URI of a version that was registered from a logged model', async () => {
    const registry = await openAt(63);

    expect(await registry.resolve('models:/iris/1')).toEqual({
      name: 'iris',
      version: '1',
      source: files(),
      tags: {},
      runId: 'run1',
    });
  });

  it('asks twice for an alias, and for nothing it does not need', async () => {
    const registry = await openAt(63);

    expect(await registry.resolve('models:/iris@champion')).toMatchObject({ source: files() });
    expect(running?.asked).toEqual([
      'GET /api/2.0/mlflow/registered-models/alias?name=iris&alias=champion',
      'GET /api/2.0/mlflow/model-versions/get-download-uri?name=iris&version=1',
    ]);
  });

  it('says that the alias is missing though MLflow answers 400', async () => {
    const registry = await openAt(63);

    await expect(registry.resolve('models:/iris@nope')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'model "iris" has no alias "nope"; it has: champion',
    });
    await expect(registry.resolve('models:/nope@x')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'there is no registered model "nope"',
    });
  });

  it('no longer finds a version that was deleted', async () => {
    const registry = await openAt(68);

    await expect(registry.resolve('models:/iris/9')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'model "iris" has no version 9',
    });
  });

  it('resolves a logged model and a run', async () => {
    const registry = await openAt(68);

    expect(await registry.resolve('models:/m-1')).toMatchObject({ name: 'm', version: 'm-1' });
    expect(await registry.resolve('runs:/run1/m/sub')).toMatchObject({
      version: 'm-1',
      source: `${files()}/sub`,
    });
  });

  it('keeps the path prefix of the server for its API and for its artifacts', async () => {
    const prefixed = calls.map((call) => ({ ...call, path: `/ml/flow${call.path}` }));
    running = await startMlflowReplay(prefixed);
    const registry = openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: `${running.url}/ml/flow/` });

    expect(await registry.resolve('models:/iris@champion')).toMatchObject({
      source: files().replace('/api', '/ml/flow/api'),
    });
  });

  it('explains a path that is not the API, from the page of the server', async () => {
    const registry = await openAt(68, '/wrong');

    await expect(registry.resolve('models:/iris/1')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining("status 404 without MLflow's JSON"),
    });
  });
});

describe('REST registry: locations that lead on', () => {
  const uris = new Map<string, string>();
  const open = async () => {
    running = await startServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const name = url.searchParams.get('name') ?? '';
      const answer = url.pathname.endsWith('get-download-uri')
        ? { artifact_uri: uris.get(name) }
        : url.pathname.includes('/logged-models/')
          ? { model: { info: { model_id: 'm-9', name: 'nine', artifact_uri: uris.get('m-9') } } }
          : { model_version: { name, version: '1' } };
      json(response, 200, answer);
    });
    return openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: running.url });
  };

  it('follows a version to the logged model it was made of', async () => {
    uris.set('a', 'models:/m-9').set('m-9', 's3://bucket/nine');
    const registry = await open();

    expect(await registry.resolve('models:/a/1')).toEqual({
      name: 'a',
      version: '1',
      source: 's3://bucket/nine',
      tags: {},
    });
  });

  it('follows a copied version to the one it was copied from', async () => {
    uris.set('copy', 'models:/a/1').set('a', 's3://bucket/a');
    const registry = await open();

    expect(await registry.resolve('models:/copy/1')).toMatchObject({ source: 's3://bucket/a' });
  });

  it('gives up on a circle', async () => {
    uris.set('a', 'models:/b/1').set('b', 'models:/a/1');
    const registry = await open();

    await expect(registry.resolve('models:/a/1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('more than 5 times'),
    });
  });

  it.each([
    ['mlflow-artifacts:/1/a b/artifacts', '/api/2.0/mlflow-artifacts/artifacts/1/a%20b/artifacts'],
    ['mlflow-artifacts:///1/artifacts', '/api/2.0/mlflow-artifacts/artifacts/1/artifacts'],
    ['mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts'],
  ])('makes %s the URL of the proxy', async (location, path) => {
    uris.set('a', location);
    const registry = await open();

    expect((await registry.resolve('models:/a/1')).source).toBe(`${running?.url}${path}`);
  });

  it('takes host and port of a proxy from the location', async () => {
    uris.set('a', 'mlflow-artifacts://files.example:8443/1/artifacts');
    const registry = await open();

    expect((await registry.resolve('models:/a/1')).source).toBe(
      'http://files.example:8443/api/2.0/mlflow-artifacts/artifacts/1/artifacts',
    );
  });

  it.each([
    'mlflow-artifacts:/1/../../x',
    'mlflow-artifacts:/1/%2e%2E/x',
  ])('refuses %s, which climbs out of the proxy', async (location) => {
    uris.set('a', location);
    const registry = await open();

    await expect(registry.resolve('models:/a/1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });
});

describe('REST registry: pages', () => {
  it('reads on until it finds the model of the run', async () => {
    const models = (run: string) => [
      {
        info: {
          model_id: `m-${run}`,
          name: 'm',
          source_run_id: run,
          artifact_uri: `s3://b/${run}`,
        },
      },
    ];
    running = await startServer((request, response, body) => {
      if (request.url?.includes('/runs/get')) {
        const info = { experiment_id: '1', artifact_uri: 's3://b/run' };
        return json(response, 200, { run: { info } });
      }
      const page = JSON.parse(body).page_token;
      if (page === undefined)
        return json(response, 200, { models: models('r1'), next_page_token: 'p2' });
      return json(response, 200, { models: models('r2') });
    });
    const registry = openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: running.url });

    expect(await registry.resolve('runs:/r2/m')).toMatchObject({ source: 's3://b/r2' });
    expect(await registry.resolve('runs:/r3/m')).toMatchObject({ source: 's3://b/run/m' });
  });

  it('takes the artifacts of the run from a server before MLflow 3', async () => {
    running = await startServer((request, response) => {
      if (!request.url?.includes('/runs/get')) {
        response.writeHead(404, { 'content-type': 'text/html' });
        response.end('<title>404 Not Found</title>');
        return;
      }
      json(response, 200, { run: { info: { experiment_id: '1', artifact_uri: 's3://b/run' } } });
    });
    const registry = openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: running.url });

    expect(await registry.resolve('runs:/r1/model')).toMatchObject({ source: 's3://b/run/model' });
  });
});

describe('REST registry: who asks', () => {
  const ok: Answer = (_request, response) =>
    json(response, 200, { artifact_uri: 's3://b/p', model_version: { version: '1' } });

  async function headersWith(environment: Record<string, string>, prefix = '') {
    running = await startServer(ok);
    const uri = running.url.replace('http://', `http://${prefix}`);
    await openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: uri, ...environment }).resolve(
      'models:/a/1',
    );
    return running.headers[0];
  }
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  it('sends user and password rather than the token', async () => {
    const headers = await headersWith({
      MLFLOW_TRACKING_USERNAME: 'ann',
      MLFLOW_TRACKING_PASSWORD: 'pä:ss',
      MLFLOW_TRACKING_TOKEN: 'token',
    });

    expect(headers?.authorization).toBe(basic('ann:pä:ss'));
  });

  it('sends the token when there is no pair', async () => {
    const headers = await headersWith({
      MLFLOW_TRACKING_USERNAME: 'ann',
      MLFLOW_TRACKING_TOKEN: 'token',
    });

    expect(headers?.authorization).toBe('Bearer token');
  });

  it('takes user and password out of the URI', async () => {
    const headers = await headersWith({}, 'ann:p%40ss@');

    expect(headers?.authorization).toBe(basic('ann:p@ss'));
  });

  it('names the workspace', async () => {
    const headers = await headersWith({ MLFLOW_WORKSPACE: ' team-a ' });

    expect(headers?.['x-mlflow-workspace']).toBe('team-a');
  });

  it.each([
    ['a Python plugin', { MLFLOW_TRACKING_AUTH: 'plugin' }, 'NOT_IMPLEMENTED'],
    ['a flag that is none', { MLFLOW_TRACKING_INSECURE_TLS: 'maybe' }, 'INVALID_PARAMETER_VALUE'],
    ['a time-out that is none', { MLFLOW_HTTP_REQUEST_TIMEOUT: 'soon' }, 'INVALID_PARAMETER_VALUE'],
    [
      'TLS settings that exclude each other',
      { MLFLOW_TRACKING_INSECURE_TLS: '1', MLFLOW_TRACKING_SERVER_CERT_PATH: '/x' },
      'INVALID_PARAMETER_VALUE',
    ],
  ])('refuses %s', async (_name, environment, code) => {
    await expect(headersWith(environment)).rejects.toMatchObject({ code });
  });
});

describe('REST registry: servers that fail', () => {
  const open = async (answer: Answer, environment: Record<string, string> = {}) => {
    running = await startServer(answer);
    const uri = running.url.replace('http://', 'http://ann:secret@');
    return openRegistry({ ...QUICK, MLFLOW_TRACKING_URI: uri, ...environment });
  };
  const page =
    (status: number, text: string, type = 'text/html'): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(text);
    };

  it.each([
    [
      'refuses the password',
      page(401, 'You are not authenticated', 'text/plain'),
      'UNAUTHENTICATED',
      'status 401',
    ],
    [
      'denies access',
      page(403, 'Permission denied', 'text/plain'),
      'PERMISSION_DENIED',
      'status 403',
    ],
    [
      'shows a login page',
      page(200, '<html>login</html>'),
      'TEMPORARILY_UNAVAILABLE',
      "text/html, not MLflow's JSON",
    ],
    [
      'is behind a failing proxy',
      page(502, '<html>bad gateway</html>'),
      'TEMPORARILY_UNAVAILABLE',
      'status 502',
    ],
    [
      'answers JSON of something else',
      page(200, '{"hello": 1}', 'application/json'),
      'TEMPORARILY_UNAVAILABLE',
      "not MLflow's",
    ],
    [
      'answers a list',
      page(200, '[]', 'application/json'),
      'TEMPORARILY_UNAVAILABLE',
      "not MLflow's",
    ],
    [
      'redirects in a circle',
      redirect('/'),
      'TEMPORARILY_UNAVAILABLE',
      'redirects more than 5 times',
    ],
    ['cuts its answer off', cut, 'TEMPORARILY_UNAVAILABLE', 'broke off its answer'],
    [
      'hangs up',
      (request) => void request.socket.destroy(),
      'TEMPORARILY_UNAVAILABLE',
      'the connection was cut',
    ],
  ] as [
    string,
    Answer,
    string,
    string,
  ][])('explains a server that %s', async (_name, answer, code, message) => {
    const registry = await open(answer);

    const error = registry.resolve('models:/a@b');

    await expect(error).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(error).rejects.not.toMatchObject({
      message: expect.stringMatching(/secret|ann:/),
    });
  });

  it('says that nobody listens', async () => {
    const registry = await open(page(200, ''));
    await running?.close();
    running = undefined;

    await expect(registry.resolve('models:/a/1')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('connection refused; is the server running?'),
    });
  });

  it('gives up at the deadline, whatever the number of attempts', async () => {
    const registry = await open(() => {}, { MLFLOW_HTTP_REQUEST_TIMEOUT: '1' });
    const start = performance.now();

    await expect(registry.resolve('models:/a/1')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('no answer within 1 s'),
    });
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

function redirect(location: string): Answer {
  return (_request, response) => {
    response.writeHead(302, { location });
    response.end();
  };
}

function cut(_request: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{"a":');
  setTimeout(() => response.destroy(), 5);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
