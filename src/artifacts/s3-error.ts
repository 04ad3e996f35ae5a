import type { IncomingMessage } from 'node:http';
import type { ServingError } from '../errors.ts';
import { collectBody } from './read-body.ts';
import {
  changedWhileRead,
  type Meaning,
  passingMeaning,
  refusedAnswer,
  UNKNOWN_MEANING,
} from './storage-answer.ts';

/** S3's error bodies are a few hundred bytes. */
const MAX_ERROR_BYTES = 64 * 1024;
const ERROR_BODY_TIMEOUT_MS = 5_000;

/** What S3 answered instead of bytes. */
export interface S3Failure {
  readonly status: number;
  /** S3's own code, such as `NoSuchKey`; the status when the body names none. */
  readonly code: string;
  /** Where the bucket really is, when S3 says so. */
  readonly region: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Read an answer that is no success. A body that cannot be read leaves the status. */
export async function readS3Failure(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): Promise<S3Failure> {
  const status = response.statusCode ?? 0;
  const options = {
    place: 'S3',
    idleTimeoutMs: ERROR_BODY_TIMEOUT_MS,
    ...(signal && { signal }),
  };
  const body = await collectBody(response, MAX_ERROR_BYTES, options).catch(() => Buffer.alloc(0)); // the status is reported
  signal?.throwIfAborted();
  const text = body.toString('utf8');
  const region = response.headers['x-amz-bucket-region'] ?? /<Region>([^<]*)</.exec(text)?.[1];
  const seconds = Number(response.headers['retry-after']);
  return {
    status,
    code: /<Code>([A-Za-z0-9.]{1,64})</.exec(text)?.[1] ?? String(status),
    region: typeof region === 'string' && /^[a-z0-9-]{1,40}$/.test(region) ? region : undefined,
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** Whether new credentials may help. */
export const isExpired = ({ code }: S3Failure): boolean =>
  code === 'ExpiredToken' || code === 'TokenRefreshRequired';

const UNAUTHENTICATED = 'UNAUTHENTICATED';
const DENIED = 'PERMISSION_DENIED';
const MISSING = 'RESOURCE_DOES_NOT_EXIST';
const UNAVAILABLE = 'TEMPORARILY_UNAVAILABLE';

const MEANING_BY_CODE: Readonly<Record<string, Meaning>> = {
  NoSuchKey: { error: MISSING, text: 'does not exist' },
  NoSuchBucket: {
    error: MISSING,
    text: 'does not exist: there is no such bucket; make it first, or correct its name',
  },
  NoSuchVersion: { error: MISSING, text: 'does not exist' },
  InvalidBucketName: { error: MISSING, text: 'does not exist: no bucket can have this name' },
  '404': { error: MISSING, text: 'does not exist' },
  InvalidAccessKeyId: {
    error: UNAUTHENTICATED,
    text: 'refuses the credentials: the access key id is not known',
  },
  SignatureDoesNotMatch: {
    error: UNAUTHENTICATED,
    text: 'refuses the credentials: the secret access key does not fit',
  },
  InvalidToken: {
    error: UNAUTHENTICATED,
    text: 'refuses the credentials: the session token is not valid',
  },
  ExpiredToken: { error: UNAUTHENTICATED, text: 'refuses the credentials: they have expired' },
  TokenRefreshRequired: {
    error: UNAUTHENTICATED,
    text: 'refuses the credentials: they have expired',
  },
  '401': { error: UNAUTHENTICATED, text: 'refuses the credentials' },
  AllAccessDisabled: { error: DENIED, text: 'is closed for all access' },
  AccountProblem: { error: DENIED, text: 'belongs to an account with a problem' },
  InvalidObjectState: { error: DENIED, text: 'is archived; restore it first' },
  // A function that was frozen between signing and sending; another attempt signs anew.
  RequestTimeTooSkewed: {
    error: UNAVAILABLE,
    text: 'refuses the time of the request; is the clock right?',
    retry: 'later',
  },
  RequestExpired: {
    error: UNAVAILABLE,
    text: 'refuses the time of the request; is the clock right?',
    retry: 'later',
  },
  RequestTimeout: { error: UNAVAILABLE, text: 'timed out', retry: 'later' },
  SlowDown: { error: UNAVAILABLE, text: 'is throttled', retry: 'later' },
};

export type S3Permission = 's3:GetObject' | 's3:ListBucket' | 's3:PutObject' | 's3:DeleteObject';

/** What the key of an encrypted bucket takes besides. */
const KEY_PERMISSION_BY_PERMISSION = {
  's3:GetObject': 'kms:Decrypt',
  's3:ListBucket': 'kms:Decrypt',
  's3:PutObject': 'kms:GenerateDataKey and kms:Decrypt',
  's3:DeleteObject': undefined,
} as const satisfies Record<S3Permission, string | undefined>;

export interface S3Request {
  /** `s3://bucket/key`, for messages. */
  readonly place: string;
  /** The permission it takes. */
  readonly permission: S3Permission;
  /** For which region it was signed. */
  readonly region: string;
  /** The account that the bucket must belong to. */
  readonly expectedOwner: string | undefined;
}

/** The error to throw for a failed request; its cause tells whether another attempt makes sense. */
export function toServingError(failure: S3Failure, request: S3Request): ServingError {
  const { status, code } = failure;
  const { place } = request;
  if (status === 412 || status === 416) return changedWhileRead(place);
  const meaning = MEANING_BY_CODE[code] ?? passingMeaning(status) ?? meaningOf(failure, request);
  return refusedAnswer(place, failure, meaning);
}

function meaningOf({ status, region }: S3Failure, request: S3Request): Meaning {
  if (region !== undefined && region !== request.region) {
    const text = `lies in region ${region}, but was asked for in ${request.region}; set AWS_REGION`;
    return { error: 'INVALID_PARAMETER_VALUE', text };
  }
  if (status !== 403) return UNKNOWN_MEANING;
  const owner =
    request.expectedOwner === undefined
      ? ''
      : ', or the bucket is not of the account MLFLOW_S3_EXPECTED_BUCKET_OWNER';
  const text = `is denied to these credentials; they need ${permissionsOf(request)}${owner}`;
  return { error: DENIED, text };
}

function permissionsOf({ permission }: S3Request): string {
  const ofKey = KEY_PERMISSION_BY_PERMISSION[permission];
  const encrypted = ofKey ? `, and ${ofKey} for an encrypted bucket` : '';
  const isRead = permission === 's3:GetObject' || permission === 's3:ListBucket';
  const missing = isRead ? ' (a missing key looks the same without s3:ListBucket)' : '';
  return `${permission}${encrypted}${missing}`;
}
