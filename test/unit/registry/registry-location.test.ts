import { describe, expect, it } from 'vitest';
import { findRegistry, findTracking } from '../../../src/registry/registry-location.ts';

const CWD = '/nowhere/at/all';
const find = (MLFLOW_TRACKING_URI: string) => findRegistry({ MLFLOW_TRACKING_URI }, CWD);

describe('findRegistry', () => {
  it.each([
    ['http://h:5000', { kind: 'rest', serverUrl: 'http://h:5000' }],
    ['https://h/prefix/', { kind: 'rest', serverUrl: 'https://h/prefix/' }],
    ['sqlite:///mlflow.db', { kind: 'sqlite', path: '/nowhere/at/all/mlflow.db' }],
    ['sqlite:////srv/mlflow.db', { kind: 'sqlite', path: '/srv/mlflow.db' }],
    ['sqlite+pysqlite:////srv/a.db?timeout=3', { kind: 'sqlite', path: '/srv/a.db' }],
    ['./mlruns', { kind: 'folder', path: '/nowhere/at/all/mlruns' }],
    ['/srv/mlruns', { kind: 'folder', path: '/srv/mlruns' }],
    ['file:///srv/ml%20runs', { kind: 'folder', path: '/srv/ml runs' }],
    ['file:mlruns', { kind: 'folder', path: '/nowhere/at/all/mlruns' }],
    ['s3://bucket/prefix', { kind: 'objects', uri: 's3://bucket/prefix' }],
    [
      'https://account.blob.core.windows.net/models/registry',
      { kind: 'objects', uri: 'https://account.blob.core.windows.net/models/registry' },
    ],
    [
      'wasbs://models@account.blob.core.windows.net',
      { kind: 'objects', uri: 'wasbs://models@account.blob.core.windows.net' },
    ],
  ])('reads %s', (uri, expected) => {
    expect(find(uri)).toEqual(expected);
  });

  it.each([
    'databricks',
    'databricks://profile',
    'databricks-uc',
    'uc:http://h',
    'postgresql://u:secret@h/d',
    'arn:aws:sagemaker:x',
    'azureml://x',
  ])('says that %s needs an MLflow server in front of it', (uri) => {
    expect(() => find(uri)).toThrow(
      expect.objectContaining({
        code: 'NOT_IMPLEMENTED',
        message: expect.stringMatching(
          /^MLFLOW_TRACKING_URI names a registry of kind "[a-z-]+", (?!.*secret)/,
        ),
      }),
    );
  });

  it.each(['http://', 'sqlite://', 'sqlite:///:memory:', 'file://host/x'])('refuses %s', (uri) => {
    expect(() => find(uri)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }));
  });

  it.each([
    'localhost:5000',
    '127.0.0.1:5000/',
    'mlflow.example:443/base',
  ])('asks whether http:// is missing before %s', (uri) => {
    expect(() => find(uri)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: `MLFLOW_TRACKING_URI is a host and a port: is http:// (or https://) missing before ${uri}?`,
      }),
    );
  });

  it('prefers the registry to the tracking store, and asks the latter for runs', () => {
    const environment = { MLFLOW_REGISTRY_URI: 's3://b/p', MLFLOW_TRACKING_URI: 'http://h' };

    expect(findRegistry(environment, CWD)).toEqual({ kind: 'objects', uri: 's3://b/p' });
    expect(findTracking(environment, CWD)).toEqual({ kind: 'rest', serverUrl: 'http://h' });
  });

  it('teaches what to set when there is nothing', () => {
    expect(() => findRegistry({}, CWD)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message:
          'no model registry is configured and there is neither ./mlflow.db nor ./mlruns; set MLFLOW_TRACKING_URI (or MLFLOW_REGISTRY_URI) to an http(s) URL, sqlite:///<file>, a folder, s3://<bucket>/<prefix> or wasbs://<container>@<account>.blob.core.windows.net/<prefix>',
      }),
    );
  });
});
