/**
 * Batch jobs over a real S3 server: set S3_ENDPOINT_URL and, unless any key will do, AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. Skipped otherwise: `npm test` needs no server.
 */
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { describe } from 'vitest';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { openS3Bucket } from '../../../src/publish/s3-bucket.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { describeBatchOutput } from '../batch-output.suite.ts';
import { describeFaultyBatch } from './faulty-batch.suite.ts';
import { filesIn } from './files-in.ts';
import { describeKilledBatch } from './killed-batch.suite.ts';

const endpoint = process.env['S3_ENDPOINT_URL'];
const environmentFor = (url = '') => ({
  AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
  MLFLOW_S3_ENDPOINT_URL: url,
});
const environment = environmentFor(endpoint);
const upload = createS3Upload(endpoint ?? '', environment);

let buckets = 0;
async function makeBucket(): Promise<string> {
  buckets += 1;
  const bucket = `batch-${process.pid}-${buckets}-${Date.now().toString(36)}`;
  await upload.createBucket(bucket);
  return bucket;
}

async function unfinishedIn(bucket: string): Promise<number> {
  const { client, common } = openS3Bucket(`s3://${bucket}`, environment);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(common));
  return Uploads.length;
}

describe.skipIf(!endpoint)('a real S3 server', () => {
  describeBatchOutput('S3 (real server)', async () => {
    let bucket = await makeBucket();
    return {
      open: () => openBatchOutput(`s3://${bucket}/out ü`, environment),
      async clear() {
        bucket = await makeBucket();
      },
      unfinished: () => unfinishedIn(bucket),
      close: async () => {},
    };
  });

  describeKilledBatch('S3 (real server)', {
    kills: 30,
    rows: 4_000,
    longestMs: 100,
    setup: async () => {
      const bucket = await makeBucket();
      const output = `s3://${bucket}/out`;
      return {
        output,
        environment,
        async putInput(name, text) {
          await upload.put(bucket, `in/${name}`, text);
          return `s3://${bucket}/in/${name}`;
        },
        async files() {
          const found = await filesIn(output, environment);
          return new Map([...found].map(([key, bytes]) => [key.replace(/^in\//, ''), bytes]));
        },
        unfinished: () => unfinishedIn(bucket),
      };
    },
  });

  describeFaultyBatch('S3 (real server)', {
    rows: 400_000,
    url: endpoint ?? '',
    environmentVia: environmentFor,
    missing: { uri: 's3://there-is-no-such-bucket/out', says: 'no such bucket' },
    setup: async () => {
      const bucket = await makeBucket();
      return {
        uri: `s3://${bucket}`,
        putInput: (key, text) => upload.put(bucket, key, text),
        unfinished: () => unfinishedIn(bucket),
      };
    },
  });
});
