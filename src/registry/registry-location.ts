import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServingError } from '../errors.ts';
import { isBlobUri } from './blob-location.ts';

/** Where a registry is, by the kind of reader it needs. */
export type RegistryLocation =
  | { readonly kind: 'rest'; readonly serverUrl: string }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  /** A bucket of S3, or a container of Azure Blob Storage. */
  | { readonly kind: 'objects'; readonly uri: string };

type Environment = Readonly<Record<string, string | undefined>>;

const KINDS =
  'an http(s) URL, sqlite:///<file>, a folder, s3://<bucket>/<prefix> or wasbs://<container>@<account>.blob.core.windows.net/<prefix>';

/**
 * Where MLflow's variables say the registry is; without them, MLflow's own defaults.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when there is none, or a URI is of no known kind;
 *   NOT_IMPLEMENTED for databases and platforms that only MLflow can reach
 */
export function findRegistry(environment: Environment, cwd: string): RegistryLocation {
  for (const variable of ['MLFLOW_REGISTRY_URI', 'MLFLOW_TRACKING_URI']) {
    const uri = environment[variable]?.trim();
    if (uri) return parseRegistryUri(uri, variable, environment, cwd);
  }
  return defaultLocation(cwd);
}

/** As `findRegistry`, for runs and logged models; a registry without them is passed over. */
export function findTracking(environment: Environment, cwd: string): RegistryLocation {
  const uri = environment['MLFLOW_TRACKING_URI']?.trim();
  if (!uri) return findRegistry(environment, cwd);
  return parseRegistryUri(uri, 'MLFLOW_TRACKING_URI', environment, cwd);
}

/** `variable` is named in the messages; the URI is not, it may hold a password. */
function parseRegistryUri(
  uri: string,
  variable: string,
  environment: Environment,
  cwd: string,
): RegistryLocation {
  if (isBlobUri(uri, environment)) return { kind: 'objects', uri };
  if (/^[a-z0-9.-]+:\d+(\/|$)/i.test(uri)) {
    throw invalid(
      `${variable} is a host and a port: is http:// (or https://) missing before ${uri}?`,
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'http':
    case 'https':
      if (URL.canParse(uri)) return { kind: 'rest', serverUrl: uri };
      throw invalid(`${variable} is not a URL`);
    case 's3':
      return { kind: 'objects', uri };
    case 'file':
      return { kind: 'folder', path: pathOfFileUri(uri, variable, cwd) };
    case 'sqlite':
    case 'sqlite+pysqlite':
      return { kind: 'sqlite', path: pathOfSqliteUri(uri, variable, cwd) };
    case undefined:
      if (!/^(databricks|databricks-uc|uc)$/.test(uri)) {
        return { kind: 'folder', path: resolve(cwd, uri) };
      }
      throw unsupported(variable, uri);
    default:
      throw unsupported(variable, scheme);
  }
}

function pathOfFileUri(uri: string, variable: string, cwd: string): string {
  const path = uri.slice('file:'.length);
  try {
    if (!path.startsWith('/')) return resolve(cwd, decodeURIComponent(path));
    return fileURLToPath(uri.replace(/^file:\/\/localhost(?=\/)/i, 'file://'));
  } catch (cause) {
    throw invalid(`${variable} is not a file: URI of this machine`, cause);
  }
}

/** Three slashes: relative to the working directory; four: absolute, as in SQLAlchemy. */
function pathOfSqliteUri(uri: string, variable: string, cwd: string): string {
  const path = /^[^:]+:\/\/\/([^?]+)/.exec(uri)?.[1];
  if (path === undefined || path === ':memory:') {
    throw invalid(`${variable} must name a file: sqlite:///<relative> or sqlite:////<absolute>`);
  }
  return resolve(cwd, path);
}

/**
 * MLflow's order: a file store in `./mlruns` that has experiments in it, else `./mlflow.db`.
 *
 * @see mlflow/tracking/_tracking_service/utils.py, `_has_existing_mlruns_data`
 */
function defaultLocation(cwd: string): RegistryLocation {
  const mlruns = join(cwd, 'mlruns');
  const database = join(cwd, 'mlflow.db');
  if (hasExperiments(mlruns)) return { kind: 'folder', path: mlruns };
  if (existsSync(database)) return { kind: 'sqlite', path: database };
  throw invalid(
    `no model registry is configured and there is neither ./mlflow.db nor ./mlruns; set MLFLOW_TRACKING_URI (or MLFLOW_REGISTRY_URI) to ${KINDS}`,
  );
}

function hasExperiments(mlruns: string): boolean {
  if (!existsSync(mlruns)) return false;
  return readdirSync(mlruns).some(
    (name) => /^\d+$/.test(name) && existsSync(join(mlruns, name, 'meta.yaml')),
  );
}

const invalid = (message: string, cause?: unknown): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message, { cause });

const unsupported = (variable: string, scheme: string): ServingError =>
  new ServingError(
    'NOT_IMPLEMENTED',
    `${variable} names a registry of kind "${scheme.slice(0, 40)}", which cannot be read directly; it must be ${KINDS} (an MLflow server in front of it will do)`,
  );
