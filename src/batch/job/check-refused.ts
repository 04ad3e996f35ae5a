import { ServingError } from '../../errors.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/**
 * Fail a job that refused too many of its rows.
 *
 * @param place of the errors, for the message
 * @throws {ServingError} BAD_REQUEST
 */
export function checkRefused(
  rows: BatchManifest['rows'],
  { maxRefusedRatio }: Pick<ResolvedOptions, 'maxRefusedRatio'>,
  place: string,
): void {
  if (rows.refused <= maxRefusedRatio * rows.in) return;
  throw new ServingError(
    'BAD_REQUEST',
    `${rows.refused} of ${rows.in} rows were refused; expected at most a share of ${maxRefusedRatio}. ${place} says which and why`,
  );
}
