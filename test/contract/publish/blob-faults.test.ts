import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';

/** Faults that the emulator does not have: answers as Blob Storage documents them. */
describe('Blob Storage that refuses or fails', () => {
  let server: Server;
  let answers: { status: number; code?: string; headers?: Record<string, string>; body?: string }[];
  let requests: string[];
  let store: ObjectStore;

  beforeEach(async () => {
    answers = [];
    requests = [];
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`);
      const { status, code, headers = {}, body } = answers.shift() ?? { status: 500 };
      request.resume();
      response.writeHead(status, { ...headers, ...(code && { 'x-ms-error-code': code }) });
      response.end(body ?? (code && `<Error><Code>${code}</Code><Message>m</Message></Error>`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    store = await openObjectStore('wasbs://models@account.blob.core.windows.net/r', {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:${port}/account`,
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [403, 'AuthorizationPermissionMismatch', 'PERMISSION_DENIED', /Storage Blob Data Reader/],
    [403, 'AuthorizationFailure', 'PERMISSION_DENIED', /network rules/],
    [403, 'AuthenticationFailed', 'UNAUTHENTICATED', /refuses the credentials/],
    [401, 'InvalidAuthenticationInfo', 'UNAUTHENTICATED', /refuses the credentials/],
    [403, 'KeyBasedAuthenticationNotPermitted', 'PERMISSION_DENIED', /takes no account keys/],
    [404, 'ContainerNotFound', 'RESOURCE_DOES_NOT_EXIST', /no such container/],
    [409, 'BlobArchived', 'PERMISSION_DENIED', /archived/],
  ])('says after %i %s what is wrong, and asks once', async (status, code, error, message) => {
    answers = [{ status, code }];

    const failure = await store.read('a.json').catch((thrown: unknown) => thrown);

    expect(failure).toMatchObject({ code: error, message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('c2VjcmV0');
    expect(requests).toHaveLength(1);
  });

  it('names the role that writing takes', async () => {
    answers = [{ status: 403, code: 'AuthorizationPermissionMismatch' }];

    const write = store.write('a.json', Buffer.from('{}'), { ifAbsent: true });

    await expect(write).rejects.toThrow(/Storage Blob Data Contributor/);
  });

  it('asks again after a failure that may pass, and waits as it is told', async () => {
    answers = [
      { status: 503, code: 'ServerBusy', headers: { 'retry-after': '1' } },
      { status: 500, code: 'InternalError' },
      { status: 200, headers: { etag: '"1"', 'content-length': '4' }, body: 'text' },
    ];
    const started = performance.now();

    const found = await store.read('a.json');

    expect(Buffer.from(found?.bytes ?? []).toString()).toBe('text');
    expect(requests).toHaveLength(3);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it('gives up on one that keeps failing', async () => {
    answers = Array.from({ length: 9 }, () => ({ status: 503, code: 'ServerBusy' }));

    await expect(store.read('a.json')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(requests).toHaveLength(5);
  });

  it('does not take half of an object for the whole', async () => {
    const half = { status: 200, headers: { 'content-length': '10', etag: '"1"' }, body: 'text' };
    answers = Array.from({ length: 9 }, () => half);
    server.on('request', ({ socket }) => void setTimeout(() => socket.destroy(), 50));

    await expect(store.read('a.json')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });

  it('does not quote a connection string that it cannot read', async () => {
    const open = openObjectStore('wasbs://models@account.blob.core.windows.net/r', {
      AZURE_STORAGE_CONNECTION_STRING: 'AccountKey=c2VjcmV0',
    });

    await expect(open).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        /^AZURE_STORAGE_CONNECTION_STRING cannot be read(?!.*c2VjcmV0)/,
      ),
    });
  });

  it('says that nobody is there', async () => {
    const gone = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await gone;

    await expect(store.read('a.json')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('connection refused'),
    });
  });
});
