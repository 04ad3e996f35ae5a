import { ServingError } from '../../errors.ts';
import { asFolder } from './as-folder.ts';

/**
 * Refuse a place that a deployed function has no rights to, in words that say so; S3 would call it denied, and it would be tried again.
 *
 * @param folder what endpoint.yaml names; undefined: anywhere
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the place is neither the folder nor below it
 */
export function checkBelow(uri: string, folder: string | undefined, verb: string): void {
  if (folder === undefined || asFolder(uri).startsWith(asFolder(folder))) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${uri} is not below ${folder}; only files there are ${verb}`,
  );
}
