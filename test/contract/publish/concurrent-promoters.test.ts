import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS, type Fault } from '../../helpers/fake-s3-answers.ts';
import { describeConcurrentPromoters } from './concurrent-promoters.suite.ts';

describeConcurrentPromoters(
  'folder',
  async () => {
    const uri = await mkdtemp(join(tmpdir(), 'promoters-'));
    return { uri, environment: {}, close: () => rm(uri, { recursive: true }) };
  },
  { moves: 25, kills: 5 },
);

describeConcurrentPromoters(
  'S3 (fake) that throttles, breaks off and loses answers',
  async () => {
    const s3 = await startFakeS3();
    s3.put('models', 'other/x', '');
    let count = 0;
    s3.setFault(({ method }) => {
      count += 1;
      return FAULTS.find(
        ({ every, only }) => count % every === 0 && (only === undefined || only === method),
      )?.fault;
    });
    const environment = {
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_ENDPOINT_URL: s3.url,
    };
    return { uri: 's3://models/registry', environment, close: () => s3.close() };
  },
  { moves: 5, kills: 3 },
);

const FAULTS: readonly { every: number; only?: string; fault: Fault }[] = [
  { every: 23, fault: { kind: 'status', status: 503, code: 'SlowDown' } },
  { every: 19, fault: { kind: 'reset' } },
  {
    every: 17,
    only: 'PUT',
    fault: { kind: 'status', status: 409, code: 'ConditionalRequestConflict' },
  },
  { every: 11, only: 'PUT', fault: { kind: 'lose-answer' } },
  // Five times in a row for one of them would be a failure: once in thousands of runs.
  { every: 13, only: 'GET', fault: { kind: 'truncate' } },
];
