import { ServingError } from '../errors.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';
import type { ObjectReader, ReadOptions, TaggedBytes } from '../registry/object-reader.ts';
import { collectBody } from './read-body.ts';
import { FILE_ATTEMPTS, withRetries } from './retry.ts';
import type { S3Client } from './s3-client.ts';
import { parseS3Uri } from './s3-settings.ts';

export interface S3ObjectReaderOptions {
  /** @default 20,000 ms - for one call with its retries: a registry is asked while a request waits */
  readonly timeoutMs?: number;
  /** @default 32 MiB - largest object that is read into memory; bytes */
  readonly maxBytes?: number;
}

/**
 * Objects below `s3://<bucket>/<folder>`, for the published layout of a registry.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `rootUri` is not an S3 URI
 */
export function createS3ObjectReader(
  client: S3Client,
  rootUri: string,
  { timeoutMs = 20_000, maxBytes = 32 * 2 ** 20 }: S3ObjectReaderOptions = {},
): ObjectReader {
  const { bucket, prefix: root } = parseS3Uri(rootUri);

  /** The folder below the root, with a slash at its end. */
  const keyOf = (folder: string) => (folder === '' ? root : `${root}${folder}/`);

  function attempt<T>(work: (signal: AbortSignal) => Promise<T>, caller?: AbortSignal): Promise<T> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = caller ? AbortSignal.any([caller, timeout]) : timeout;
    return withRetries(() => work(signal), { ...FILE_ATTEMPTS, signal }).catch((error: unknown) => {
      if (error !== timeout.reason) throw error;
      throw new ServingError(
        'TEMPORARILY_UNAVAILABLE',
        `${rootUri} did not answer within ${timeoutMs / 1000} s`,
        { cause: error },
      );
    });
  }

  function readTagged(
    key: string,
    seen: string | undefined,
    options: ReadOptions = {},
  ): Promise<TaggedBytes | 'unchanged' | undefined> {
    return attempt(async (signal) => {
      try {
        const condition = { signal, ...(seen !== undefined && { seen }) };
        const found = await client.getIfChanged(bucket, root + key, condition);
        if (found === 'unchanged') return found;
        const place = `s3://${bucket}/${root}${key}`;
        const options = { place, signal, idleTimeoutMs: timeoutMs };
        const bytes = await collectBody(found.body, maxBytes, options);
        return { bytes, ...(found.etag !== undefined && { tag: found.etag }) };
      } catch (error) {
        if (isMissingKey(error)) return undefined;
        throw error;
      }
    }, options.signal);
  }

  return {
    uriOf: (folder) => `s3://${bucket}/${keyOf(folder)}`.replace(/\/$/, ''),

    async read(key, options = {}) {
      const found = await readTagged(key, undefined, options);
      return found === 'unchanged' ? undefined : found?.bytes;
    },

    readTagged,

    list: (folder, options = {}) =>
      attempt(async (signal) => {
        const prefix = keyOf(folder);
        const names = new Set<string>();
        let token: string | undefined;
        do {
          const page = await client.listPage(bucket, {
            prefix,
            delimiter: '/',
            signal,
            ...(token && { token }),
          });
          for (const { key } of page.objects) names.add(key.slice(prefix.length));
          for (const below of page.folders) names.add(below.slice(prefix.length, -1));
          token = page.nextToken;
        } while (token !== undefined);
        names.delete(''); // the marker object of the folder itself
        return [...names];
      }, options.signal),
  };
}

/** A missing bucket is a wrong setting, not an object that is not there. */
const isMissingKey = (error: unknown): boolean =>
  error instanceof ServingError &&
  error.code === 'RESOURCE_DOES_NOT_EXIST' &&
  findHttpProblem(error)?.details.errorCode !== 'NoSuchBucket';
