import { manifestKey, versionFolder } from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';
import { findProtected, type Protection } from './protected-versions.ts';

export interface VersionsToRemove {
  readonly name: string;
  readonly versions: readonly string[];
}

/**
 * Remove versions that nothing points to: first from sight, then, when that is still so, their files.
 *
 * Whoever moves a pointer looks for the manifest again afterwards, as we look for pointers after deleting it: one of the two sees
 * the other, so that no pointer is left without its version.
 *
 * @returns those that a pointer moved to meanwhile: they are back
 */
export async function removeVersions(
  store: ObjectStore,
  { name, versions }: VersionsToRemove,
  call: CallOptions,
): Promise<Protection[]> {
  if (versions.length === 0) return [];
  const manifests = new Map<string, Uint8Array>();
  for (const version of versions) {
    const found = await store.read(manifestKey(name, version), call);
    if (found !== undefined) manifests.set(version, found.bytes);
  }
  let rescued: Protection[] = [];
  try {
    await store.delete(
      versions.map((version) => manifestKey(name, version)),
      call,
    );
    const protections = await findProtected(store, name, call);
    rescued = protections.filter(({ version }) => versions.includes(version));
  } catch (error) {
    await restore(store, name, manifests);
    throw error;
  }
  const back = new Map([...manifests].filter(([version]) => isAmong(rescued, version)));
  await restore(store, name, back);
  for (const version of versions) {
    if (!isAmong(rescued, version)) await removeFiles(store, name, version, call);
  }
  return rescued;
}

/** Without the caller's signal: what was taken away must come back even when the caller has gone. */
async function restore(
  store: ObjectStore,
  name: string,
  manifests: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [version, bytes] of manifests) {
    await store.write(manifestKey(name, version), bytes, { ifAbsent: true });
  }
}

/** Unless it was published again meanwhile. */
async function removeFiles(
  store: ObjectStore,
  name: string,
  version: string,
  call: CallOptions,
): Promise<void> {
  const keys = (await store.list(versionFolder(name, version), call)).map(({ key }) => key);
  if (keys.includes(manifestKey(name, version))) return;
  await store.delete(keys, call);
}

const isAmong = (protections: readonly Protection[], version: string): boolean =>
  protections.some((protection) => protection.version === version);
