import { type Manifest, parseManifest } from '../registry/manifest.ts';
import { manifestKey } from '../registry/published-layout.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * The manifest of a version; `undefined` when it is not published.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it is malformed; as `ObjectStore`
 */
export async function readManifest(
  target: ObjectStore,
  name: string,
  version: string,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  const found = await target.read(manifestKey(name, version), signal ? { signal } : {});
  return found && parseManifest(found.bytes, `model "${name}" version ${version}`);
}
