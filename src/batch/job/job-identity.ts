import type { BatchInput } from '../batch-input.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import { shortDigest } from '../short-digest.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/**
 * Name the job: the same bytes at the same place, the same model and the same options are the same job, whoever asks, and
 * however often.
 *
 * The model's digest stands for its files; its name and version are only said in the manifest.
 */
export function identifyJob(
  input: Pick<BatchInput, 'uri' | 'etag' | 'sizeBytes'>,
  model: Pick<BatchManifest['model'], 'digest'>,
  options: ResolvedOptions,
): string {
  const { inputFormat, outputFormat, isOutputGzip, keepsInputs } = options;
  const { maxRefusedRatio, chunkRows } = options;
  const parts = [
    1, // of the form of this list
    input.uri,
    input.etag,
    input.sizeBytes,
    model.digest,
    [inputFormat, outputFormat, isOutputGzip, keepsInputs, maxRefusedRatio, chunkRows],
  ];
  return shortDigest(parts);
}
