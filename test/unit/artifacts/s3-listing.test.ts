import { describe, expect, it } from 'vitest';
import { parseS3Page } from '../../../src/artifacts/s3-listing.ts';

const page = (inner: string) =>
  parseS3Page(`<?xml version="1.0"?><ListBucketResult>${inner}</ListBucketResult>`, 's3://b/p');
const contents = (key: string) => `<Contents><Key>${key}</Key><Size>7</Size></Contents>`;

describe('parseS3Page', () => {
  it('decodes keys that came percent-encoded', async () => {
    const { objects } = await page(
      `<EncodingType>url</EncodingType>${contents('a+b%2B/%C3%BC%26')}`,
    );

    expect(objects).toEqual([{ key: 'a b+/ü&', sizeBytes: 7 }]);
  });

  it('takes keys as they are from a server that does not encode', async () => {
    const { objects } = await page(contents('a+b%2B/ü &amp;&lt;'));

    expect(objects).toEqual([{ key: 'a+b%2B/ü &<', sizeBytes: 7 }]);
  });

  it('reads characters that a server writes as numbers', async () => {
    const { objects } = await page(contents('l&#39;&#x65;au &amp;#39; &#34;').repeat(1_000));

    expect(objects).toHaveLength(1_000);
    expect(objects.at(-1)?.key).toBe(`l'eau &#39; "`);
  });

  it('keeps digits and blanks in keys as text', async () => {
    const { objects } = await page(`${contents('007')}${contents(' 1 ')}`);

    expect(objects.map(({ key }) => key)).toEqual(['007', ' 1 ']);
  });

  it('reads a page of 1,000 objects with two entities each', async () => {
    const one = '<Contents><Key>k</Key><ETag>&quot;x&quot;</ETag><Size>1</Size></Contents>';

    expect((await page(one.repeat(1_000))).objects).toHaveLength(1_000);
  });

  it('reads folders, the token of the next page and an empty page', async () => {
    const folders = '<CommonPrefixes><Prefix>p/a/</Prefix></CommonPrefixes>';

    expect(await page(`${folders}<NextContinuationToken>t&amp;1</NextContinuationToken>`)).toEqual({
      objects: [],
      folders: ['p/a/'],
      nextToken: 't&1',
    });
    expect(await page('<KeyCount>0</KeyCount>')).toMatchObject({
      objects: [],
      nextToken: undefined,
    });
  });

  it.each([
    '',
    '<html><body>Login</body></html>',
    'OK',
    '<ListBucketResult',
    '{}',
  ])('says that %j is no listing', async (text) => {
    await expect(parseS3Page(text, 's3://b/p')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('s3://b/p'),
    });
  });
});
