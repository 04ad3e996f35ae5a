import { execFileSync } from 'node:child_process';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { ensureVersityGateway } from '../../../scripts/versitygw.ts';
import { S3_KEYS } from '../../interop/s3-server.ts';
import type { Stand } from './stand.ts';

/** A role that may read everything, and write results when it is allowed to. */
export interface OtherUser {
  /** For the function. */
  readonly environment: Readonly<Record<string, string>>;
  mayWrite(isAllowed: boolean): Promise<void>;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'function', AWS_SECRET_ACCESS_KEY: 'function-secret' };

export async function addUser({ s3, s3Url }: Stand): Promise<OtherUser> {
  const admin = ['--access', S3_KEYS.AWS_ACCESS_KEY_ID, '--secret', S3_KEYS.AWS_SECRET_ACCESS_KEY];
  const user = ['--access', KEYS.AWS_ACCESS_KEY_ID, '--secret', KEYS.AWS_SECRET_ACCESS_KEY];
  execFileSync(ensureVersityGateway(), [
    ...['admin', ...admin, '--endpoint-url', s3Url],
    ...['create-user', ...user, '--role', 'user'],
  ]);
  const allow = (Bucket: string, actions: readonly string[]) =>
    s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: [KEYS.AWS_ACCESS_KEY_ID] },
              Action: actions,
              Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
            },
          ],
        }),
      }),
    );
  const reading = ['s3:GetObject', 's3:ListBucket'];
  const writing = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'];
  await allow('models', reading);
  return {
    environment: KEYS,
    mayWrite: async (isAllowed) =>
      void (await allow('files', isAllowed ? [...reading, ...writing] : reading)),
  };
}
