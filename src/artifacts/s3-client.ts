import type { IncomingMessage } from 'node:http';
import { createAgents } from '../http-client/agents.ts';
import { attemptRequest } from '../http-client/attempt.ts';
import { type CredentialSource, createCredentialSource } from '../http-client/aws-credentials.ts';
import { encodeQuery } from '../http-client/encode-rfc3986.ts';
import { HttpProblem } from '../http-client/http-problem.ts';
import type { Environment } from '../http-client/read-variable.ts';
import { EMPTY_SHA256, signV4 } from '../http-client/sign-v4.ts';
import { collectBody } from './read-body.ts';
import type { ByteRange, RemoteBody } from './remote-directory.ts';
import { isExpired, readS3Failure, type S3Request, toServingError } from './s3-error.ts';
import { parseS3Page, type S3Page } from './s3-listing.ts';
import { readS3Settings, s3Url } from './s3-settings.ts';

export interface S3ClientOptions {
  /** @default the environment's keys, else AWS's provider chain */
  readonly credentials?: CredentialSource;
  /** @default 10,000 ms - until the head of an answer must be here */
  readonly timeoutMs?: number;
}

export interface GetObjectOptions {
  readonly range?: ByteRange;
  /** Fail unless the object still has this tag. */
  readonly etag?: string;
  readonly signal?: AbortSignal;
  /** The request has left. */
  readonly onSent?: () => void;
}

export interface GetIfChangedOptions {
  /** The tag of what is known already. @default none - the object comes in any case */
  readonly seen?: string;
  readonly signal?: AbortSignal;
}

export interface ListObjectsOptions {
  readonly prefix: string;
  /** `/` lists one level. @default none - everything below the prefix */
  readonly delimiter?: string;
  /** From the page before. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/**
 * The calls it takes to read a model from S3 or what speaks its language.
 *
 * Each is one attempt: callers retry what has `retry: 'later'` in its cause. Wrong regions are corrected and
 * expired credentials looked up again within the attempt.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST for a missing key or bucket, UNAUTHENTICATED, PERMISSION_DENIED naming the
 *   permission, INVALID_PARAMETER_VALUE for a wrong region that cannot be corrected, TEMPORARILY_UNAVAILABLE
 */
export interface S3Client {
  get(bucket: string, key: string, options?: GetObjectOptions): Promise<RemoteBody>;
  /** As `get`, but only a word when the object still has the tag. */
  getIfChanged(
    bucket: string,
    key: string,
    options?: GetIfChangedOptions,
  ): Promise<RemoteBody | 'unchanged'>;
  listPage(bucket: string, options: ListObjectsOptions): Promise<S3Page>;
}

const TIMEOUT_MS = 10_000;
const TRUST_HINT =
  ' (AWS_CA_BUNDLE names a PEM file of authorities to trust; MLFLOW_S3_IGNORE_TLS=true trusts any)';
/** 1,000 keys of 1,024 bytes, each byte percent-encoded, with their tags around them. */
const MAX_PAGE_BYTES = 8 * 2 ** 20;

export function createS3Client(environment: Environment, options: S3ClientOptions = {}): S3Client {
  const settings = readS3Settings(environment);
  const credentials = options.credentials ?? createCredentialSource(environment);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const { isInsecureTls: insecure, caPath } = settings;
  const agents = createAgents({ insecure, ...(caPath && { caPath }) }, environment);
  const regionByBucket = new Map<string, string>();

  interface Call extends Pick<S3Request, 'place' | 'permission'> {
    readonly bucket: string;
    readonly key: string;
    readonly query: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal | undefined;
    readonly onSent?: (() => void) | undefined;
  }

  async function sign(url: URL, headers: Readonly<Record<string, string>>, region: string) {
    return signV4(
      {
        method: 'GET',
        url,
        headers: { ...headers, 'x-amz-content-sha256': EMPTY_SHA256 },
        bodySha256: EMPTY_SHA256,
      },
      { credentials: await credentials.get(), region, service: 's3', now: new Date() },
    );
  }

  async function attempt(call: Call, region: string): Promise<IncomingMessage> {
    const url = s3Url(settings, region, call.bucket, call.key);
    url.search = call.query;
    const owner = settings.expectedBucketOwner;
    const own = { ...call.headers, ...(owner && { 'x-amz-expected-bucket-owner': owner }) };
    const headers = settings.isSigned ? await sign(url, own, region) : own;
    const { signal, onSent } = call;
    try {
      const agent = agents.for(url);
      return await attemptRequest({
        url,
        method: 'GET',
        headers,
        body: undefined,
        agent,
        timeoutMs,
        signal,
        onSent,
        trustHint: TRUST_HINT,
      });
    } catch (error) {
      throw error instanceof HttpProblem ? error.toServingError() : error;
    }
  }

  async function send(call: Call): Promise<IncomingMessage> {
    for (let isCorrected = false; ; isCorrected = true) {
      const region = regionByBucket.get(call.bucket) ?? settings.region;
      const response = await attempt(call, region);
      const status = response.statusCode ?? 0;
      if (status === 200 || status === 206) return response;
      if (status === 304 && call.headers['if-none-match'] !== undefined) return response;
      const failure = await readS3Failure(response, call.signal);
      const isElsewhere = failure.region !== undefined && failure.region !== region;
      if (isCorrected || !(isElsewhere || isExpired(failure))) {
        const expectedOwner = settings.expectedBucketOwner;
        throw toServingError(failure, { ...call, region, expectedOwner });
      }
      if (failure.region !== undefined) regionByBucket.set(call.bucket, failure.region);
      if (isExpired(failure)) credentials.forget();
    }
  }

  return {
    async get(bucket, key, { range, etag, signal, onSent } = {}) {
      const response = await send({
        bucket,
        key,
        query: '',
        place: `s3://${bucket}/${key}`,
        permission: 's3:GetObject',
        headers: {
          ...(range && { range: `bytes=${range.start}-${range.end - 1}` }),
          ...(etag !== undefined && { 'if-match': etag }),
        },
        signal,
        onSent,
      });
      return toRemoteBody(response, range);
    },
    async getIfChanged(bucket, key, { seen, signal } = {}) {
      const response = await send({
        bucket,
        key,
        query: '',
        place: `s3://${bucket}/${key}`,
        permission: 's3:GetObject',
        headers: seen === undefined ? {} : { 'if-none-match': seen },
        signal,
      });
      if (response.statusCode !== 304) return toRemoteBody(response, undefined);
      response.resume(); // so that the connection can be used again
      return 'unchanged';
    },
    async listPage(bucket, { prefix, delimiter, token, signal }) {
      const place = `s3://${bucket}/${prefix}`;
      const query = encodeQuery({
        'continuation-token': token,
        delimiter,
        'encoding-type': 'url',
        'list-type': '2',
        prefix,
      });
      const permission = 's3:ListBucket';
      const response = await send({
        bucket,
        key: '',
        query,
        place,
        permission,
        headers: {},
        signal,
      });
      const body = await collectBody(response, MAX_PAGE_BYTES, {
        place,
        idleTimeoutMs: timeoutMs,
        ...(signal && { signal }),
      });
      return parseS3Page(body.toString('utf8'), place);
    },
  };
}

/** Only a 206 for the very range that was asked for counts as one. */
function toRemoteBody(response: IncomingMessage, range: ByteRange | undefined): RemoteBody {
  const { headers } = response;
  const [, start, end, total] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const isRange =
    range !== undefined &&
    response.statusCode === 206 &&
    Number(start) === range.start &&
    Number(end) === range.end - 1;
  const length = headers['content-length'];
  const fileBytes = total ?? (response.statusCode === 200 ? length : undefined);
  return {
    body: response,
    isRange,
    ...(length !== undefined && { bodyBytes: Number(length) }),
    ...(fileBytes !== undefined && { fileBytes: Number(fileBytes) }),
    ...(headers.etag !== undefined && { etag: headers.etag }),
  };
}
