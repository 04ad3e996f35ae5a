import { AwsV4Signer } from 'aws4fetch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQuery, encodeRfc3986 } from '../../../src/http-client/encode-rfc3986.ts';
import { EMPTY_SHA256, sha256, signV4 } from '../../../src/http-client/sign-v4.ts';

/** The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const S3 = {
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  region: 'us-east-1',
  service: 's3',
  now: new Date('2013-05-24T00:00:00Z'),
};

/** Those of AWS's Signature Version 4 test suite and of the IAM user guide. */
const SUITE = {
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  },
  region: 'us-east-1',
  service: 'service',
  now: new Date('2015-08-30T12:36:00Z'),
};

const get = (url: string, headers: Record<string, string> = {}) => ({
  method: 'GET',
  url: new URL(url),
  headers,
  bodySha256: EMPTY_SHA256,
});

describe('signV4', () => {
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
  ])('signs $name as the documentation of S3 does', ({ url, headers, signature }) => {
    const request = get(url, { ...headers, 'x-amz-content-sha256': EMPTY_SHA256 });

    expect(signV4(request, S3)['authorization']).toContain(`Signature=${signature}`);
  });

  it.each([
    {
      name: 'get-vanilla',
      request: get('https://example.amazonaws.com/'),
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'get-vanilla-query-order-key-case',
      request: get('https://example.amazonaws.com/?Param2=value2&Param1=value1'),
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
    {
      name: 'get-slashes',
      request: get('https://example.amazonaws.com//example//'),
      signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    },
    {
      name: 'post-vanilla',
      request: { ...get('https://example.amazonaws.com/'), method: 'POST' },
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
    {
      name: 'post-x-www-form-urlencoded',
      request: {
        ...get('https://example.amazonaws.com/', {
          'content-type': 'application/x-www-form-urlencoded',
        }),
        method: 'POST',
        bodySha256: sha256('Param1=value1'),
      },
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
  ])('signs $name as the test suite of AWS does', ({ request, signature }) => {
    expect(signV4(request, SUITE)['authorization']).toContain(`Signature=${signature}`);
  });

  it('signs a call to IAM as the user guide does', () => {
    const request = get('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08', {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    });

    expect(signV4(request, { ...SUITE, service: 'iam' })['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it('signs the session token', () => {
    const credentials = { ...S3.credentials, sessionToken: 'token' };

    const signed = signV4(get('https://b.s3.amazonaws.com/k'), { ...S3, credentials });

    expect(signed['x-amz-security-token']).toBe('token');
    expect(signed['authorization']).toContain('x-amz-date;x-amz-security-token');
  });

  it('orders a query by name before value', () => {
    const one = signV4(get('https://h.test/?a-b=2&a=3&a=1'), SUITE);
    const other = signV4(get('https://h.test/?a=1&a=3&a-b=2'), SUITE);

    expect(one['authorization']).toBe(other['authorization']);
  });

  it.each(['s3', 'execute-api'])('agrees with another implementation for %s', async (service) => {
    // The other one decodes %2F in paths of S3, so no part has a slash.
    const part = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/^\.{1,2}$|\//.test(text));
    const paths = fc.array(part, { minLength: 1, maxLength: 4 });
    const bodies = fc.option(fc.string({ unit: 'grapheme' }), { nil: '' });
    await fc.assert(
      fc.asyncProperty(paths, part, bodies, async (path, name, body) => {
        const query = encodeQuery({ 'list-type': '2', name });
        const url = new URL(`https://b.test/${path.map(encodeRfc3986).join('/')}?${query}`);
        const bodySha256 = sha256(body);
        const headers = { 'if-match': '"x"', 'x-amz-content-sha256': bodySha256 };
        const method = body === '' ? 'GET' : 'POST';

        const signed = signV4({ method, url, headers, bodySha256 }, { ...S3, service });

        const other = new AwsV4Signer({
          ...S3.credentials,
          method,
          url: url.href,
          headers,
          service,
          region: 'us-east-1',
          datetime: '20130524T000000Z',
          allHeaders: true,
        });
        expect(signed['authorization']).toBe(await other.authHeader());
      }),
      { numRuns: 300 },
    );
  });
});
