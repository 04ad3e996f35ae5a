import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteOutcome } from './object-store.ts';
import { isMissingKey } from './s3-bucket.ts';
import { findSdkFailure } from './s3-sdk-error.ts';

/** Conditional writes that met others in a row; each pause is longer than the one before. */
const MOST_RACES = 10;
const RACE_PAUSE_MS = 50;

/** Again while another conditional write of the same key is under way; S3 decides for neither then. */
export async function sendConditional(
  send: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return 'written';
    } catch (error) {
      const { status, code } = findSdkFailure(error) ?? {};
      // A key that was to match and is not there is answered with 404.
      if (status === 412 || isMissingKey(error)) return 'conflict';
      if (code !== 'ConditionalRequestConflict' || attempt === MOST_RACES) throw error;
      await sleep(Math.random() * RACE_PAUSE_MS * attempt, undefined, { signal });
    }
  }
}
