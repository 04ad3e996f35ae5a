import { describe, expect, it } from 'vitest';
import { readAllowList } from '../../../src/artifacts/allow-list.ts';
import { parseBlobUri } from '../../../src/registry/blob-location.ts';

const HOST = 'account.blob.core.windows.net';
const check = (hosts: string | undefined, uri: string) =>
  readAllowList({ MLFLOW_SERVERLESS_ALLOWED_HOSTS: hosts }).checkContainer(parseBlobUri(uri, {}));

describe('readAllowList, of containers', () => {
  it.each([
    ['nothing', undefined],
    ['hosts and buckets only', 'mlflow.example.com,s3://models'],
    ['the container', `wasbs://models@${HOST}`],
    ['the container, as Data Lake', 'abfss://models@account.dfs.core.windows.net/'],
    ['its account', `https://${HOST}`],
    ['one of several', `wasbs://other@${HOST}, https://account.dfs.core.windows.net`],
  ])('lets one in when %s is listed', (_name, hosts) => {
    expect(() => check(hosts, `wasbs://models@${HOST}/wine`)).not.toThrow();
  });

  it.each([
    ['another container', `wasbs://models-evil@${HOST}`],
    ['another account', 'https://account2.blob.core.windows.net'],
    ['a container of another account', 'wasbs://models@account2.blob.core.windows.net'],
  ])('keeps one out when %s is listed', (_name, hosts) => {
    expect(() => check(hosts, `wasbs://models@${HOST}/wine`)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringMatching(/MLFLOW_SERVERLESS_ALLOWED_HOSTS can allow it/),
      }),
    );
  });

  it('gives the credentials of the tracking server to no account', () => {
    const { trustedOrigins } = readAllowList({
      MLFLOW_SERVERLESS_ALLOWED_HOSTS: `https://${HOST},https://mlflow.example.com`,
    });

    expect(trustedOrigins).toEqual(['https://mlflow.example.com']);
  });
});
