import type { ServingError } from '../errors.ts';
import type { ArtifactFile } from './model-registry.ts';
import { malformedObject, parseJsonObject } from './parse-json-object.ts';
import { isRecord } from './rest-fields.ts';

/** What docs/published-layout.md calls the schema of `manifest.json`. */
export const MANIFEST_SCHEMA = 'mlflow-serverless/manifest/1';

/** Where files lie below a version when its manifest does not say. */
export const DEFAULT_DIRECTORY = 'model';

/** What resolving and listing need of a `manifest.json`; the rest of it is for people. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Where the files lie below the version's folder: one part of a key. */
  readonly directory: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly files: readonly ArtifactFile[];
  /** ISO 8601, when the writer said so. */
  readonly publishedAt?: string;
  /** Names, as in `MLmodel`. */
  readonly flavors: readonly string[];
  /** What computes its answers; undefined where an older writer did not say. */
  readonly runtime?: 'node' | 'python';
  /** Those of `files` that the Node runtime needs; undefined: all. */
  readonly serving?: readonly ArtifactFile[];
  /** SHA-256 of the list of the files that it was converted from. */
  readonly convertedFrom?: string;
}

/**
 * Read a manifest and refuse what could not be downloaded safely.
 *
 * @param where for messages: the version it is of
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE for anything that is not a manifest of this schema
 */
export function parseManifest(bytes: Uint8Array, where: string): Manifest {
  const source = { what: `the manifest of ${where}`, remedy: 'publish it again' };
  const value = parseJsonObject(bytes, source);
  const fault = (problem: string) => malformedObject(source, problem);
  const { schema, name, version, directory = DEFAULT_DIRECTORY, tags = {}, files } = value;
  const { published_at: publishedAt, flavors } = value;
  if (schema !== MANIFEST_SCHEMA) throw fault(`its schema is not ${MANIFEST_SCHEMA}`);
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw fault('"name" and "version" must be texts');
  }
  if (typeof directory !== 'string' || !isSafePath(directory) || directory.includes('/')) {
    throw fault('"directory" must be one part of a path');
  }
  if (!isRecord(tags) || !Object.values(tags).every((tag) => typeof tag === 'string')) {
    throw fault('"tags" must map texts to texts');
  }
  if (!Array.isArray(files) || files.length === 0) throw fault('"files" must list the files');
  const listed = files.map((file, index) =>
    readFile(file, (what) => fault(`file ${index} ${what}`)),
  );
  if (new Set(listed.map((file) => file.path)).size !== listed.length) {
    throw fault('"files" lists a path twice');
  }
  return {
    name,
    version,
    directory,
    tags: tags as Record<string, string>,
    files: listed,
    ...(typeof publishedAt === 'string' && { publishedAt }),
    flavors: isRecord(flavors) ? Object.keys(flavors) : [],
    ...readServing(value, listed, fault),
  };
}

function readServing(
  { runtime, serving, converted_from: convertedFrom }: Readonly<Record<string, unknown>>,
  files: readonly ArtifactFile[],
  fault: (problem: string) => ServingError,
): Pick<Manifest, 'runtime' | 'serving' | 'convertedFrom'> {
  if (serving !== undefined && !Array.isArray(serving)) throw fault('"serving" must list paths');
  const byPath = new Map(files.map((file) => [file.path, file]));
  const served = serving?.map((path: unknown) => {
    const file = typeof path === 'string' ? byPath.get(path) : undefined;
    if (file === undefined) throw fault('"serving" names a path that is none of "files"');
    return file;
  });
  return {
    ...((runtime === 'node' || runtime === 'python') && { runtime }),
    ...(served && { serving: served }),
    ...(typeof convertedFrom === 'string' && { convertedFrom }),
  };
}

function readFile(file: unknown, fault: (what: string) => ServingError): ArtifactFile {
  if (!isRecord(file)) throw fault('is not an object');
  const { path, size, sha256 } = file;
  if (typeof path !== 'string' || !isSafePath(path)) {
    throw fault('has a "path" that is not relative, or leaves the model');
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw fault('has a "size" that is not a number of bytes');
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw fault('has a "sha256" that is not 64 lower-case hex digits');
  }
  return { path, sizeBytes: size, sha256 };
}

const isSafePath = (path: string): boolean =>
  !/[\\\0]/.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part));
