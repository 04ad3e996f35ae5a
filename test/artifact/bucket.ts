import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { ServerProcess } from '../interop/processes.ts';
import { S3_KEYS, type S3ServerOptions, startS3Server } from '../interop/s3-server.ts';

export interface Bucket {
  readonly server: ServerProcess;
  readonly url: string;
  put(key: string, body: string | Uint8Array): Promise<void>;
  putFolder(prefix: string, folder: string): Promise<void>;
}

/** The keys that the bucket accepts, as the function's environment. */
export const BUCKET_KEYS = {
  ...S3_KEYS,
  AWS_SESSION_TOKEN: '',
};

/** A bucket named `models` on a real S3 server (VersityGW) over a scratch folder. */
export async function startBucket(
  directory: string,
  options: S3ServerOptions = {},
): Promise<Bucket> {
  const server = await startS3Server(directory, options);
  const client = new AwsClient({
    accessKeyId: BUCKET_KEYS.AWS_ACCESS_KEY_ID,
    secretAccessKey: BUCKET_KEYS.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: 'us-east-1',
  });
  const put = async (path: string, body?: string | Uint8Array): Promise<void> => {
    const response = await client.fetch(`${server.url}/${path}`, {
      method: 'PUT',
      body: (body ?? null) as never,
    });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  };
  await put('models');
  return {
    server,
    url: server.url,
    put: (key, body) => put(`models/${key}`, body),
    putFolder: async (prefix, folder) => {
      const files = globSync(join(folder, '**/*')).filter((path) => statSync(path).isFile());
      for (const path of files) {
        await put(`models/${prefix}/${relative(folder, path)}`, new Uint8Array(readFileSync(path)));
      }
    },
  };
}
