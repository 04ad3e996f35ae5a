import { ServingError } from '../../errors.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';

/**
 * The manifest of a job; `undefined` when the job is not done.
 *
 * @throws {ServingError} INVALID_STATE when what is there is no manifest; what the output throws
 */
export async function readManifest(
  output: BatchOutput,
  key: string,
): Promise<BatchManifest | undefined> {
  const found = await output.read(key);
  if (found === undefined) return undefined;
  const value = parse(found.bytes);
  if (value?.version === 1 && value.rows !== undefined) return value;
  throw new ServingError(
    'INVALID_STATE',
    `${output.uri}/${key} is no manifest of a batch job; remove it, and the job is done anew`,
  );
}

export const encodeManifest = (manifest: BatchManifest): Uint8Array =>
  Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);

function parse(bytes: Uint8Array): BatchManifest | undefined {
  try {
    return (JSON.parse(Buffer.from(bytes).toString()) ?? undefined) as BatchManifest | undefined;
  } catch {
    return undefined; // said by the caller
  }
}
