import { describe, expect, it } from 'vitest';
import { parseModelUri, suggestForms, suggestRegistered } from '../../../src/registry/model-uri.ts';

describe('parseModelUri', () => {
  it.each([
    ['models:/wine/3', { kind: 'version', name: 'wine', version: '3' }],
    ['models:/wine/007', { kind: 'version', name: 'wine', version: '007' }],
    ['models:/123/4', { kind: 'version', name: '123', version: '4' }],
    ['models:/wine/latest', { kind: 'latest', name: 'wine' }],
    ['models:/wine/LaTeSt', { kind: 'latest', name: 'wine' }],
    ['models:/wine/production', { kind: 'stage', name: 'wine', stage: 'production' }],
    ['models:/wine/-1', { kind: 'stage', name: 'wine', stage: '-1' }],
    ['models:/wine@champion', { kind: 'alias', name: 'wine', alias: 'champion' }],
    ['models:/a@b@c', { kind: 'alias', name: 'a@b', alias: 'c' }],
    ['models:/a@b/3', { kind: 'version', name: 'a@b', version: '3' }],
    ['models:/wine@latest', { kind: 'alias', name: 'wine', alias: 'latest' }],
    ['models:/m-0123', { kind: 'logged-model', modelId: 'm-0123' }],
    ['models:/anything', { kind: 'logged-model', modelId: 'anything' }],
    ['models:///wine/3', { kind: 'version', name: 'wine', version: '3' }],
    ['models:////wine/3', { kind: 'version', name: 'wine', version: '3' }],
    ['MODELS:/wine/3', { kind: 'version', name: 'wine', version: '3' }],
    ['models:/wine/3?x=1', { kind: 'version', name: 'wine', version: '3' }],
    ['models:/wi#ne/3', { kind: 'version', name: 'wi#ne', version: '3' }],
    ['models:/a%20b/3', { kind: 'version', name: 'a%20b', version: '3' }],
    ['models:/vin n° 3/1', { kind: 'version', name: 'vin n° 3', version: '1' }],
    ['  models:/wine/\t3\n', { kind: 'version', name: 'wine', version: '3' }],
    ['runs:/abc/model', { kind: 'run', runId: 'abc', path: 'model' }],
    ['runs:/abc/a/b/', { kind: 'run', runId: 'abc', path: 'a/b' }],
    ['runs:/abc/a#b', { kind: 'run', runId: 'abc', path: 'a' }],
    ['runs:/abc', { kind: 'run', runId: 'abc', path: '' }],
    ['model/wine', { kind: 'files', name: 'wine', source: 'model/wine' }],
    ['./wine/', { kind: 'files', name: 'wine', source: './wine/' }],
    ['.', { kind: 'files', name: 'model', source: '.' }],
    ['/srv/models/wine', { kind: 'files', name: 'wine', source: '/srv/models/wine' }],
    ['file:///srv/wine', { kind: 'files', name: 'wine', source: 'file:///srv/wine' }],
    ['s3://bucket/a/wine', { kind: 'files', name: 'wine', source: 's3://bucket/a/wine' }],
    ['s3://bucket', { kind: 'files', name: 'bucket', source: 's3://bucket' }],
    [
      'wasbs://c@account.blob.core.windows.net/a/wine',
      { kind: 'files', name: 'wine', source: 'wasbs://c@account.blob.core.windows.net/a/wine' },
    ],
    [
      'abfss://c@account.dfs.core.windows.net/a/wine/',
      { kind: 'files', name: 'wine', source: 'abfss://c@account.dfs.core.windows.net/a/wine/' },
    ],
    [
      'https://account.blob.core.windows.net/c/a/wine',
      { kind: 'files', name: 'wine', source: 'https://account.blob.core.windows.net/c/a/wine' },
    ],
    ['mlflow-artifacts:/1/m', { kind: 'files', name: 'm', source: 'mlflow-artifacts:/1/m' }],
    [
      'https://h/p/api/2.0/mlflow-artifacts/artifacts/1/m',
      { kind: 'files', name: 'm', source: 'https://h/p/api/2.0/mlflow-artifacts/artifacts/1/m' },
    ],
  ])('reads %j', (text, expected) => {
    expect(parseModelUri(text)).toEqual(expected);
  });

  it.each([
    ['', 'the model URI is empty; a model URI is models:/<name>/<version>, '],
    ['models:/', 'lacks a model name'],
    ['models:/ /3', 'lacks a model name'],
    ['models:/@a', 'lacks a model name before "@"'],
    ['models:/wine@', 'lacks an alias after "@"'],
    ['models:/wine@ ?x', 'lacks an alias after "@"'],
    ['models:/wine/', 'lacks a version after the slash'],
    ['models:/wine/3/MLmodel', 'has more than a name and a version'],
    ['models:wine/3', 'lacks the slash after "models:"; did you mean "models:/wine/3"?'],
    ['models://wine/3', 'has one slash too many; did you mean "models:/wine/3"?'],
    ['model:/wine/3', 'is not a model URI; did you mean "models:/wine/3"?'],
    ['modles:/wine@a', 'is not a model URI; did you mean "models:/wine@a"?'],
    ['run:/abc/m', 'is not a model URI; did you mean "runs:/abc/m"?'],
    ['runs:abc/m', 'lacks the slash after "runs:"; did you mean "runs:/abc/m"?'],
    ['runs://abc/m', 'did you mean "runs:/abc/m"?'],
    ['runs:/', 'lacks a run id'],
    ['what:/ever', 'is not a model URI; a model URI is models:/<name>/<version>'],
    ['https://example.com/model', 'is no model directory: an http(s) URL must lead to '],
  ])('refuses %j and says what to write', (text, message) => {
    expect(() => parseModelUri(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    'gs://bucket/m',
    'wasb://c@a.blob.core.windows.net/m',
    'dbfs:/m',
    'models://p@databricks/a/1',
  ])('says that %s can only be read by MLflow', (text) => {
    expect(() => parseModelUri(text)).toThrow(expect.objectContaining({ code: 'NOT_IMPLEMENTED' }));
  });

  it('keeps passwords and length out of the message', () => {
    const text = `https://ann:my@secret@host/${'x'.repeat(500)}`;

    try {
      parseModelUri(text);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/secret/);
      expect((error as Error).message.length).toBeLessThan(500);
    }
  });
});

describe('suggestRegistered', () => {
  it.each([
    ['models/wine@champion', 'models:/wine@champion'],
    ['Models/wine/3', 'models:/wine/3'],
    ['runs/abc/model', 'runs:/abc/model'],
    ['models/wine', undefined],
    ['./models/wine/3', undefined],
    ['wine/3', undefined],
  ])('reads %s as %s', (path, expected) => {
    expect(suggestRegistered(path)).toBe(expected);
  });
});

describe('suggestForms', () => {
  it.each([
    ['wine', 'models:/wine@champion, models:/wine/3 or models:/wine/latest'],
    ['wine@champion', 'models:/wine@champion'],
    ['wine/3', 'models:/wine/3'],
    ['./wine', undefined],
    ['../models/3', undefined],
    ['model.onnx', undefined],
    ['a/b', undefined],
    ['s3://bucket', undefined],
  ])('reads %s as %s', (path, expected) => {
    expect(suggestForms(path)).toBe(expected);
  });
});
