import { removalKey } from '../registry/published-layout.ts';
import { claimRemoval } from './claim-removal.ts';
import { findInVersion, groupByVersion, type LeftoverSearch } from './find-leftovers.ts';
import type { CallOptions, ListedObject, ObjectStore } from './object-store.ts';

/**
 * Delete files that publishes left behind, version by version.
 *
 * They may be wanted again at this very moment. So a version is claimed first and looked at once more: a publish
 * that has begun to copy by then is seen, and one that begins later sees the claim, or that its files have gone.
 *
 * @param leftovers as `findLeftovers` found them
 * @returns what was deleted
 */
export async function removeLeftovers(
  store: ObjectStore,
  { name, objects: leftovers, nowMs }: LeftoverSearch,
  call: CallOptions,
): Promise<ListedObject[]> {
  const removed: ListedObject[] = [];
  for (const [version, { folder }] of groupByVersion(leftovers, name)) {
    if (!(await claimRemoval(store, { name, version, nowMs }, call))) continue;
    const claim = removalKey(name, version);
    try {
      const objects = (await store.list(folder, call)).filter(({ key }) => key !== claim);
      const now = await findInVersion(store, { name, version, objects, nowMs }, call);
      const keys = now.map(({ key }) => key);
      await store.delete(keys, call);
      removed.push(...now);
    } finally {
      // Without the caller's signal: a claim must go even when the caller has gone.
      await store.delete([claim]);
    }
  }
  return removed;
}
