import { ServingError } from '../errors.ts';
import { isBlobUri } from './blob-location.ts';

/** What a model URI asks for, before anyone has been asked. */
export type ModelUri =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: string }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  /** `path` is relative to the run's artifacts; empty for all of them. */
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  /** Plain files: no registry is needed. `source` is a URI or a path as it was given. */
  | { readonly kind: 'files'; readonly name: string; readonly source: string };

const FORMS =
  'models:/<name>/<version>, models:/<name>@<alias>, models:/<name>/<stage>, models:/<name>/latest, ' +
  'models:/m-<id>, runs:/<run id>/<path>, s3://<bucket>/<path>, ' +
  'wasbs://<container>@<account>.blob.core.windows.net/<path>, file:///<path> or a folder';

const FILE_SCHEMES: ReadonlySet<string> = new Set(
  'file s3 wasbs abfss mlflow-artifacts'.split(' '),
);
const WEB_SCHEMES: ReadonlySet<string> = new Set(['http', 'https']);
/** Storage MLflow can read and we cannot yet. */
const UNSUPPORTED_SCHEMES: ReadonlySet<string> = new Set(
  'gs wasb abfs dbfs hdfs viewfs ftp sftp r2 b2 uc azureml'.split(' '),
);
/** The only http(s) locations that are model directories, beside those of Blob Storage. */
const PROXY_PATH = /\/(ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(\/|$)/;

/**
 * Read a model URI as MLflow does: nothing is percent-decoded, tabs and line ends vanish, a query is ignored, and the
 * last `@` begins the alias. `#` is a character like any other in `models:` and begins a fragment in `runs:`.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE, with the accepted forms, for anything else;
 *   NOT_IMPLEMENTED for a storage or a registry that only MLflow can read
 * @see mlflow/store/artifact/utils/models.py, `_parse_model_uri`; runs_artifact_repo.py, `parse_runs_uri`
 */
export function parseModelUri(text: string): ModelUri {
  const uri = text.replace(/[\t\r\n]/g, '').trim();
  if (uri === '') throw invalid('the model URI is empty');
  const match = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(uri);
  if (match === null) return files(uri, uri);
  const scheme = match[1]!.toLowerCase();
  const { authority, path } = splitAuthority(match[2]!);
  if (scheme === 'models') return parseRegistered(uri, authority, path);
  if (scheme === 'runs') return parseRun(uri, authority, path);
  if (FILE_SCHEMES.has(scheme)) return files(uri, path || authority);
  if (WEB_SCHEMES.has(scheme)) return parseWeb(uri, path);
  if (UNSUPPORTED_SCHEMES.has(scheme)) {
    throw new ServingError('NOT_IMPLEMENTED', `${scheme}: locations cannot be read; use ${FORMS}`);
  }
  throw invalid(`${quote(uri)} is not a model URI`, suggestScheme(scheme, uri));
}

/** `//host/path` → host and path; the query is cut off. */
function splitAuthority(rest: string): { authority: string; path: string } {
  const [, authority = '', path = ''] = /^(?:\/\/([^/?]*))?([^?]*)/s.exec(rest) ?? [];
  return { authority, path };
}

function parseRegistered(uri: string, authority: string, path: string): ModelUri {
  if (/@databricks$/.test(authority)) {
    throw new ServingError('NOT_IMPLEMENTED', 'Databricks registries cannot be read');
  }
  if (authority !== '') {
    const meant = `models:/${authority}${path}`;
    throw invalid(`${quote(uri)} has one slash too many`, meant);
  }
  if (!path.startsWith('/')) {
    throw invalid(`${quote(uri)} lacks the slash after "models:"`, `models:/${path}`);
  }
  const [name = '', suffix, ...below] = path.replace(/^\/+/, '').split('/');
  if (name.trim() === '') throw invalid(`${quote(uri)} lacks a model name`);
  if (below.length > 0) {
    throw invalid(`${quote(uri)} has more than a name and a version`);
  }
  if (suffix !== undefined) return parseSuffix(uri, name, suffix);
  const at = name.lastIndexOf('@');
  if (at < 0) return { kind: 'logged-model', modelId: name };
  const alias = name.slice(at + 1);
  if (at === 0) throw invalid(`${quote(uri)} lacks a model name before "@"`);
  if (alias.trim() === '') throw invalid(`${quote(uri)} lacks an alias after "@"`);
  return { kind: 'alias', name: name.slice(0, at), alias };
}

function parseSuffix(uri: string, name: string, suffix: string): ModelUri {
  if (suffix.trim() === '') throw invalid(`${quote(uri)} lacks a version after the slash`);
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: suffix };
  if (suffix.toLowerCase() === 'latest') return { kind: 'latest', name };
  return { kind: 'stage', name, stage: suffix };
}

function parseRun(uri: string, authority: string, path: string): ModelUri {
  if (authority !== '') {
    throw invalid(`${quote(uri)} has one slash too many`, `runs:/${authority}${path}`);
  }
  if (!path.startsWith('/')) {
    throw invalid(`${quote(uri)} lacks the slash after "runs:"`, `runs:/${path}`);
  }
  const [runId = '', ...rest] = path.replace(/#.*$/s, '').slice(1).split('/');
  if (runId === '') throw invalid(`${quote(uri)} lacks a run id`);
  return { kind: 'run', runId, path: rest.join('/').replace(/\/+$/, '') };
}

function parseWeb(uri: string, path: string): ModelUri {
  if (!PROXY_PATH.test(path) && !isBlobUri(uri, {})) {
    throw invalid(
      `${quote(withoutUserInfo(uri))} is no model directory: an http(s) URL must lead to /api/2.0/mlflow-artifacts/artifacts/<path> of an MLflow server`,
    );
  }
  return files(uri, path);
}

/**
 * What a path that is no folder was meant to be: `models/wine@champion` lacks only its colon.
 *
 * @returns `undefined` when it looks like a path and nothing else
 */
export function suggestRegistered(path: string): string | undefined {
  const [, word, rest] = /^(models|runs)\/+(.+)$/i.exec(path) ?? [];
  return word && rest && /[/@]/.test(rest) ? `${word.toLowerCase()}:/${rest}` : undefined;
}

/**
 * How a registered model of this name is written, for a path that is no folder: `wine`, `wine@champion`, `wine/3`.
 *
 * @returns `undefined` when it can only be a path
 */
export function suggestForms(path: string): string | undefined {
  if (/^[^/\\:@]+@[^/\\:@]+$|^[^/\\:.]+\/\d+$/.test(path)) return `models:/${path}`;
  if (!/^[^/\\:@.]+$/.test(path)) return undefined;
  return `models:/${path}@champion, models:/${path}/3 or models:/${path}/latest`;
}

function files(source: string, path: string): ModelUri {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return { kind: 'files', name: parts.at(-1) ?? 'model', source };
}

/** `model:/x/1` → `models:/x/1`, `S3n://…` → nothing. */
function suggestScheme(scheme: string, uri: string): string | undefined {
  const rest = uri.slice(scheme.length + 1).replace(/^\/*/, '');
  if (/^(model|modles|modesl|mdoels|mode|registry|mlflow)$/.test(scheme)) return `models:/${rest}`;
  if (/^(run|rusn|urns)$/.test(scheme)) return `runs:/${rest}`;
  return undefined;
}

/** User info of a URL may be a password. */
const withoutUserInfo = (uri: string): string => uri.replace(/^([a-z+.-]+:\/\/)[^/]*@/i, '$1');

const MAX_QUOTED_CHARACTERS = 80;
const quote = (text: string): string =>
  `"${withoutUserInfo(text).slice(0, MAX_QUOTED_CHARACTERS)}"`;

function invalid(fault: string, suggestion?: string): ServingError {
  const hint =
    suggestion === undefined ? `a model URI is ${FORMS}` : `did you mean ${quote(suggestion)}?`;
  return new ServingError('INVALID_PARAMETER_VALUE', `${fault}; ${hint}`);
}
