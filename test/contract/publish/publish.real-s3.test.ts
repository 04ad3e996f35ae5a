/** Publishing over a real S3 server: `npm run test:s3` starts one. Otherwise only a few kills over a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { describeFaultyPublish } from './faulty-publish.suite.ts';
import { describeKilledPublish } from './killed-publish.suite.ts';

const endpoint = process.env['S3_ENDPOINT_URL'];
const keys = {
  AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
};

const folder = mkdtempSync(join(tmpdir(), 'killed-registry-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeKilledPublish('a folder', endpoint ? 30 : 3, async () => ({
  to: join(folder, 'registry'),
  environment: {},
}));

describe.skipIf(!endpoint)('over a real S3 server', () => {
  const environment = { ...keys, MLFLOW_S3_ENDPOINT_URL: endpoint ?? '' };
  const makeBucket = async (): Promise<string> => {
    const bucket = `publish-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
    await createS3Upload(endpoint ?? '', environment).createBucket(bucket);
    return bucket;
  };

  describeKilledPublish('S3', 32, async () => ({
    to: `s3://${await makeBucket()}/registry ü`,
    environment,
  }));
  describeFaultyPublish('S3', async () => ({
    bucket: await makeBucket(),
    endpoint: endpoint ?? '',
    environment,
  }));
});
