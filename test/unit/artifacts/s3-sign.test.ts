import { AwsV4Signer } from 'aws4fetch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRfc3986, signS3Get } from '../../../src/artifacts/s3-sign.ts';

/** The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const OPTIONS = {
  credentials: CREDENTIALS,
  region: 'us-east-1',
  now: new Date('2013-05-24T00:00:00Z'),
};

describe('signS3Get', () => {
  it.each([
    {
      name: 'an object with a range',
      url: 'https://examplebucket.s3.amazonaws.com/test.txt',
      headers: { range: 'bytes=0-9' },
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      name: 'a query without a value',
      url: 'https://examplebucket.s3.amazonaws.com/?lifecycle',
      headers: {},
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      name: 'a listing',
      url: 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
      headers: {},
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('signs $name as the documentation does', ({ url, headers, signature }) => {
    const signed = signS3Get(new URL(url), headers, OPTIONS);

    expect(signed['authorization']).toContain(`Signature=${signature}`);
  });

  it('signs the session token', () => {
    const credentials = { ...CREDENTIALS, sessionToken: 'token' };

    const signed = signS3Get(
      new URL('https://b.s3.amazonaws.com/k'),
      {},
      { ...OPTIONS, credentials },
    );

    expect(signed['x-amz-security-token']).toBe('token');
    expect(signed['authorization']).toContain('x-amz-date;x-amz-security-token');
  });

  it('agrees with another implementation on any key', async () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/^\.{1,2}$/.test(text));
    const keys = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(keys, part, async (key, prefix) => {
        const path = key.split('/').map(encodeRfc3986).join('/');
        const url = new URL(`https://b.test/${path}?list-type=2&prefix=${encodeRfc3986(prefix)}`);
        const headers = { 'if-match': '"x"', range: 'bytes=0-1' };

        const signed = signS3Get(url, headers, OPTIONS);

        const other = new AwsV4Signer({
          ...CREDENTIALS,
          url: url.href,
          headers: { ...headers, 'x-amz-content-sha256': signed['x-amz-content-sha256'] ?? '' },
          service: 's3',
          region: 'us-east-1',
          datetime: '20130524T000000Z',
          allHeaders: true,
        });
        expect(signed['authorization']).toContain(`Signature=${await other.signature()}`);
      }),
      { numRuns: 500 },
    );
  });
});
