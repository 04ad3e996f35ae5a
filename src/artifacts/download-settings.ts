import { type Environment, readBoolean, readWholeNumber } from '../http-client/read-variable.ts';
import type { DownloadPolicy } from './download-directory.ts';

const MINIMUM = 'MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE';
const CHUNK = 'MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE';
/** Smaller parts cost more in requests than they gain; bytes. */
const LEAST_PART_BYTES = 2 ** 20;

/**
 * MLflow's variables for files that come in parts, where they are set: its defaults (100 MB parts of files above 500 MB) are
 * meant for clients with time, ours for a cold start.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that cannot be understood
 */
export function readPartSettings(
  environment: Environment,
): Pick<DownloadPolicy, 'partBytes' | 'leastPartedBytes'> {
  const isOn = readBoolean(environment, 'MLFLOW_ENABLE_MULTIPART_DOWNLOAD', true);
  const chunkBytes = readWholeNumber(environment, CHUNK, { fallback: 0 });
  const minimumBytes = readWholeNumber(environment, MINIMUM, { fallback: -1 });
  return {
    ...(chunkBytes > 0 && { partBytes: Math.max(chunkBytes, LEAST_PART_BYTES) }),
    ...(minimumBytes >= 0 && { leastPartedBytes: minimumBytes }),
    ...(!isOn && { leastPartedBytes: Number.POSITIVE_INFINITY }),
  };
}
