import { describe, expect, it } from 'vitest';
import { parseS3Uri, readS3Settings, s3Url } from '../../../src/artifacts/s3-settings.ts';

describe('s3Url', () => {
  const url = (environment: Record<string, string>, bucket: string, key: string) => {
    const settings = readS3Settings(environment);
    return s3Url(settings, settings.region, bucket, key).href;
  };

  it.each([
    {
      name: 'AWS, by host',
      environment: { AWS_REGION: 'eu-west-1' },
      expected: 'https://models.s3.eu-west-1.amazonaws.com/a/b%20%2B%27%28%21%29%2A',
    },
    {
      name: 'the default region variable',
      environment: { AWS_DEFAULT_REGION: 'cn-north-1' },
      expected: 'https://models.s3.cn-north-1.amazonaws.com.cn/a/b%20%2B%27%28%21%29%2A',
    },
    {
      name: 'AWS, by path when asked for',
      environment: { MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: 'path' },
      expected: 'https://s3.us-east-1.amazonaws.com/models/a/b%20%2B%27%28%21%29%2A',
    },
    {
      name: 'another server, by path',
      environment: { MLFLOW_S3_ENDPOINT_URL: 'http://minio:9000/', AWS_ENDPOINT_URL: 'http://no' },
      expected: 'http://minio:9000/models/a/b%20%2B%27%28%21%29%2A',
    },
    {
      name: 'another server below a path',
      environment: { AWS_ENDPOINT_URL_S3: 'https://gate/s3', AWS_ENDPOINT_URL: 'http://no' },
      expected: 'https://gate/s3/models/a/b%20%2B%27%28%21%29%2A',
    },
    {
      name: 'another server, by host when asked for',
      environment: {
        AWS_ENDPOINT_URL: 'http://s3.test:9000',
        MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: 'virtual',
      },
      expected: 'http://models.s3.test:9000/a/b%20%2B%27%28%21%29%2A',
    },
  ])('addresses $name', ({ environment, expected }) => {
    expect(url(environment as Record<string, string>, 'models', "a/b +'(!)*")).toBe(expected);
  });

  it('puts a bucket with a dot into the path, where the certificate fits', () => {
    expect(url({}, 'my.models', 'k')).toBe('https://s3.us-east-1.amazonaws.com/my.models/k');
  });

  it.each(['../other/secret', 'a/../../other', 'a/./b', '..'])('refuses the key %s', (key) => {
    expect(() => url({ AWS_ENDPOINT_URL: 'http://h' }, 'models', key)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });

  it('addresses the bucket itself without a key', () => {
    expect(url({ AWS_ENDPOINT_URL: 'http://h' }, 'models', '')).toBe('http://h/models');
    expect(url({}, 'models', '')).toBe('https://models.s3.us-east-1.amazonaws.com/');
  });

  it('ignores endpoints of AWS when told so', () => {
    const environment = {
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      AWS_ENDPOINT_URL: 'http://no',
      AWS_ENDPOINT_URL_S3: 'http://no',
    };

    expect(url(environment, 'models', 'k')).toBe('https://models.s3.us-east-1.amazonaws.com/k');
    expect(url({ ...environment, MLFLOW_S3_ENDPOINT_URL: 'http://h' }, 'models', 'k')).toBe(
      'http://h/models/k',
    );
  });

  it.each([
    [{ MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: 'host' }, 'INVALID_PARAMETER_VALUE'],
    [{ MLFLOW_S3_IGNORE_TLS: 'yes' }, 'INVALID_PARAMETER_VALUE'],
    [{ MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION: 's3' }, 'NOT_IMPLEMENTED'],
  ])('refuses %o', (environment, code) => {
    expect(() => readS3Settings(environment as Record<string, string>)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses an endpoint that is not a URL, without quoting it', () => {
    const read = () => readS3Settings({ MLFLOW_S3_ENDPOINT_URL: 'user:password@host' });

    expect(read).toThrow(/must be a URL/);
    expect(read).not.toThrow(/password/);
  });
});

describe('parseS3Uri', () => {
  it.each([
    ['s3://models', { bucket: 'models', prefix: '' }],
    ['s3://models/', { bucket: 'models', prefix: '' }],
    ['s3://models/a b/ü#?%20', { bucket: 'models', prefix: 'a b/ü#?%20/' }],
    ['S3://models/a/', { bucket: 'models', prefix: 'a/' }],
  ])('takes %s apart without decoding it', (uri, expected) => {
    expect(parseS3Uri(uri)).toEqual(expected);
  });

  it.each([
    's3://',
    's3:///a',
    's3://a@b/c',
    's3://b:80/c',
    's3://../a',
    's3://b/a/../c',
    's3:/b/c',
  ])('refuses %s', (uri) => {
    expect(() => parseS3Uri(uri)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });

  it('says what to use in place of an ARN', () => {
    const parse = () => parseS3Uri('s3://arn:aws:s3:us-east-1:111122223333:accesspoint/x/k');

    expect(parse).toThrow(expect.objectContaining({ code: 'NOT_IMPLEMENTED' }));
  });
});
