import type { BatchManifest } from '../batch-manifest.ts';
import { shortDigest } from '../short-digest.ts';
import type { SplitOptions } from './plan-file.ts';
import type { PlannedInput } from './planned-run.ts';
import type { BatchRunRequest } from './run-request.ts';

/** Name the run: the same files, model, options and way to cut files are the same run, and have the same plan. */
export function identifyRun(
  { input, output, options = {} }: BatchRunRequest,
  inputs: readonly PlannedInput[],
  model: Pick<BatchManifest['model'], 'digest'>,
  { splitAboveBytes, rangeBytes }: SplitOptions,
): string {
  const parts = [
    1, // of the form of this list
    [input, output, model.digest, splitAboveBytes, rangeBytes],
    Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    inputs.map(({ uri, versionId = '', etag, sizeBytes }) => [uri, versionId, etag, sizeBytes]),
  ];
  return shortDigest(parts);
}
