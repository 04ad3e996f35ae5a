import { parseS3Uri } from '../../artifacts/s3-settings.ts';
import type { PlannedRun } from '../distribute/planned-run.ts';
import { planKey, resultsFolder } from '../distribute/run-names.ts';

/** Where a state machine reads the items of a run, and writes what its calls answered. */
export interface RunPlaces {
  readonly plan: { readonly bucket: string; readonly key: string };
  readonly results: { readonly bucket: string; readonly prefix: string };
}

/** @throws {ServingError} as `parseS3Uri` */
export function runPlaces({ id, output }: Pick<PlannedRun, 'id' | 'output'>): RunPlaces {
  const { bucket, prefix } = parseS3Uri(output);
  return {
    plan: { bucket, key: `${prefix}${planKey(id)}` },
    results: { bucket, prefix: `${prefix}${resultsFolder(id)}` },
  };
}
