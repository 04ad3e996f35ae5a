import type { BatchJob, BatchOutcome } from './batch-job.ts';
import { checkPlaces } from './check-places.ts';
import { completeOnce } from './complete-once.ts';
import { identifyJob } from './job-identity.ts';
import { jobFolder, PART_RECORD_NAME, type PartRows, partFolder } from './output-names.ts';
import { resolveOptions } from './resolve-options.ts';

/**
 * Score one part of a file, with the effect of exactly once. What comes of it lies in a folder of its own; the job is done when
 * `finishBatchJob` has seen all parts.
 *
 * @param job the whole file's, but for the engine's `read`, which reads the part; row numbers are the file's
 * @throws {ServingError} as `runBatchJob`, but for refused rows: only all parts together tell their share
 */
export async function runBatchPart<Item, Piece>(
  job: BatchJob<Item, Piece>,
  part: PartRows,
): Promise<BatchOutcome> {
  const { input, output, model } = job;
  checkPlaces(input.uri, output.uri);
  const options = resolveOptions(input.key, job.options);
  const id = identifyJob(input, model, options);
  const folder = `${jobFolder(input.key, id)}/${partFolder(part)}`;
  return completeOnce(job, {
    id,
    options: { ...options, maxRefusedRatio: 1 },
    folder,
    recordName: PART_RECORD_NAME,
    firstRow: part.firstRow,
  });
}
