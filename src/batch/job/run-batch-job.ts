import type { BatchJob, BatchOutcome } from './batch-job.ts';
import { checkPlaces } from './check-places.ts';
import { completeOnce } from './complete-once.ts';
import { identifyJob } from './job-identity.ts';
import { jobFolder, MANIFEST_NAME } from './output-names.ts';
import { resolveOptions } from './resolve-options.ts';

/**
 * Score one file, with the effect of exactly once, whoever runs the job, and however often.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for places or options that cannot be; BAD_REQUEST when too many rows were refused;
 *   what input, output and engine throw; the signal's reason
 */
export async function runBatchJob<Item, Piece>(job: BatchJob<Item, Piece>): Promise<BatchOutcome> {
  const { input, output, model } = job;
  checkPlaces(input.uri, output.uri);
  const options = resolveOptions(input.key, job.options);
  const id = identifyJob(input, model, options);
  const folder = jobFolder(input.key, id);
  return completeOnce(job, { id, options, folder, recordName: MANIFEST_NAME, firstRow: 0 });
}
