import { existsSync } from 'node:fs';
import type { EndpointFile } from '../config/endpoint-schema.ts';
import { ServingError } from '../errors.ts';
import { FaultyFile, UsageError } from './failure.ts';

const DEFAULT_FILE = 'endpoint.yaml';

/** The endpoint file that is named, or the one in the working directory, if there is one. */
export const findEndpointFile = (config: string | undefined): string | undefined =>
  config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);

/**
 * Only here is the checker of endpoint files loaded.
 *
 * @throws {UsageError} for a file that is not there or has faults: one line for each
 */
export async function readCommandFile(path: string): Promise<EndpointFile> {
  const { readEndpointFile } = await import('../config/read-endpoint-file.ts');
  try {
    return readEndpointFile(path);
  } catch (cause) {
    if (!(cause instanceof ServingError)) throw cause;
    const hasFaults = /^.+?:\d+:\d+: /.test(cause.message);
    if (hasFaults) throw new FaultyFile(path, cause.message, { cause });
    throw new UsageError(cause.message, { cause });
  }
}
