import type { S3Client } from '@aws-sdk/client-s3';
import { attemptInTime } from '../artifacts/attempt-in-time.ts';
import type { S3Permission, S3Request } from '../artifacts/s3-error.ts';
import { parseS3Uri } from '../artifacts/s3-settings.ts';
import type { CallOptions } from './object-store.ts';
import { createS3SdkClient } from './s3-sdk-client.ts';
import { findSdkFailure, translateSdkError } from './s3-sdk-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A folder of a bucket, and how to call S3 about it. */
export interface S3Bucket {
  readonly client: S3Client;
  /** What every request says. */
  readonly common: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** Begins every key; ends with a slash, or is empty for the whole bucket. */
  readonly root: string;
  /** For messages. */
  requestOf(key: string, permission: S3Permission): S3Request;
  /**
   * Do `work`, again when S3 failed for a moment, and say in our words why it failed for good.
   *
   * @throws {ServingError} as `ObjectStore`; the signal's reason
   */
  attempt<T>(call: S3Call, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface S3Call extends CallOptions {
  /** Relative to the root. */
  readonly key: string;
  readonly permission: S3Permission;
  /** @default 5 - each of them is several of the SDK's, unless an answer broke off, which the SDK leaves to us */
  readonly attempts?: number;
  /** @default false - true takes as long as it takes: a large file */
  readonly isLong?: boolean;
}

export interface S3BucketOptions {
  /** @default 60,000 ms - for a call with all its retries, unless it is a long one */
  readonly timeoutMs?: number;
}

const ATTEMPTS = 5;
/** Pointers, manifests and listings are small; S3 that says nothing shall not be waited for in silence. */
const TIMEOUT_MS = 60_000;

/** @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` is not an S3 URI; as `readS3Settings` */
export function openS3Bucket(
  uri: string,
  environment: Environment,
  { timeoutMs = TIMEOUT_MS }: S3BucketOptions = {},
): S3Bucket {
  const { bucket, prefix: root } = parseS3Uri(uri);
  const { client, settings } = createS3SdkClient(environment);
  const { expectedBucketOwner, region } = settings;

  const requestOf = (key: string, permission: S3Permission) => ({
    place: `s3://${bucket}/${root}${key}`,
    permission,
    region,
    expectedOwner: expectedBucketOwner,
  });

  return {
    client,
    common: {
      Bucket: bucket,
      ...(expectedBucketOwner && { ExpectedBucketOwner: expectedBucketOwner }),
    },
    root,
    requestOf,
    attempt({ key, permission, attempts = ATTEMPTS, isLong = false, signal }, work) {
      const request = requestOf(key, permission);
      return attemptInTime({
        work,
        translate: (error) => translateSdkError(error, request),
        place: request.place,
        attempts,
        signal,
        ...(!isLong && { timeoutMs }),
      });
    },
  };
}

/** A missing bucket is a wrong setting, not an object that is not there. */
export function isMissingKey(error: unknown): boolean {
  const failure = findSdkFailure(error);
  return failure?.status === 404 && failure.code !== 'NoSuchBucket';
}
