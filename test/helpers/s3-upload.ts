import { AwsClient } from 'aws4fetch';

export interface S3Upload {
  createBucket(bucket: string): Promise<void>;
  put(bucket: string, key: string, bytes: Uint8Array | string): Promise<void>;
}

/** The write side that tests against a real S3 server need; path style. */
export function createS3Upload(
  endpoint: string,
  environment: Readonly<Record<string, string | undefined>>,
): S3Upload {
  const client = new AwsClient({
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'test',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    service: 's3',
    region: environment['AWS_REGION'] ?? 'us-east-1',
  });

  async function put(path: string, body: Uint8Array | string): Promise<void> {
    const response = await client.fetch(`${endpoint}/${path}`, {
      method: 'PUT',
      body: Buffer.from(body as Uint8Array),
    });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }

  return {
    createBucket: (bucket) => put(bucket, ''),
    put: (bucket, key, bytes) =>
      put(`${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`, bytes),
  };
}
