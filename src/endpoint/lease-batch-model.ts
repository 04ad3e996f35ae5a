import type { BatchManifest } from '../batch/batch-manifest.ts';
import { fixedModelUri } from '../batch/fixed-model-uri.ts';
import { identifyModel } from '../batch/identify-model.ts';
import { ServingError } from '../errors.ts';
import type { Lease, ModelCache } from '../serving/loaded-model.ts';

export interface BatchLease extends Lease {
  readonly identity: BatchManifest['model'];
}

/**
 * The model of one file or run, until it is released: an alias that moves meanwhile changes nothing.
 *
 * @param modelUri the endpoint's
 * @param pinned the version that a run was planned with
 * @throws {ServingError} what the cache throws; INVALID_STATE when the pinned version has other files now
 */
export async function leaseBatchModel(
  cache: Pick<ModelCache, 'acquire'>,
  modelUri: string,
  pinned?: BatchManifest['model'],
): Promise<BatchLease> {
  const lease = await cache.acquire((pinned && fixedModelUri(pinned)) ?? modelUri);
  const identity = identifyModel(lease.model);
  if (pinned === undefined || identity.digest === pinned.digest) {
    return { model: lease.model, identity, release: () => lease.release() };
  }
  lease.release();
  throw new ServingError(
    'INVALID_STATE',
    `${pinned.name} ${pinned.version} has other files than when the run was planned; start the run again`,
  );
}
