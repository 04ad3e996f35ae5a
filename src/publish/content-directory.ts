import { createHash } from 'node:crypto';
import type { HashedFile } from './hash-files.ts';

const DIGITS = 16;

/**
 * The directory that holds these files and no others: a name made of what is in them.
 *
 * Two publishers of different bytes never write to the same keys, whatever becomes of either; two of the same
 * bytes write the same.
 *
 * @param files in the order of their paths' bytes
 * @returns 16 hex digits
 */
export const contentDirectory = (files: readonly HashedFile[]): string =>
  contentDigest(files).slice(0, DIGITS);

/**
 * The digest of these files and no others: what `sha256sum` says of the lines `<sha256> <size> <path>`, sorted by the
 * paths' bytes, each with a line end.
 *
 * @param files in the order of their paths' bytes
 * @returns 64 hex digits
 */
export function contentDigest(files: readonly HashedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, sizeBytes, sha256 } of files) hash.update(`${sha256} ${sizeBytes} ${path}\n`);
  return hash.digest('hex');
}
