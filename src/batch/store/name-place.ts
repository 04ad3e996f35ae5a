import { formatBlobUri, isBlobUri, parseBlobUri } from '../../registry/blob-location.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The one text of a place, so that places can be compared: Azure Blob Storage has three ways to say the same. A slash at the end stays.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE as `parseBlobUri`
 */
export function namePlace(uri: string, environment: Environment): string {
  if (!isBlobUri(uri, environment)) return uri;
  const name = formatBlobUri(parseBlobUri(uri, environment));
  return uri.endsWith('/') ? `${name}/` : name;
}
