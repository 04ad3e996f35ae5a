/**
 * The contract over a real S3 server: set S3_ENDPOINT_URL (moto_server, MinIO, AWS's own) and, unless any key will do,
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Skipped otherwise: `npm test` needs no server.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { createS3Store } from '../../../src/artifacts/s3-store.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { describeArtifactStore } from '../artifact-store.suite.ts';

const endpoint = process.env['S3_ENDPOINT_URL'];
const environment = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  ...process.env,
  MLFLOW_S3_ENDPOINT_URL: endpoint,
};
const bucket = `contract-${Date.now().toString(36)}`;

describe.skipIf(!endpoint)('a real S3 server', () => {
  const upload = createS3Upload(endpoint ?? '', environment);
  const client = createS3Client(environment);

  describeArtifactStore('S3 (real server)', async () => {
    await upload.createBucket(bucket);
    return {
      open: (policy) => createS3Store(client, policy),
      emptyUri: `s3://${bucket}/nothing here`,
      close: async () => {},
      async populate(folder, files) {
        for (const [path, content] of Object.entries(files)) {
          await upload.put(bucket, `some where/ü/${folder}/${path}`, content);
        }
        await upload.put(bucket, `some where/ü/${folder}/`, '');
        await upload.put(bucket, `some where/ü/${folder}-sibling/MLmodel`, 'not ours');
        return `s3://${bucket}/some where/ü/${folder}`;
      },
    };
  });

  it('lists more keys than fit on a page', async () => {
    const count = 1_050;
    for (let at = 0; at < count; at += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => upload.put(bucket, `many/a b/${at + i}`, `${at + i}`)),
      );
    }
    const parent = await mkdtemp(join(tmpdir(), 'many-'));

    await createS3Store(client).download(`s3://${bucket}/many`, join(parent, 'model'));

    expect((await readdir(join(parent, 'model/a b'))).length).toBe(count);
    await rm(parent, { recursive: true });
    expect((await createS3ObjectReader(client, `s3://${bucket}/many`).list('a b')).length).toBe(
      count,
    );
  }, 60_000);

  it('maps what is not there', async () => {
    const reader = createS3ObjectReader(client, `s3://${bucket}/some where`);

    expect(await reader.read('nothing')).toBeUndefined();
    expect(await reader.list('nothing')).toEqual([]);
    const elsewhere = createS3ObjectReader(client, `s3://${bucket}-missing/x`);
    await expect(elsewhere.read('x')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
    await expect(elsewhere.list('')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});
