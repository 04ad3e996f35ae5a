import type { WriteOutcome } from '../publish/object-store.ts';
import type { BatchOutput } from './batch-output.ts';

/**
 * Write a small object, whatever is there.
 *
 * @returns `conflict` when somebody else wrote it in the same moment: theirs is there
 * @throws {ServingError} what the output throws
 */
export async function overwrite(
  output: BatchOutput,
  key: string,
  bytes: Uint8Array,
): Promise<WriteOutcome> {
  const found = await output.read(key);
  return output.write(key, bytes, found ? { ifMatch: found.etag } : { ifAbsent: true });
}
