import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ProofReport } from './proof-report.ts';

export interface WantedProof {
  /** Files of rows. */
  readonly checks?: readonly string[];
  readonly isDriftAllowed?: boolean;
}

/** Of a file of rows: another file under the same name is another proof. */
export const checkDigest = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * What a report from an earlier conversion does not prove of what is wanted now: it must not stand for rows that nobody
 * compared, or for equality that nobody found. Reads as the end of "converted before, but …".
 */
export async function missingProof(
  report: ProofReport,
  { checks = [], isDriftAllowed = false }: WantedProof,
): Promise<string | undefined> {
  if (report.is_drift_allowed && !isDriftAllowed) {
    return 'with differences that --allow-drift let pass';
  }
  for (const path of checks) {
    const digest = checkDigest(await readFile(path));
    if (report.checks?.includes(digest) !== true) {
      return `without a comparison on the rows of ${basename(path)} as it is now`;
    }
  }
  return undefined;
}
