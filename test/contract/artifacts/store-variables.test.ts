import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/open-store.ts';
import { sendJson, startFakeArtifactProxy } from '../../helpers/fake-artifact-proxy.ts';
import { startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';

const MIB = 2 ** 20;
const TLS = join(import.meta.dirname, '..', 'fixtures', 'tls');

let parent: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'variables-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(parent, { recursive: true });
});

const download = (uri: string, environment: Record<string, string>) =>
  openArtifactStore(environment, { firstPauseMs: 5 }).download(uri, join(parent, 'model'));

describe('variables of S3', () => {
  async function openS3() {
    const s3 = await startFakeS3();
    closers.push(s3.close);
    s3.put('models', 'wine/model.onnx', Buffer.alloc(4 * MIB, 7));
    const environment = {
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      MLFLOW_S3_ENDPOINT_URL: s3.url,
    };
    return { s3, environment };
  }

  it.each([
    ['the defaults', {}, 1],
    ['a smaller part size', { MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: String(MIB) }, 4],
    ['a part size below the least', { MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: '1000' }, 4],
    [
      'a larger least size',
      {
        MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: String(MIB),
        MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE: String(5 * MIB),
      },
      1,
    ],
    [
      'parts switched off',
      {
        MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: String(MIB),
        MLFLOW_ENABLE_MULTIPART_DOWNLOAD: 'false',
      },
      1,
    ],
  ])('make parts: with %s', async (_name, extra, requests) => {
    const { s3, environment } = await openS3();

    await download('s3://models/wine', { ...environment, ...extra });

    expect(s3.requests.filter(({ key }) => key !== '')).toHaveLength(requests);
  });

  it('name the owner when access is denied', async () => {
    const { s3, environment } = await openS3();
    s3.setFault(() => ({ kind: 'status', status: 403, code: 'AccessDenied' }));
    const owner = { MLFLOW_S3_EXPECTED_BUCKET_OWNER: '111122223333' };

    await expect(download('s3://models/wine', { ...environment, ...owner })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('MLFLOW_S3_EXPECTED_BUCKET_OWNER'),
    });
  });

  /** A bucket for everyone behind a certificate that nobody signed. */
  async function openTls() {
    const pem = await readFile(join(TLS, 'server.pem'));
    const server = https.createServer({ key: pem, cert: pem }, (request, response) => {
      const isListing = request.url?.includes('list-type=2');
      response.end(
        isListing
          ? '<ListBucketResult><Contents><Key>m/MLmodel</Key><Size>4</Size></Contents></ListBucketResult>'
          : 'text',
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return {
      AWS_ENDPOINT_URL_S3: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION: 'unsigned',
    };
  }

  it.each([
    ['AWS_CA_BUNDLE', { AWS_CA_BUNDLE: join(TLS, 'cert.pem'), REQUESTS_CA_BUNDLE: '/nowhere' }],
    ['REQUESTS_CA_BUNDLE', { REQUESTS_CA_BUNDLE: join(TLS, 'cert.pem') }],
    ['MLFLOW_S3_IGNORE_TLS', { MLFLOW_S3_IGNORE_TLS: 'true', AWS_CA_BUNDLE: '/nowhere' }],
  ])('trust a certificate: %s', async (_name, extra) => {
    const environment = await openTls();

    await download('s3://bucket/m', { ...environment, ...(extra as Record<string, string>) });

    expect(await readFile(join(parent, 'model', 'MLmodel'), 'utf8')).toBe('text');
  });

  it('are named when a certificate is not trusted', async () => {
    await expect(download('s3://bucket/m', await openTls())).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('AWS_CA_BUNDLE'),
    });
  });
});

describe('variables of the artifact proxy', () => {
  async function openProxy(seconds?: number) {
    const proxy = await startFakeArtifactProxy();
    closers.push(proxy.close);
    proxy.put('m/MLmodel', 'text');
    proxy.intercept((url, response) => {
      if (!url.pathname.endsWith('MLmodel')) return false;
      if (seconds === undefined) sendJson(response, 503, { error_code: 'X', message: 'm' });
      return true; // else never
    });
    return { proxy, environment: { MLFLOW_TRACKING_URI: proxy.serverUrl, HOME: '/nowhere' } };
  }

  it.each([
    ['', 5],
    ['0', 1],
    ['2', 3],
  ])('MLFLOW_HTTP_REQUEST_MAX_RETRIES=%s makes %i attempts', async (retries, attempts) => {
    const { proxy, environment } = await openProxy();
    const extra = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: retries };

    await expect(
      download('mlflow-artifacts:/m', { ...environment, ...extra }),
    ).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(proxy.requests.filter(({ path }) => path.endsWith('MLmodel'))).toHaveLength(attempts);
  });

  it('MLFLOW_HTTP_REQUEST_TIMEOUT holds for the first byte of a file', async () => {
    const { environment } = await openProxy(1);
    const extra = { MLFLOW_HTTP_REQUEST_TIMEOUT: '1', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const start = performance.now();

    await expect(
      download('mlflow-artifacts:/m', { ...environment, ...extra }),
    ).rejects.toMatchObject({ message: expect.stringContaining('no answer within 1 s') });
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
