import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTrustList } from '../../../src/trust/trust-list.ts';

const root = mkdtempSync(join(tmpdir(), 'trust-'));
mkdirSync(join(root, 'models', 'wine'), { recursive: true });
mkdirSync(join(root, 'models-evil'));
mkdirSync(join(root, 'a b'));
symlinkSync(join(root, 'models-evil'), join(root, 'models', 'link'));
symlinkSync(join(root, 'models'), join(root, 'alias'));

const trusts = (entry: string, uri: string): boolean => createTrustList([entry]).trusts([uri]);

describe('createTrustList', () => {
  it.each([
    { name: 'the same bucket prefix', entry: 's3://bucket/models', uri: 's3://bucket/models' },
    { name: 'what lies in it', entry: 's3://bucket/models', uri: 's3://bucket/models/wine/1' },
    { name: 'a slash at its end', entry: 's3://bucket/models/', uri: 's3://bucket/models/wine' },
    {
      name: 'what lies in a folder of a container',
      entry: 'wasbs://models@account.blob.core.windows.net/wine',
      uri: 'wasbs://models@account.blob.core.windows.net/wine/1',
    },
    { name: 'a whole bucket', entry: 's3://bucket', uri: 's3://bucket/any/thing' },
    { name: 'a server', entry: 'https://mlflow.example.com', uri: 'https://mlflow.example.com/' },
    {
      name: 'a host in capitals',
      entry: 'https://MLflow.Example.com',
      uri: 'https://mlflow.example.com/x',
    },
    {
      name: 'the scheme’s own port',
      entry: 'https://mlflow.example.com:443',
      uri: 'https://mlflow.example.com',
    },
    {
      name: 'a server reached with a user',
      entry: 'https://mlflow.example.com',
      uri: 'https://me:secret@mlflow.example.com/',
    },
    { name: 'a folder', entry: join(root, 'models'), uri: join(root, 'models', 'wine') },
    {
      name: 'a folder as a file: URI',
      entry: join(root, 'models'),
      uri: `file://${root}/models/wine`,
    },
    {
      name: 'a relative folder',
      entry: relative(process.cwd(), join(root, 'models')),
      uri: join(root, 'models', 'wine'),
    },
    { name: 'a blank in a file: URI', entry: join(root, 'a b'), uri: `file://${root}/a%20b` },
    {
      name: 'a link to the trusted folder',
      entry: join(root, 'models'),
      uri: join(root, 'alias', 'wine'),
    },
    {
      name: 'a folder trusted by a link',
      entry: join(root, 'alias'),
      uri: join(root, 'models', 'wine'),
    },
    {
      name: 'steps that stay inside',
      entry: join(root, 'models'),
      uri: `${root}/models-evil/../models/wine`,
    },
  ])('trusts $name', ({ entry, uri }) => {
    expect(trusts(entry, uri)).toBe(true);
  });

  it.each([
    {
      name: 'a name that begins alike',
      entry: 's3://bucket/models',
      uri: 's3://bucket/models-evil/wine',
    },
    { name: 'the folder above', entry: 's3://bucket/models', uri: 's3://bucket' },
    { name: 'another bucket', entry: 's3://bucket', uri: 's3://bucket-evil/models' },
    { name: 'a key in capitals', entry: 's3://bucket/models', uri: 's3://bucket/Models/wine' },
    { name: 'a step up', entry: 's3://bucket/models', uri: 's3://bucket/models/../evil' },
    {
      name: 'a step into the trusted place',
      entry: 's3://bucket/models',
      uri: 's3://bucket/evil/../models/wine',
    },
    { name: 'an encoded step', entry: 's3://bucket/models', uri: 's3://bucket/models/%2e%2E/evil' },
    { name: 'an encoded slash', entry: 'https://h/models', uri: 'https://h/models/..%2F..%2fevil' },
    { name: 'an encoded backslash', entry: 'https://h/models', uri: 'https://h/models/..%5cevil' },
    {
      name: 'a backslash',
      entry: 'https://mlflow.example.com',
      uri: 'https://evil.example\\@mlflow.example.com/',
    },
    {
      name: 'the host as a user',
      entry: 'https://mlflow.example.com',
      uri: 'https://mlflow.example.com@evil.example/',
    },
    {
      name: 'the host as a subdomain',
      entry: 'https://mlflow.example.com',
      uri: 'https://mlflow.example.com.evil.example/',
    },
    {
      name: 'another port',
      entry: 'https://mlflow.example.com',
      uri: 'https://mlflow.example.com:8443/',
    },
    { name: 'plain http', entry: 'https://mlflow.example.com', uri: 'http://mlflow.example.com/' },
    {
      name: 'another container of the account',
      entry: 'wasbs://models@account.blob.core.windows.net/wine',
      uri: 'wasbs://evil@account.blob.core.windows.net/wine',
    },
    {
      name: 'an account where a container is trusted',
      entry: 'wasbs://models@account.blob.core.windows.net',
      uri: 'wasbs://account.blob.core.windows.net',
    },
    { name: 'another scheme', entry: 's3://bucket/models', uri: 'https://bucket/models' },
    {
      name: 'the place as a query',
      entry: 's3://bucket/models',
      uri: 's3://evil/x?s3://bucket/models',
    },
    {
      name: 'a folder that begins alike',
      entry: join(root, 'models'),
      uri: join(root, 'models-evil'),
    },
    {
      name: 'a link that leads out',
      entry: join(root, 'models'),
      uri: join(root, 'models', 'link'),
    },
    {
      name: 'steps that lead out',
      entry: join(root, 'models'),
      uri: `${root}/models/../models-evil`,
    },
    {
      name: 'encoded steps that lead out',
      entry: join(root, 'models'),
      uri: `file://${root}/models/%2e%2e/models-evil`,
    },
    {
      name: 'a folder that is not there',
      entry: join(root, 'models'),
      uri: join(root, 'models', 'no'),
    },
    {
      name: 'a file: URI of another machine',
      entry: join(root, 'models'),
      uri: `file://evil.example${root}/models`,
    },
    {
      name: 'a trusted folder that is not there',
      entry: join(root, 'no'),
      uri: join(root, 'models'),
    },
    { name: 'text that is no URI', entry: 's3://bucket', uri: 's3:///models' },
  ])('does not trust $name', ({ entry, uri }) => {
    expect(trusts(entry, uri)).toBe(false);
  });

  it('trusts a database by its file alone', () => {
    expect(trusts(`sqlite:///${root}/models`, `sqlite:///${root}/models`)).toBe(true);
    expect(trusts(`sqlite:///${root}/models`, join(root, 'models'))).toBe(false);
  });

  it('trusts nothing when nothing is named', () => {
    expect(createTrustList([]).trusts([root, 's3://bucket'])).toBe(false);
  });

  it.each([
    's3:',
    's3://',
    '/',
    'file:///',
    'https://',
    's3://bucket/../x',
  ])('refuses %s, which names no place', (entry) => {
    expect(() => createTrustList([entry])).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });

  it('quotes no password', () => {
    expect(() => createTrustList(['https://me:secret@'])).toThrow(/^(?!.*secret)/);
  });
});
