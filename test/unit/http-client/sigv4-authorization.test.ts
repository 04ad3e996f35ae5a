import { describe, expect, it } from 'vitest';
import { createSigV4Authorization } from '../../../src/http-client/sigv4-authorization.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
const GET = { method: 'GET', body: undefined };

async function scopeOf(url: string, environment: Record<string, string> = {}): Promise<string> {
  const made = createSigV4Authorization({ ...KEYS, HOME: '/nowhere', ...environment });
  const { authorization = '' } = await made.headersFor(new URL(url), GET);
  return /Credential=AKID\/\d{8}\/([^,]*)/.exec(authorization)?.[1] ?? '';
}

describe('createSigV4Authorization', () => {
  it.each([
    ['https://abc1.execute-api.eu-west-1.amazonaws.com/prod', 'eu-west-1'],
    ['https://abc1.execute-api.cn-north-1.amazonaws.com.cn/prod', 'cn-north-1'],
    ['https://vpce-0a-1b.execute-api.ap-south-1.vpce.amazonaws.com/prod', 'ap-south-1'],
    ['https://mlflow.example.com/', 'us-east-2'],
    ['https://execute-api.eu-west-1.example.com/', 'us-east-2'],
  ])('signs %s for %s', async (url, region) => {
    const environment = { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-1' };

    expect(await scopeOf(url, environment)).toBe(`${region}/execute-api/aws4_request`);
  });

  it('signs host, date, digest and token', async () => {
    const credentials = {
      get: async () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 't' }),
      forget() {},
    };
    const made = createSigV4Authorization({ AWS_REGION: 'us-east-1' }, credentials);

    const headers = await made.headersFor(new URL('https://h.test/'), { method: 'POST', body: '' });

    expect(headers['authorization']).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,',
    );
  });
});
