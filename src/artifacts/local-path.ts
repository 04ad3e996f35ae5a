import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServingError } from '../errors.ts';

/**
 * The absolute path a folder URI means on this machine: `/a/b`, `./b`, `file:///a/b`, `file:/a/b`, `file:b`.
 *
 * Percent escapes are decoded in `file:` URIs only; a relative path is relative to the working directory.
 *
 * @returns `undefined` for a URI of another scheme
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a `file:` URI that names another host or is malformed
 */
export function findLocalPath(uri: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) return resolve(uri);
  if (!/^file:/i.test(uri)) return undefined;
  try {
    const rest = uri.slice('file:'.length);
    if (!rest.startsWith('/')) return resolve(decodeURIComponent(rest));
    return fileURLToPath(uri.replace(/^file:\/\/localhost(?=\/)/i, 'file://'));
  } catch (cause) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${uri} is not a folder of this machine; expected file:///<path>`,
      { cause },
    );
  }
}
