import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/open-store.ts';
import {
  type FakeArtifactProxy,
  sendJson,
  startFakeArtifactProxy,
} from '../../helpers/fake-artifact-proxy.ts';
import { describeArtifactStore, expectFiles } from '../artifact-store.suite.ts';

const setup = (toUri: (proxy: FakeArtifactProxy, path: string) => string) => async () => {
  const proxy = await startFakeArtifactProxy();
  return {
    open: (policy = {}) =>
      openArtifactStore({ MLFLOW_TRACKING_URI: proxy.serverUrl }, { firstPauseMs: 5, ...policy }),
    emptyUri: httpUri(proxy, '1/models/none'),
    close: () => proxy.close(),
    async populate(folder: string, files: Readonly<Record<string, Uint8Array | string>>) {
      for (const [path, content] of Object.entries(files)) {
        proxy.put(`1/models/${folder}/artifacts/${path}`, content);
      }
      return toUri(proxy, `1/models/${folder}/artifacts`);
    },
  };
};

const httpUri = (proxy: FakeArtifactProxy, path: string) =>
  `${proxy.serverUrl}/api/2.0/mlflow-artifacts/artifacts/${path}`;

describeArtifactStore('artifact proxy, http: URI', setup(httpUri));
describeArtifactStore(
  'artifact proxy, mlflow-artifacts: URI',
  setup((_, path) => `mlflow-artifacts:/${path}`),
);

describe('the artifact proxy', () => {
  let proxy: FakeArtifactProxy;
  let parent: string;
  beforeEach(async () => {
    proxy = await startFakeArtifactProxy();
    proxy.put('m/MLmodel', 'flavors: {}\n');
    proxy.put('m/data/model.onnx', Buffer.alloc(100_000, 1));
    parent = await mkdtemp(join(tmpdir(), 'proxy-'));
  });
  afterEach(async () => {
    await proxy.close();
    await rm(parent, { recursive: true });
  });

  const target = () => join(parent, 'model');
  const download = (uri: string, extra: Record<string, string> = {}) =>
    openArtifactStore(
      { MLFLOW_TRACKING_URI: proxy.serverUrl, ...extra },
      { firstPauseMs: 5, idleTimeoutMs: 200 },
    ).download(uri, target());

  it('sends the credentials of the tracking server with every call', async () => {
    await download('mlflow-artifacts:/m', { MLFLOW_TRACKING_TOKEN: 'secret' });

    expect(proxy.requests.length).toBe(4);
    expect(new Set(proxy.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    );
  });

  it.each<{ name: string; answer: (response: ServerResponse) => void }>([
    {
      name: 'breaks off',
      answer: (response) => {
        response.setHeader('content-length', 100_000);
        response.write(Buffer.alloc(5_000, 1), () => response.destroy());
      },
    },
    {
      name: 'ends early without an announced length',
      answer: (response) => void response.end(Buffer.alloc(5_000, 1)),
    },
    {
      name: 'stands still',
      answer: (response) => {
        response.setHeader('content-length', 100_000);
        response.write(Buffer.alloc(5_000, 1));
      },
    },
    { name: 'is unavailable', answer: (response) => sendJson(response, 503, {}) },
  ])('is asked again for a file when it $name', async ({ answer }) => {
    proxy.intercept((url, response, attempt) => {
      const isMine = url.pathname.endsWith('model.onnx') && attempt === 1;
      if (isMine) answer(response);
      return isMine;
    });

    await download('mlflow-artifacts:/m');

    await expectFiles(target(), {
      MLmodel: 'flavors: {}\n',
      'data/model.onnx': Buffer.alloc(100_000, 1),
    });
  });

  it('explains the answer of a server that serves no artifacts', async () => {
    proxy.intercept((_, response) => {
      response.writeHead(503, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        'Endpoint disabled due to the mlflow server running with `--no-serve-artifacts`',
      );
      return true;
    });

    await expect(download('mlflow-artifacts:/m')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('--serve-artifacts'),
    });
  });

  it.each([
    { name: 'leaves the folder', files: [{ path: '../evil', is_dir: false, file_size: 1 }] },
    { name: 'is absolute', files: [{ path: '/etc/passwd', is_dir: false, file_size: 1 }] },
    { name: 'climbs as a folder', files: [{ path: '..', is_dir: true }] },
  ])('is refused when a listed path $name', async ({ files }) => {
    proxy.intercept((_, response) => {
      sendJson(response, 200, { files });
      return true;
    });

    await expect(download('mlflow-artifacts:/m')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });

    expect(await readdir(parent)).toEqual([]);
  });

  it('ends when a folder lists itself for ever', async () => {
    proxy.intercept((_, response) => {
      sendJson(response, 200, { files: [{ path: 'again', is_dir: true }] });
      return true;
    });

    await expect(download('mlflow-artifacts:/m')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('32 deep'),
    });
  });

  it.each([
    { name: 'a login page', status: 200, code: 'TEMPORARILY_UNAVAILABLE' },
    { name: '401', status: 401, code: 'UNAUTHENTICATED' },
    { name: '403', status: 403, code: 'PERMISSION_DENIED' },
  ])('reports $name', async ({ status, code }) => {
    proxy.intercept((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<html>');
      return true;
    });

    await expect(download('mlflow-artifacts:/m')).rejects.toMatchObject({ code });
  });
});
