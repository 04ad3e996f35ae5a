import { ServingError } from '../errors.ts';
import type { ArtifactFile } from './model-registry.ts';
import { isRecord } from './rest-fields.ts';

/** What docs/published-layout.md calls the schema of `manifest.json`. */
export const MANIFEST_SCHEMA = 'mlflow-serverless/manifest/1';

/** What resolving needs of a `manifest.json`; the rest of it is for people and for `publish`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly files: readonly ArtifactFile[];
}

/**
 * Read a manifest and refuse what could not be downloaded safely.
 *
 * @param where for messages: the version it is of
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE for anything that is not a manifest of this schema
 */
export function parseManifest(bytes: Uint8Array, where: string): Manifest {
  const value = parseObject(bytes, `the manifest of ${where}`);
  const fault = (what: string) => malformed(`the manifest of ${where}`, what);
  const { schema, name, version, tags = {}, files } = value;
  if (schema !== MANIFEST_SCHEMA) throw fault(`its schema is not ${MANIFEST_SCHEMA}`);
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw fault('"name" and "version" must be texts');
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
  return { name, version, tags: tags as Record<string, string>, files: listed };
}

/**
 * The version a pointer file (`aliases/…`, `stages/…`) names.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it names none
 */
export function parsePointer(bytes: Uint8Array, where: string): string {
  const { version } = parseObject(bytes, where);
  if (typeof version === 'string' && /^[1-9]\d*$/.test(version)) return version;
  throw malformed(where, '"version" must be a number in quotes');
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

function parseObject(bytes: Uint8Array, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(value)) return value;
  } catch (cause) {
    throw malformed(where, 'it is not JSON in UTF-8', cause);
  }
  throw malformed(where, 'it is not a JSON object');
}

const malformed = (where: string, what: string, cause?: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${where} in the published registry is malformed: ${what}; publish it again`,
    { cause },
  );
