import { describe, expect, it } from 'vitest';
import { formatBlobUri, isBlobUri, parseBlobUri } from '../../../src/registry/blob-location.ts';

const HOST = 'account.blob.core.windows.net';
const EMULATOR = {
  AZURE_STORAGE_CONNECTION_STRING:
    'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;',
};

describe('parseBlobUri', () => {
  it.each([
    [`wasbs://models@${HOST}/wine/1`, 'models', 'wine/1'],
    [`wasbs://models@${HOST}/`, 'models', ''],
    [`wasbs://models@${HOST}`, 'models', ''],
    [`wasbs://models@${HOST}/a%20b/é/`, 'models', 'a%20b/é'], // MLflow does not decode it
    ['abfss://models@account.dfs.core.windows.net/a%20b', 'models', 'a b'], // and decodes this
    ['https://account.blob.core.windows.net/models/a%20b/c%2Fd', 'models', 'a b/c/d'],
    ['https://account.dfs.core.windows.net/models/x', 'models', 'x'],
    [`WASBS://$web@${HOST}/x`, '$web', 'x'],
  ])('reads %s', (uri, container, key) => {
    expect(isBlobUri(uri, {})).toBe(true);
    expect(parseBlobUri(uri, {})).toEqual({
      accountUrl: `https://${HOST}`,
      host: HOST,
      container,
      key,
    });
  });

  it.each([
    ['wasbs://models@account.blob.core.chinacloudapi.cn/x'],
    ['https://account.blob.core.usgovcloudapi.net/models/x'],
    ['https://account.z12.blob.storage.azure.net/models/x'],
    ['https://account.privatelink.blob.core.windows.net/models/x'],
  ])('knows the other clouds: %s', (uri) => {
    expect(parseBlobUri(uri, {})).toMatchObject({ container: 'models', key: 'x' });
  });

  it.each([
    ['another host', 'wasbs://models@blob.core.windows.net.evil.example/x'],
    ['no container', `wasbs://${HOST}/models/x`],
    ['a host that ends alike', 'https://evil.example/account.blob.core.windows.net'],
    ['steps', `wasbs://models@${HOST}/a/../b`],
    ['encoded steps', 'abfss://models@account.dfs.core.windows.net/a/%2e%2e/b'],
    ['a broken encoding', 'abfss://models@account.dfs.core.windows.net/%zz'],
    ['a signature', `https://${HOST}/models/x?sig=topsecret`],
    ['a port', `https://${HOST}:8443/models/x`],
    ['plain http', `http://${HOST}/models/x`],
  ])('refuses %s, without a word of what comes after a question mark', (_name, uri) => {
    const read = () => parseBlobUri(uri, {});

    expect(read).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringMatching(/use wasbs:\/\//),
      }),
    );
    expect(read).not.toThrow(/topsecret/);
  });

  it.each([
    'in',
    'Models',
    'two--hyphens',
    'a'.repeat(64),
  ])('says what is wrong with the container "%s"', (container) => {
    const message = `"${container}" has not 3 to 63 lower-case letters and digits`;

    expect(() => parseBlobUri(`wasbs://${container}@${HOST}/x`, {})).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('goes where the connection string says', () => {
    const location = parseBlobUri(`wasbs://models@${HOST}/x`, EMULATOR);

    expect(location.accountUrl).toBe('http://127.0.0.1:10000/devstoreaccount1');
    const direct = 'http://127.0.0.1:10000/devstoreaccount1/models/a%20b';
    expect(isBlobUri(direct, {})).toBe(false);
    expect(isBlobUri(direct, EMULATOR)).toBe(true);
    expect(formatBlobUri(parseBlobUri(direct, EMULATOR))).toBe(
      'wasbs://models@devstoreaccount1.blob.core.windows.net/a b',
    );
  });

  it('has one text for one place', () => {
    const texts = [
      `https://${HOST}/models/a%20b/`,
      'abfss://models@account.dfs.core.windows.net/a b',
      `wasbs://models@${HOST}/a b`,
    ].map((uri) => formatBlobUri(parseBlobUri(uri, {})));

    expect(new Set(texts)).toEqual(new Set([`wasbs://models@${HOST}/a b`]));
  });
});
