import { ServingError } from '../../errors.ts';
import type { RunStores } from '../distribute/run-stores.ts';
import { listS3Inputs } from './list-s3-inputs.ts';
import { openS3Input } from './s3-input.ts';
import { createS3Output } from './s3-output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Buckets: what runs over more than one function read and write. @param environment see `readS3Settings` */
export function createS3RunStores(
  environment: Environment,
  options: { readonly signal?: AbortSignal } = {},
): RunStores {
  return {
    openInput: async ({ uri, versionId }) =>
      openS3Input({ ...nameOf(uri), ...(versionId && { versionId }) }, environment, options),
    openOutput: async (uri) => createS3Output(uri, environment, options),
    listInputs: (uri) => listS3Inputs(uri, environment, options),
  };
}

/** A key is taken as it stands: nothing in it is decoded. */
function nameOf(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${uri} is not of the form s3://<bucket>/<key>`,
  );
}
