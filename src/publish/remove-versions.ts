import { manifestKey, removalKey, versionFolder } from '../registry/published-layout.ts';
import { claimRemoval } from './claim-removal.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';
import { findProtected, type Protection } from './protected-versions.ts';

export interface VersionsToRemove {
  readonly name: string;
  readonly versions: readonly string[];
  /** ms since epoch. */
  readonly nowMs: number;
}

/**
 * Remove versions that nothing points to: first from sight, then, when that is still so, their files.
 *
 * Whoever moves a pointer looks for the manifest again afterwards, as we look for pointers after deleting it: one of the two sees
 * the other, so that no pointer is left without its version.
 *
 * @returns those that stay, with the reasons: a pointer moved there meanwhile, or another prune removes them
 */
export async function removeVersions(
  store: ObjectStore,
  { name, versions, nowMs }: VersionsToRemove,
  call: CallOptions,
): Promise<Protection[]> {
  const claimed: string[] = [];
  const kept: Protection[] = [];
  try {
    for (const version of versions) {
      if (await claimRemoval(store, { name, version, nowMs }, call)) claimed.push(version);
      else kept.push({ version, reasons: ['another prune, which is removing it'] });
    }
    kept.push(...(await hideVersions(store, name, claimed, call)));
    for (const version of claimed) {
      if (!isAmong(kept, version)) await removeFiles(store, name, version, call);
    }
    return kept;
  } finally {
    // Without the caller's signal: a claim must go even when the caller has gone.
    await store.delete(claimed.map((version) => removalKey(name, version)));
  }
}

/** Delete the manifests, and put those back that a pointer names now. */
async function hideVersions(
  store: ObjectStore,
  name: string,
  versions: readonly string[],
  call: CallOptions,
): Promise<Protection[]> {
  if (versions.length === 0) return [];
  const manifests = new Map<string, Uint8Array>();
  for (const version of versions) {
    const found = await store.read(manifestKey(name, version), call);
    if (found !== undefined) manifests.set(version, found.bytes);
  }
  try {
    await store.delete(
      versions.map((version) => manifestKey(name, version)),
      call,
    );
    const protections = await findProtected(store, name, call);
    const needed = protections.filter(({ version }) => versions.includes(version));
    await restore(store, name, new Map([...manifests].filter(([v]) => isAmong(needed, v))));
    return needed;
  } catch (error) {
    await restore(store, name, manifests);
    throw error;
  }
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

/** Unless it was published again meanwhile. The claim stays to the end. */
async function removeFiles(
  store: ObjectStore,
  name: string,
  version: string,
  call: CallOptions,
): Promise<void> {
  const keys = (await store.list(versionFolder(name, version), call)).map(({ key }) => key);
  if (keys.includes(manifestKey(name, version))) return;
  await store.delete(
    keys.filter((key) => key !== removalKey(name, version)),
    call,
  );
}

const isAmong = (protections: readonly Protection[], version: string): boolean =>
  protections.some((protection) => protection.version === version);
