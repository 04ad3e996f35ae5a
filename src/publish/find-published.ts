import { ServingError } from '../errors.ts';
import { MANIFEST_SCHEMA, type Manifest, parseManifest } from '../registry/manifest.ts';
import { isMalformed } from '../registry/parse-json-object.ts';
import { manifestKey } from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore, StoredObject, WriteCondition } from './object-store.ts';

/** What is at the key of a version's manifest. */
export type Published =
  | { readonly manifest: Manifest }
  /** Nothing, or what no reader can read; it may be written on this condition. */
  | { readonly manifest: undefined; readonly condition: WriteCondition };

/**
 * Look whether a version is published.
 *
 * A manifest that was damaged or cut short stands for no version: readers refuse it and say that it must be published again.
 *
 * @throws {ServingError} RESOURCE_ALREADY_EXISTS for a manifest of another schema, which is not ours to replace; as `ObjectStore`
 */
export async function findPublished(
  target: ObjectStore,
  name: string,
  version: string,
  options: CallOptions,
): Promise<Published> {
  const found = await target.read(manifestKey(name, version), options);
  if (found === undefined) return { manifest: undefined, condition: { ifAbsent: true } };
  try {
    const manifest = parseManifest(found.bytes, `model "${name}" version ${version}`);
    if (manifest.name === name && manifest.version === version) return { manifest };
  } catch (error) {
    if (!isMalformed(error)) throw error;
    if (hasOtherSchema(found)) throw otherSchema(target, name, version);
  }
  return { manifest: undefined, condition: { ifMatch: found.etag } };
}

function hasOtherSchema({ bytes }: StoredObject): boolean {
  const [, schema] = /"schema"\s*:\s*"([^"]*)"/.exec(Buffer.from(bytes).toString('utf8')) ?? [];
  return schema !== undefined && schema !== MANIFEST_SCHEMA;
}

const otherSchema = (target: ObjectStore, name: string, version: string): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `version ${version} of model "${name}" is published in ${target.uri} already, by a program that writes manifests of another schema than ${MANIFEST_SCHEMA}; use that program, or publish another version`,
  );
