import { createHash } from 'node:crypto';
import type { ModelVersion } from '../registry/model-registry.ts';
import { parseModelUri } from '../registry/model-uri.ts';

/** Equal for two lookups that mean the same open model; for maps in memory. */
export const versionKey = (of: ModelVersion): string =>
  `${of.name}\n${of.version}\n${of.digest ?? of.source}${partOf(of)}`;

/** A part of a version is another thing than the whole of it. */
const partOf = ({ isServingPart }: ModelVersion): string => (isServingPart ? '\nserving' : '');

/**
 * Name of the folder that holds a version's files; undefined when the files may change under their URI.
 *
 * A digest fixes the bytes; a registered version and a logged model are never rewritten. A folder,
 * a bucket prefix or a run's artifacts may be, so every process fetches them afresh, as MLflow does.
 */
export function diskKey(of: ModelVersion): string | undefined {
  const { name, version, source, digest } = of;
  if (digest === undefined && !/^(\d+|m-.+)$/.test(version)) return undefined;
  const content = digest ?? JSON.stringify([name, version, source]);
  const hash = createHash('sha256').update(`${content}${partOf(of)}`);
  return `${slug(name)}-${slug(version)}-${hash.digest('hex').slice(0, 32)}`;
}

/** Readable and safe as part of a file name. */
const slug = (text: string): string => text.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 40);

/**
 * True when `uri` can never mean another version: a number, a logged model, or anything that is no registry URI.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE or NOT_IMPLEMENTED for what is no model URI
 */
export function isFixedUri(uri: string): boolean {
  const { kind } = parseModelUri(uri);
  return kind !== 'alias' && kind !== 'stage' && kind !== 'latest';
}
